package servertest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An Nginx is one of the test's own.
type Nginx struct {
	Ports map[string]string // by the names that the configuration has for them
	Root  string            // of its files
	dir   string
	marks int
}

// One process handles all requests, so that what is in the log is there in order.
// The access log is what a client is seen to do.
const nginxConf = `
daemon off;
worker_processes 1;
USER
pid DIR/pid;
error_log DIR/error.log info;
events { worker_connections 64; }
http {
	client_body_temp_path DIR/temp-body;
	proxy_temp_path DIR/temp-proxy;
	fastcgi_temp_path DIR/temp-fastcgi;
	uwsgi_temp_path DIR/temp-uwsgi;
	scgi_temp_path DIR/temp-scgi;
	log_format seen '$request $status host=$http_host connection=$http_connection type=$content_type '
		'length=$content_length range=$http_range user=$remote_user from=$http_referer tls=$ssl_protocol name=$ssl_server_name client=$ssl_client_s_dn';
	access_log DIR/access.log seen;
	types { text/plain txt; application/octet-stream bin; }
	default_type text/plain;
	client_max_body_size 100m;
	lingering_close off;
	ssl_protocols TLSv1.2 TLSv1.3;
	keepalive_timeout 200ms;
	server_tokens off;
	root ROOT;
	server {
		listen 127.0.0.1:PORT-marks;
		return 204;
	}
	SERVERS
}
`

var nginxPort = regexp.MustCompile(`PORT-(\w+)`)

// StartNginx starts a server. In its configuration, which is a list of "server"
// blocks, PORT-name stands for a port of that name, DIR for a folder of its own,
// and ROOT for that of its files.
func StartNginx(t *testing.T, servers string) *Nginx {
	t.Helper()
	program := Need(t, "nginx")
	n := &Nginx{Ports: map[string]string{}, dir: t.TempDir()}
	n.Root = filepath.Join(n.dir, "root")
	must(t, os.Mkdir(n.Root, 0o755))
	// nginx takes up sockets that it is handed, as in an upgrade of itself, so that
	// nobody can take a port before it does.
	var sockets []*os.File
	inherited := "NGINX="
	conf := nginxPort.ReplaceAllStringFunc(strings.Replace(nginxConf, "SERVERS", servers, 1), func(name string) string {
		name = strings.TrimPrefix(name, "PORT-")
		if n.Ports[name] == "" {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			defer l.Close()
			file, err := l.(*net.TCPListener).File()
			must(t, err)
			n.Ports[name] = fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
			inherited += fmt.Sprintf("%d;", 3+len(sockets))
			sockets = append(sockets, file)
		}
		return n.Ports[name]
	})
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // which the folders belong to
	}
	file := filepath.Join(n.dir, "nginx.conf")
	must(t, os.WriteFile(file, []byte(strings.NewReplacer("USER", user, "DIR", n.dir, "ROOT", n.Root).Replace(conf)), 0o600))
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "-p", n.dir, "-e", filepath.Join(n.dir, "error.log"), "-c", file)
	cmd.Env = append(os.Environ(), inherited)
	cmd.ExtraFiles = sockets
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // which ends its worker, too
	cmd.WaitDelay = 5 * time.Second
	said := new(strings.Builder)
	cmd.Stdout, cmd.Stderr = said, said
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	for _, socket := range sockets {
		socket.Close()
	}
	t.Cleanup(func() {
		stop()
		<-ended
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(n.dir, "error.log"))
			t.Logf("nginx said:\n%s%s\nIt has seen:\n%s", said, log, n.log())
		}
	})
	Eventually(t, "nginx answers", func() bool {
		select {
		case <-ended:
			t.Fatalf("nginx ended: %s", said)
		default:
		}
		return n.mark() == nil
	})
	return n
}

// mark makes a request that stands in the log.
func (n *Nginx) mark() error {
	n.marks++
	client := http.Client{Timeout: Patience, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%s/mark-%d", n.Ports["marks"], n.marks))
	if err == nil {
		answer.Body.Close()
	}
	return err
}

func (n *Nginx) log() string {
	text, _ := os.ReadFile(filepath.Join(n.dir, "access.log"))
	return string(text)
}

// Seen are the requests that have come since it was asked last.
func (n *Nginx) Seen(t *testing.T) string {
	t.Helper()
	from := fmt.Sprintf("/mark-%d ", n.marks)
	must(t, n.mark())
	to := fmt.Sprintf("/mark-%d ", n.marks)
	var log string
	Eventually(t, "nginx has written its log", func() bool {
		log = n.log()
		return strings.Contains(log, to)
	})
	_, log, _ = strings.Cut(log, from)
	_, log, _ = strings.Cut(log, "\n") // the rest of the mark's own line
	log, _, _ = strings.Cut(log, "GET "+to)
	return log
}
