package realtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// A host is a server of this library, which tells each client in a line what it
// knows of it.
type host struct {
	addr   string
	events chan string // what accepting warned of, one for each client that failed
}

func newHost(t *testing.T, rt *Runtime, ssl map[string]any) *host {
	t.Helper()
	server, _, errstr := rt.StreamSocketServer("tls://127.0.0.1:0", rt.StreamContextCreate(Options{"ssl": ssl}))
	if server == nil {
		t.Fatal(errstr)
	}
	h := &host{events: make(chan string, 100)}
	h.addr, _ = StreamSocketGetName(server, false)
	var said []string
	rt.SetErrorHandler(func(_ ErrorLevel, text, _ string, _ int) bool {
		said = append(said, text)
		return true
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			said = nil
			fp, _ := StreamSocketAccept(server, -1)
			if fp == nil {
				if !IsResource(server) {
					return
				}
				h.events <- strings.Join(said, "\n")
				continue
			}
			StreamSetTimeout(fp, 10)
			if line, ok := Fgets(fp); ok {
				state, _ := fp.ConnectionState()
				client := "nobody"
				if len(state.PeerCertificates) > 0 {
					client = state.PeerCertificates[0].Subject.CommonName
				}
				Fwrite(fp, fmt.Sprintf("%s resumed=%v client=%s name=%s\n", strings.TrimSpace(line), state.DidResume, client, state.ServerName))
			}
			Fclose(fp)
		}
	}()
	t.Cleanup(func() {
		Fclose(server)
		<-done
	})
	return h
}

// sClient runs "openssl s_client", says hello and returns all that it prints.
func sClient(t *testing.T, dir, addr string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), servertest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, servertest.Need(t, "openssl"), append([]string{"s_client", "-connect", addr, "-ign_eof"}, args...)...)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader("hello\n")
	cmd.WaitDelay = time.Second
	out, _ := cmd.CombinedOutput() // how it exits says nothing
	return string(out)
}

// TestHostOfOpenSSL lets s_client visit.
func TestHostOfOpenSSL(t *testing.T) {
	servertest.Need(t, "openssl")
	f := makeFiles(t)
	good := map[string]any{"local_cert": f.path("good-all.pem")}
	checked := map[string]any{"local_cert": f.path("good-all.pem"), "verify_peer": true, "cafile": f.path("ca.pem")}
	for _, c := range []struct {
		name string
		ssl  map[string]any
		args string
		want string // of what s_client prints
		warn string // or what the server warns of
	}{
		{name: "TLS 1.2", ssl: good, args: "-tls1_2", want: "hello resumed=false client=nobody"},
		{name: "TLS 1.3", ssl: good, args: "-tls1_3", want: "hello resumed=false client=nobody"},
		{name: "verified", ssl: good, args: "-CAfile ca.pem -verify_return_error", want: "Verify return code: 0 (ok)"},
		{name: "distrusted", ssl: good, args: "-CAfile stranger.pem -verify_return_error", warn: "alert unknown ca"},
		{name: "client certificate", ssl: checked, args: "-cert client.pem -key client.key", want: "client=client"},
		{name: "client certificate, TLS 1.2", ssl: checked, args: "-tls1_2 -cert client.pem -key client.key", want: "client=client"},
		{name: "no client certificate", ssl: checked, args: "-tls1_2", warn: "Could not get peer certificate"},
		{name: "a stranger's certificate", ssl: checked, args: "-cert stranger.pem -key stranger.key", warn: "certificate verify failed"},
		{name: "authorities", ssl: checked, args: "-tls1_2 -cert client.pem -key client.key", want: "Acceptable client certificate CA names"},
		{name: "ALPN", ssl: map[string]any{"local_cert": f.path("good-all.pem"), "alpn_protocols": "h2,http/1.1"}, args: "-alpn http/1.1,h2", want: "ALPN protocol: h2"},
		{name: "suite", ssl: map[string]any{"local_cert": f.path("good-all.pem"), "ciphers": "AES256-GCM-SHA384:ECDHE+AESGCM"}, args: "-tls1_2 -cipher ALL", want: "GCM"},
		{name: "no suite", ssl: good, args: "-tls1_2 -cipher DHE-RSA-AES128-SHA", warn: "SSL_R_NO_SHARED_CIPHER"},
		{name: "too old", ssl: map[string]any{"local_cert": f.path("good-all.pem"), "min_proto_version": 64}, args: "-tls1_2", warn: "unsupported protocol"},
		{name: "SNI", ssl: map[string]any{"local_cert": f.path("good-all.pem"), "SNI_server_certs": map[string]any{"*.example": f.path("sni-all.pem")}}, args: "-servername sni.example -CAfile ca.pem -verify_return_error -verify_hostname sni.example", want: "name=sni.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, NewRuntime(), c.ssl)
			out := sClient(t, f.dir, h.addr, strings.Fields(c.args)...)
			if c.want != "" && !strings.Contains(out, c.want) {
				t.Errorf("s_client printed:\n%s", out)
			}
			if c.warn != "" {
				select {
				case events := <-h.events:
					if !strings.Contains(events, c.warn) {
						t.Errorf("the server warned: %s", events)
					}
				case <-time.After(servertest.Patience):
					t.Errorf("no warning; s_client printed:\n%s", out)
				}
			}
		})
	}
}

// TestHostResumes: s_client takes up its session again, with no_ticket it can't,
// and a client's certificate goes along.
func TestHostResumes(t *testing.T) {
	servertest.Need(t, "openssl")
	f := makeFiles(t)
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		for _, ticket := range []bool{true, false} {
			h := newHost(t, NewRuntime(), map[string]any{"local_cert": f.path("good-all.pem"), "no_ticket": !ticket, "verify_peer": true, "cafile": f.path("ca.pem")})
			session := filepath.Join(t.TempDir(), "session")
			args := []string{version, "-cert", "client.pem", "-key", "client.key"}
			if out := sClient(t, f.dir, h.addr, append(args, "-sess_out", session)...); !strings.Contains(out, "resumed=false client=client") {
				t.Fatal(out)
			}
			if _, err := os.Stat(session); ticket != (err == nil) {
				t.Errorf("%s, tickets %v: a session: %v", version, ticket, err)
			}
			if !ticket {
				continue
			}
			if out := sClient(t, f.dir, h.addr, append(args, "-sess_in", session)...); !strings.Contains(out, "resumed=true client=client") {
				t.Errorf("%s, tickets %v: s_client printed:\n%s", version, ticket, out)
			}
		}
	}
}

// TestHostDoesNotRenegotiate: a client that begins a handshake anew gets nowhere,
// and keeps nobody.
func TestHostDoesNotRenegotiate(t *testing.T) {
	servertest.Need(t, "openssl")
	f := makeFiles(t)
	h := newHost(t, NewRuntime(), map[string]any{"local_cert": f.path("good-all.pem")})
	ctx, cancel := context.WithTimeout(t.Context(), servertest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "openssl", "s_client", "-connect", h.addr, "-tls1_2")
	cmd.Stdin = strings.NewReader("R\n")
	cmd.WaitDelay = time.Second
	out, _ := cmd.CombinedOutput()
	if !strings.Contains(string(out), "RENEGOTIATING") || !strings.Contains(string(out), "SSL alert number") {
		t.Errorf("s_client printed:\n%s", out)
	}
	if out := sClient(t, f.dir, h.addr); !strings.Contains(out, "hello resumed=false") {
		t.Error(out)
	}
}

const phpGuest = `<?php
$context = stream_context_create(['ssl' => ['cafile' => "$input/ca.pem", 'peer_name' => 'localhost', 'local_cert' => "$input/client-all.pem"]]);
$address = file_get_contents("$input/address");
$session = null;
for ($i = 0; $i < 3; $i++) {
    $fp = stream_socket_client("tcp://$address", $errno, $errstr, 10, STREAM_CLIENT_CONNECT, $context);
    $method = STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT;
    $ok = $session ? stream_socket_enable_crypto($fp, true, $method, $session) : stream_socket_enable_crypto($fp, true, $method);
    fwrite($fp, "hello\n");
    echo fgets($fp);
    $session = $fp;
    $keep[] = $fp;
}
`

// TestHostOfPHP lets PHPs visit, which take up the sessions of their streams.
func TestHostOfPHP(t *testing.T) {
	f := makeFiles(t)
	for _, php := range phptest.All(t) {
		for _, most := range []int{32, 64} {
			h := newHost(t, NewRuntime(), map[string]any{
				"local_cert": f.path("good-all.pem"), "verify_peer": true, "cafile": f.path("ca.pem"), "max_proto_version": most,
			})
			testcert.WriteFile(f.dir, "address", []byte(h.addr))
			out := php.Run(t, phpGuest, f.dir)
			want := "hello resumed=false client=client name=localhost\n" + strings.Repeat("hello resumed=true client=client name=localhost\n", 2)
			if out != want {
				t.Errorf("PHP %s, up to %d, printed:\n%s", php.Version, most, out)
			}
		}
	}
}
