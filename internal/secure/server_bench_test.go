package secure

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// BenchmarkServer is a server's handshake, with a client of crypto/tls in the
// same process: with a policy that is read anew each time, as PHP reads its
// options, and with crypto/tls alone.
func BenchmarkServer(b *testing.B) {
	all, ca, _, _ := certFiles(b)
	options := ssl{"local_cert": all, "cafile": ca, "verify_peer": false}
	pair, err := tls.LoadX509KeyPair(all, all)
	if err != nil {
		b.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}}
	for _, test := range []struct {
		name  string
		serve func(at netip.AddrPort) error
	}{
		{"ours", func(at netip.AddrPort) error {
			d := wire.Dialer{Timeout: bound}
			w, _, err := d.DialIP(context.Background(), "tcp", []netip.AddrPort{at})
			if err != nil {
				return err
			}
			defer w.Close()
			p, _, err := NewPolicy(Settings{Options: options, Version: phpfacts.PHP84, Method: anyServer})
			if err != nil {
				return err
			}
			c := Server(w, p)
			if err := c.Handshake(context.Background(), bound); err != nil {
				return err
			}
			_, err = c.Check()
			return err
		}},
		{"theirs", func(at netip.AddrPort) error {
			c, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(at))
			if err != nil {
				return err
			}
			defer c.Close()
			return tls.Server(c, config).Handshake()
		}},
	} {
		b.Run(test.name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					tls.Client(c, &tls.Config{InsecureSkipVerify: true}).Handshake()
					c.Close()
				}
			}()
			at := netip.MustParseAddrPort(l.Addr().String())
			for b.Loop() {
				if err := test.serve(at); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
