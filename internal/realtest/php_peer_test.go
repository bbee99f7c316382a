package realtest

import (
	"crypto/sha1"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/servertest"
)

//go:embed testdata/server.php
var phpServer string

// A phpSetup is what testdata/server.php reads.
type phpSetup struct {
	Address string  `json:"address"`
	Options Options `json:"options,omitempty"`
	Ready   string  `json:"ready"`
}

// A phpSaw is what it prints at its end.
type phpSaw struct {
	Events []string `json:"events"`
	From   string   `json:"from"`
}

// A guest talks with a PHP server.
type guest struct {
	rt     *Runtime
	fp     *Stream
	events []string // what the library warned of
}

// say sends a line and returns the server's answer.
func (g *guest) say(line string) (string, error) {
	if n, ok := Fwrite(g.fp, line+"\n"); !ok || n != len(line)+1 {
		return "", fmt.Errorf("%.100s: written: %d, %v: %q", line, n, ok, g.events)
	}
	answer, ok := Fgets(g.fp)
	if !ok {
		return "", fmt.Errorf("%.100s: no answer: %+v %q", line, StreamGetMetaData(g.fp), g.events)
	}
	return strings.TrimSuffix(answer, "\n"), nil
}

// expect is say with the answer known.
func (g *guest) expect(line, want string) error {
	got, err := g.say(line)
	if err == nil && got != want {
		err = fmt.Errorf("%.100s: the answer is %q, want %q", line, got, want)
	}
	return err
}

// sameCrypto compares what the two ends say of their TLS.
func (g *guest) sameCrypto(alpn string) error {
	text, err := g.say("crypto")
	if err != nil {
		return err
	}
	var there *cryptoData
	if err := json.Unmarshal([]byte(text), &there); err != nil {
		return err
	}
	here := metaCrypto(g.fp)
	if here == nil && there == nil && alpn == "" {
		return nil
	}
	if here == nil || there == nil || *here != *there || here.ALPN != alpn {
		return fmt.Errorf("TLS here is %+v, and for PHP %+v", here, there)
	}
	return nil
}

// exchange moves a lot of data each way.
func (g *guest) exchange() error {
	const size = 1 << 20
	want := strings.Repeat("0123456789abcde\n", size/16)
	if _, ok := Fwrite(g.fp, fmt.Sprintf("give %d\n", size)); !ok {
		return errors.New("nothing written")
	}
	if got, _ := StreamGetContents(g.fp, size); got != want {
		return fmt.Errorf("read %d bytes, %s", len(got), sum(got))
	}
	if _, ok := Fwrite(g.fp, fmt.Sprintf("take %d\n", size)); !ok {
		return errors.New("nothing written")
	}
	return g.expect(want[:size-1], fmt.Sprintf("%x", sha1.Sum([]byte(want))))
}

// starttls asks for TLS and turns it on.
func (g *guest) starttls() error {
	if err := g.expect("starttls", "ok"); err != nil {
		return err
	}
	if ok, errno, errstr := StreamSocketEnableCrypto(g.fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT); !ok {
		return fmt.Errorf("no TLS: %d %s %q", errno, errstr, g.events)
	}
	return nil
}

func all(steps ...error) error {
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	return nil
}

// phpTalks are conversations with a PHP server.
var phpTalks = []struct {
	name    string
	address string
	server  map[string]any // its ssl options
	client  map[string]any // ours
	refused string         // what PHP must complain of; the client isn't served then
	talk    func(*guest) error
}{
	{name: "tcp", address: "tcp://127.0.0.1:0", talk: func(g *guest) error {
		return all(g.expect("rev hello", "olleh"), g.sameCrypto(""), g.exchange())
	}},
	{name: "tcp by IPv6", address: "tcp://[::1]:0", talk: func(g *guest) error {
		return g.expect("rev hello", "olleh")
	}},
	{name: "unix", address: "unix://DIR/socket", talk: func(g *guest) error {
		return all(g.expect("rev hello", "olleh"), g.exchange())
	}},
	{name: "tls", address: "tls://127.0.0.1:0", talk: func(g *guest) error {
		return all(g.expect("rev hello", "olleh"), g.sameCrypto(""), g.exchange(), g.expect("cert", "none"))
	}},
	{name: "tlsv1.2", address: "tlsv1.2://127.0.0.1:0", talk: func(g *guest) error {
		return all(g.expect("rev hello", "olleh"), g.sameCrypto(""), g.exchange())
	}},
	{name: "starttls", address: "tcp://127.0.0.1:0", talk: func(g *guest) error {
		return all(g.expect("rev hello", "olleh"), g.sameCrypto(""), g.starttls(), g.sameCrypto(""), g.exchange())
	}},
	{name: "alpn", address: "tls://127.0.0.1:0", server: map[string]any{"alpn_protocols": "h2,http/1.1"},
		client: map[string]any{"alpn_protocols": "http/1.1"}, talk: func(g *guest) error {
			return g.sameCrypto("http/1.1")
		}},
	{name: "sni", address: "tls://127.0.0.1:0", server: map[string]any{"SNI_server_certs": map[string]any{"sni.example": "DIR/sni-all.pem"}},
		client: map[string]any{"peer_name": "sni.example"}, talk: func(g *guest) error {
			return g.expect("rev hello", "olleh")
		}},
	{name: "client certificate", address: "tls://127.0.0.1:0",
		server: map[string]any{"verify_peer": true, "verify_peer_name": false, "cafile": "DIR/ca.pem", "capture_peer_cert": true},
		client: map[string]any{"local_cert": "DIR/client-all.pem"}, talk: func(g *guest) error {
			return all(g.expect("cert", "client"), g.sameCrypto(""))
		}},
	{name: "client certificate of a stranger", address: "tls://127.0.0.1:0", refused: "certificate verify failed",
		server: map[string]any{"verify_peer": true, "verify_peer_name": false, "cafile": "DIR/ca.pem"},
		client: map[string]any{"local_cert": "DIR/stranger-all.pem"}},
}

// TestPHPServer lets this library be the client of a server in PHP.
func TestPHPServer(t *testing.T) {
	phps := phptest.All(t)
	f := makeFiles(t)
	for _, php := range phps {
		for _, talk := range phpTalks {
			t.Run(php.Version+" "+talk.name, func(t *testing.T) {
				dir := t.TempDir() // the unix socket's
				place := strings.NewReplacer("DIR/socket", dir+"/socket", "DIR", f.dir)
				setup := phpSetup{Address: place.Replace(talk.address), Options: f.serverOptions(talk.server), Ready: filepath.Join(dir, "ready")}
				done := make(chan error, 1)
				local := make(chan string, 1)
				go func() {
					transport, _, _ := strings.Cut(talk.address, "://")
					done <- func() error {
						name, err := readyName(setup.Ready)
						if err != nil {
							return err
						}
						g := &guest{rt: NewRuntime(profiles[php.Version])}
						g.rt.SetErrorHandler(func(_ ErrorLevel, text, _ string, _ int) bool {
							g.events = append(g.events, text)
							return true
						})
						g.fp, _, _ = g.rt.StreamSocketClient(transport+"://"+name, Timeout(10), g.rt.StreamContextCreate(f.options(talk.client)))
						if g.fp == nil {
							if talk.refused != "" {
								return nil
							}
							return fmt.Errorf("no connection to %s: %q", name, g.events)
						}
						defer Fclose(g.fp)
						StreamSetTimeout(g.fp, 10)
						own, _ := StreamSocketGetName(g.fp, false)
						local <- own
						if talk.refused != "" {
							if answer, err := g.say("rev hello"); err == nil {
								return fmt.Errorf("served, although PHP was to refuse: %q", answer)
							}
							return nil
						}
						if err := talk.talk(g); err != nil || len(g.events) == 0 {
							return err
						}
						return fmt.Errorf("the library warned: %q", g.events)
					}()
				}()
				input, err := json.Marshal(setup)
				must(t, err)
				out := php.Run(t, phpServer, string(input))
				if err := <-done; err != nil {
					t.Errorf("%v\nPHP: %s", err, out)
				}
				var saw phpSaw
				if err := json.Unmarshal([]byte(out), &saw); err != nil {
					t.Fatalf("PHP printed %q: %v", out, err)
				}
				events := strings.Join(saw.Events, "\n")
				if talk.refused == "" && events != "" || !strings.Contains(events, talk.refused) {
					t.Errorf("PHP said: %s", events)
				}
				if talk.refused == "" {
					if own := <-local; saw.From != own {
						t.Errorf("for PHP the client is %q, and here %q", saw.From, own)
					}
				}
			})
		}
	}
}

// TestPHPServerUDP is the same by datagrams.
func TestPHPServerUDP(t *testing.T) {
	for _, php := range phptest.All(t) {
		t.Run(php.Version, func(t *testing.T) {
			setup := phpSetup{Address: "udp://127.0.0.1:0", Ready: filepath.Join(t.TempDir(), "ready")}
			done := make(chan error, 1)
			local := make(chan string, 1)
			go func() {
				done <- func() error {
					name, err := readyName(setup.Ready)
					if err != nil {
						return err
					}
					fp, _, errstr := NewRuntime().StreamSocketClient("udp://" + name)
					if fp == nil {
						return errors.New(errstr)
					}
					defer Fclose(fp)
					StreamSetTimeout(fp, 10)
					own, _ := StreamSocketGetName(fp, false)
					local <- own
					Fwrite(fp, "hello")
					if got, ok := Fread(fp, 100); got != "olleh" {
						return fmt.Errorf("read %q, %v", got, ok)
					}
					return nil
				}()
			}()
			input, err := json.Marshal(setup)
			must(t, err)
			out := php.Run(t, phpServer, string(input))
			if err := <-done; err != nil {
				t.Fatal(err, out)
			}
			var saw phpSaw
			must(t, json.Unmarshal([]byte(out), &saw))
			if own := <-local; saw.From != own || len(saw.Events) > 0 {
				t.Errorf("for PHP the client is %q, and here %q; %q", saw.From, own, saw.Events)
			}
		})
	}
}

// readyName waits for the file that names the server's address.
func readyName(file string) (string, error) {
	for end := time.Now().Add(servertest.Patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if data, err := os.ReadFile(file); err == nil {
			if strings.HasPrefix(string(data), "failed") {
				return "", errors.New(string(data))
			}
			return string(data), nil
		}
	}
	return "", errors.New("PHP's server never came up")
}
