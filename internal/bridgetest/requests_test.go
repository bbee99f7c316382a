package bridgetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// TestRequests holds that persistent streams outlive the requests of a PHP that
// serves many, and others don't.
func TestRequests(t *testing.T) {
	dir := programs(t)
	for version, pair := range engines(t) {
		t.Run("PHP"+version, func(t *testing.T) {
			before := pair[1].answered(t)
			want, got := pair[0].serve(t, dir), pair[1].serve(t, dir)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("PHP alone (-), with this library (+):\n%s", diff)
			}
			if !strings.Contains(want[1], "connection 1 ") || !strings.Contains(want[1], "at 74") || !strings.Contains(want[3], "connection 2 ") {
				t.Errorf("PHP alone has kept nothing: %q", want)
			}
			if pair[1].answered(t) == before {
				t.Error("this library answered no call")
			}
		})
	}
}

// serve runs PHP's web server, and answers what requests to it bring.
func (e engine) serve(t *testing.T, dir string) (answers []string) {
	t.Helper()
	peer, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	go count(peer)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	args := []string{"-n", "-d", "html_errors=0"}
	if e.bridge != "" {
		args = append(args, "-d", "extension="+e.bridge)
	}
	address := freeAddress(t)
	cmd := phptest.Cmd(ctx, e.command, append(args, "-S", address, filepath.Join(dir, "request.php"))...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PHPSTREAM_BRIDGE_STRICT=1", "PHPSTREAM_BRIDGE_LOG=" + e.log}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt) // it ends as PHP does, and writes its log
		cmd.Wait()
	}()
	_, port, _ := net.SplitHostPort(peer.Addr().String())
	for _, query := range []string{"", "", "&close=1", "", ""} {
		answers = append(answers, get(t, ctx, "http://"+address+"/?port="+port+query))
	}
	return answers
}

// count answers each line with the number of its connection.
func count(peer net.Listener) {
	var n atomic.Int32
	for {
		c, err := peer.Accept()
		if err != nil {
			return
		}
		// An ordinary stream says nothing, and isn't counted.
		go func() {
			defer c.Close()
			lines, mine := bufio.NewScanner(c), int32(0)
			for lines.Scan() {
				if mine == 0 {
					mine = n.Add(1)
				}
				fmt.Fprintf(c, "connection %d hears %s\n", mine, lines.Text())
			}
		}()
	}
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// get asks until the server is there.
func get(t *testing.T, ctx context.Context, url string) string {
	t.Helper()
	for {
		request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
