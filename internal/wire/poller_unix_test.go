//go:build unix

package wire

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"
)

// round is one wait for reading by all of the conns. It answers which are ready.
func round(t testing.TB, conns []*Conn, wait time.Duration) map[*Conn]bool {
	t.Helper()
	p := NewPoller(len(conns))
	defer p.Release()
	for _, c := range conns {
		if p.Join(c) {
			break
		}
	}
	numbers := make([]int, len(conns))
	for i, c := range conns {
		n, ok := p.Add(c, Readable)
		if !ok {
			n = -1
		}
		numbers[i] = n
	}
	if _, err := p.Wait(wait, false); err != nil {
		t.Fatal(err)
	}
	ready := map[*Conn]bool{}
	for i, n := range numbers {
		if n >= 0 && p.Got(n) != 0 {
			ready[conns[i]] = true
		}
	}
	return ready
}

func pairs(t *testing.T, n int) (conns []*Conn, peers []net.Conn) {
	for range n {
		c, peer := pair(t)
		conns, peers = append(conns, c), append(peers, peer)
	}
	return conns, peers
}

// TestPollerRounds: what the system watches and what it is asked one by one
// answer alike, whoever comes and goes.
func TestPollerRounds(t *testing.T) {
	conns, peers := pairs(t, 40)
	random := rand.New(rand.NewPCG(1, 2))
	full := map[*Conn]bool{}
	for n := range 300 {
		i := random.IntN(len(conns))
		if full[conns[i]] {
			if n, err := conns[i].TryRead(make([]byte, 1)); n != 1 {
				t.Fatal(err)
			}
		} else {
			if _, err := peers[i].Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		full[conns[i]] = !full[conns[i]]
		var asked []*Conn
		for _, c := range conns {
			if n%50 < 10 || random.IntN(20) > 0 {
				asked = append(asked, c)
			}
		}
		if n%30 == 29 {
			asked = slices.Clone(conns[:2+random.IntN(10)])
		}
		random.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
		got := round(t, asked, 0)
		for end := time.Now().Add(bound); full[conns[i]] && slices.Contains(asked, conns[i]) && !got[conns[i]] && time.Now().Before(end); {
			got = round(t, asked, 10*time.Millisecond) // the byte is on its way
		}
		for _, c := range asked {
			if got[c] != full[c] {
				t.Fatalf("round %d: ready %v, has a byte %v", n, got[c], full[c])
			}
		}
	}
}

// TestCloseWakesPoller, however the conn is waited for, and whatever the numbers
// of descriptors are used for next.
func TestCloseWakesPoller(t *testing.T) {
	for _, n := range []int{1, 30} {
		for _, rounds := range []int{1, 8} {
			t.Run(fmt.Sprintf("%d conns, round %d", n, rounds), func(t *testing.T) {
				conns, _ := pairs(t, n)
				for range rounds - 1 {
					round(t, conns, 0)
				}
				p := NewPoller(n)
				defer p.Release()
				p.Join(conns[0])
				for _, c := range conns {
					p.Add(c, Readable)
				}
				go func() {
					time.Sleep(20 * time.Millisecond)
					conns[n-1].Close()
				}()
				began := time.Now()
				news, err := p.Wait(bound, false)
				if !news || err != nil || time.Since(began) > bound/2 {
					t.Fatal(news, err, time.Since(began))
				}
				for i := range conns {
					if p.Got(i) != 0 {
						t.Errorf("%d is ready", i)
					}
				}
			})
		}
	}
}

// TestPollerWakes: the Waker ends a wait, and does not end the next one.
func TestPollerWakes(t *testing.T) {
	for _, rounds := range []int{0, 8} {
		conns, _ := pairs(t, 10)
		for range rounds {
			round(t, conns, 0)
		}
		p := NewPoller(len(conns))
		p.Join(conns[0])
		for _, c := range conns {
			p.Add(c, Readable)
		}
		w, err := p.Waker()
		if err != nil {
			t.Fatal(err)
		}
		go w.Wake()
		if news, err := p.Wait(bound, false); !news || err != nil {
			t.Error(news, err)
		}
		if news, err := p.Wait(20*time.Millisecond, false); news || err != nil {
			t.Error(news, err)
		}
		p.Release()
	}
}

// TestPollersShare: several at once wait for the same conns, and some of these are
// closed.
func TestPollersShare(t *testing.T) {
	conns, peers := pairs(t, 60)
	stop := make(chan struct{})
	var work sync.WaitGroup
	for n := range 4 {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for c := range round(t, conns, 5*time.Millisecond) {
					if n == 0 { // a conn has one reader
						c.TryRead(make([]byte, 10))
					}
				}
			}
		})
	}
	for i, c := range conns {
		peers[(i*7)%len(peers)].Write([]byte("x"))
		if i%2 == 0 {
			work.Go(func() { c.Close() })
		}
		time.Sleep(time.Millisecond)
	}
	close(stop)
	work.Wait()
	for i, c := range conns {
		if i%2 == 1 {
			c.Close()
		}
	}
	for _, c := range conns {
		if s := c.seat.Load(); s != noSeat {
			t.Fatal("a closed conn has a seat")
		}
	}
}

// TestPollerMasks: one conn that is waited for in several ways is one item.
func TestPollerMasks(t *testing.T) {
	conns, peers := pairs(t, 10)
	for n := range 12 {
		p := NewPoller(20)
		p.Join(conns[0])
		first, _ := p.Add(conns[0], Readable)
		for _, c := range conns[1:] {
			p.Add(c, Readable)
		}
		again, _ := p.Add(conns[0], Writable)
		if first != again {
			t.Fatal("two items for one conn")
		}
		if n == 6 {
			peers[0].Write([]byte("x"))
			time.Sleep(20 * time.Millisecond)
		}
		if _, err := p.Wait(bound, false); err != nil {
			t.Fatal(err)
		}
		want := Writable
		if n >= 6 {
			want |= Readable
		}
		if got := p.Got(first); got != want {
			t.Fatalf("round %d: %v, want %v", n, got, want)
		}
		if !p.First(first, Readable) || p.First(first, Readable) || !p.First(first, Writable) {
			t.Fatal("counting")
		}
		p.Release()
	}
}

// TestWatchedNotAskedFor: a conn that is watched, and not waited for in this round,
// does not end its wait.
func TestWatchedNotAskedFor(t *testing.T) {
	conns, peers := pairs(t, 12)
	for range 8 {
		round(t, conns, 0)
	}
	peers[3].Write([]byte("x"))
	p := NewPoller(len(conns))
	p.Join(conns[0])
	for i, c := range conns {
		if i == 3 {
			p.Add(c, 0)
		} else {
			p.Add(c, Readable)
		}
	}
	if news, err := p.Wait(50*time.Millisecond, false); news || err != nil {
		t.Error(news, err)
	}
	p.Release()
	others := append(append([]*Conn(nil), conns[:3]...), conns[4:]...)
	if got := round(t, others, 50*time.Millisecond); len(got) != 0 {
		t.Error(got)
	}
	if got := round(t, conns, bound); !got[conns[3]] {
		t.Error("it is forgotten")
	}
}

func BenchmarkPoller(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			conns := make([]*Conn, n)
			for i := range conns {
				d := Dialer{Timeout: bound}
				c, _, err := d.DialIP(context.Background(), "udp", []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:9")})
				if err != nil {
					b.Fatal(err)
				}
				defer c.Close()
				conns[i] = c
			}
			b.ReportAllocs()
			for b.Loop() {
				p := NewPoller(n)
				p.Join(conns[0])
				for _, c := range conns {
					p.Add(c, Readable)
				}
				p.Wait(0, false)
				p.Release()
			}
		})
	}
}

// TestShutdownWakesReader: a reader of datagrams does not wait on when they are
// shut down.
func TestShutdownWakesReader(t *testing.T) {
	for _, late := range []time.Duration{0, 20 * time.Millisecond} {
		d := Dialer{Timeout: bound}
		c, _, err := d.DialIP(context.Background(), "udp", []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:9")})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(late)
			c.Shutdown(ShutRead)
		}()
		began := time.Now()
		n, err := c.Read(make([]byte, 10), time.Now().Add(bound))
		if n != 0 || err != ErrWouldBlock || time.Since(began) > bound/2 {
			t.Errorf("%d %v after %v", n, err, time.Since(began))
		}
		if n, err := c.Read(make([]byte, 10), time.Now().Add(bound)); n != 0 || err != ErrWouldBlock {
			t.Errorf("again: %d %v", n, err)
		}
		c.Close()
	}
}
