package scenario

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var orderNumber = regexp.MustCompile(`^[0-9]+$`)

// connectAll is a client at work: it waits for the program's orders to connect.
func (r *running) connectAll() {
	seen := map[string]bool{}
	for n := 0; ; {
		orders, _ := filepath.Glob(filepath.Join(r.world.Tmp, "connect-"+r.Name+"-*"))
		for _, order := range orders {
			if seen[order] || !orderNumber.MatchString(strings.TrimPrefix(filepath.Base(order), "connect-"+r.Name+"-")) {
				continue
			}
			seen[order] = true
			if err := r.connect(order, n); err != nil {
				r.fail(err)
				return
			}
			n++
		}
		if r.ended() {
			return
		}
		r.pause(2 * time.Millisecond)
	}
}

// connect carries out one order, and says so.
func (r *running) connect(order string, n int) error {
	address, err := os.ReadFile(order)
	if err != nil {
		return err
	}
	c, err := r.dial(string(address), n)
	if err != nil {
		return err
	}
	c.SetDeadline(time.Now().Add(longest))
	r.play(c, n, c.LocalAddr())
	number := strings.TrimPrefix(filepath.Base(order), "connect-")
	return os.WriteFile(filepath.Join(r.world.Tmp, "connected-"+number), nil, 0o666)
}

// dial connects to an address in one of the forms that programs have for it. A
// client of udg has a path of its own, so that it can be answered.
func (r *running) dial(address string, n int) (net.Conn, error) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "tcp", address
	}
	d := net.Dialer{Timeout: 5 * time.Second}
	switch {
	case scheme == "udp":
		return d.Dial("udp", rest)
	case scheme == "udg":
		own := filepath.Join(r.world.Tmp, fmt.Sprintf("client%s%d.sock", r.Name, n+1))
		d.LocalAddr = &net.UnixAddr{Name: own, Net: "unixgram"}
		return d.Dial("unixgram", rest)
	case scheme == "unix", strings.HasPrefix(rest, "/"):
		return d.Dial("unix", rest)
	}
	return d.Dial("tcp", rest)
}
