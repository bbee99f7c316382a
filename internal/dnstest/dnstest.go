// Package dnstest is a scripted DNS server on loopback for tests: it answers
// what it was told to, malformed messages and forged ones too.
package dnstest

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// A Zone holds the replies by "name. TYPE" in lower case, with the type as a
// name or as a number ("x.test. MX", "x.test. 257"). A question that is not
// in it gets "no such name".
type Zone map[string]Reply

// A Reply is what the server answers to one question.
type Reply struct {
	RCode                         dnsmessage.RCode
	Lame                          bool // no recursion, no authority
	Answer, Authority, Additional []Record
	TooBig                        bool // by UDP only a truncated, empty answer
	Drop                          bool // no answer
	Cut                           int  // leave so many bytes out at the end
	Extend                        []byte
	// Forged are sent in front of the answer: "id", "question", "query" (not
	// a response), "short", and by UDP "source" (from another port).
	Forged []string
}

// A Record is a resource record. Its data is given as on the wire.
type Record struct {
	Name string // "" is the name asked for
	Type uint16
	TTL  uint32
	Data []byte
}

// Server answers by UDP and TCP on one port.
type Server struct {
	Addr netip.AddrPort

	zone    Zone
	udp     *net.UDPConn
	tcp     *net.TCPListener
	mu      sync.Mutex
	queries []string
}

// Start serves the zone on a port of 127.0.0.1 that the kernel picks.
func Start(t *testing.T, zone Zone) *Server {
	t.Helper()
	return StartAt(t, zone, "127.0.0.1:0")
}

// StartAt serves the zone on a given address.
func StartAt(t *testing.T, zone Zone, addr string) *Server {
	t.Helper()
	return start(t, zone, func() string { return addr })
}

// StartAt53 serves the zone on port 53, the only one that the C library asks,
// of a loopback address that it picks: tests that run side by side don't meet.
func StartAt53(t *testing.T, zone Zone) *Server {
	t.Helper()
	return start(t, zone, func() string {
		return fmt.Sprintf("127.53.%d.%d:53", rand.IntN(256), 1+rand.IntN(254))
	})
}

// start serves the zone on the first address of those picked that is free, for
// UDP and for TCP.
func start(t *testing.T, zone Zone, pick func() string) *Server {
	t.Helper()
	s := &Server{zone: zone}
	var err error
	for range 10 {
		if err = s.listen(pick()); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(s.serveUDP)
	running.Go(s.serveTCP)
	t.Cleanup(func() {
		s.udp.Close()
		s.tcp.Close()
		running.Wait()
	})
	return s
}

func (s *Server) listen(addr string) error {
	tcp, err := net.Listen("tcp4", addr)
	if err != nil {
		return err
	}
	s.Addr = netip.MustParseAddrPort(tcp.Addr().String())
	if s.udp, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(s.Addr)); err != nil {
		tcp.Close()
		return err
	}
	s.tcp = tcp.(*net.TCPListener)
	return nil
}

// Queries returns what was asked until now and forgets it: "udp x.test. MX".
func (s *Server) Queries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queries
	s.queries = nil
	return q
}

func (s *Server) serveUDP() {
	buf := make([]byte, 65536)
	for {
		n, from, err := s.udp.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		forged, answer := s.reply("udp", buf[:n])
		for how, msg := range forged {
			if how == "source" {
				if other, err := net.ListenUDP("udp4", nil); err == nil {
					other.WriteToUDPAddrPort(msg, from)
					other.Close()
				}
				continue
			}
			s.udp.WriteToUDPAddrPort(msg, from)
		}
		if answer != nil {
			s.udp.WriteToUDPAddrPort(answer, from)
		}
	}
}

func (s *Server) serveTCP() {
	for {
		c, err := s.tcp.Accept()
		if err != nil {
			return
		}
		c.SetDeadline(time.Now().Add(10 * time.Second))
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err == nil {
			query := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(c, query); err == nil {
				forged, answer := s.reply("tcp", query)
				for _, msg := range forged {
					c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(msg))), msg...))
				}
				if answer != nil {
					c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
				}
			}
		}
		c.Close()
	}
}

// reply builds the answer to a query, and the forged messages to be sent in
// front of it.
func (s *Server) reply(network string, query []byte) (forged map[string][]byte, answer []byte) {
	var p dnsmessage.Parser
	head, err := p.Start(query)
	if err != nil {
		return nil, nil
	}
	q, err := p.Question()
	if err != nil {
		return nil, nil
	}
	name := strings.ToLower(q.Name.String())
	key := name + " " + TypeName(uint16(q.Type))
	s.mu.Lock()
	s.queries = append(s.queries, network+" "+key)
	s.mu.Unlock()
	r, known := s.zone[key]
	if !known {
		r.RCode = dnsmessage.RCodeNameError
	}
	if r.Drop {
		return nil, nil
	}
	if r.TooBig && network == "udp" {
		return nil, build(head.ID, q, Reply{}, true)
	}
	forged = map[string][]byte{}
	for _, how := range r.Forged {
		forged[how] = forge(how, head.ID, q)
	}
	answer = build(head.ID, q, r, false)
	return forged, answer[:len(answer)-r.Cut]
}

// forge makes a message that must not be taken for the answer. It carries an
// address that no test wants to see.
func forge(how string, id uint16, q dnsmessage.Question) []byte {
	bad := Reply{Answer: []Record{{Type: uint16(q.Type), TTL: 1, Data: []byte{6, 6, 6, 6}}}}
	switch how {
	case "id":
		return build(id+1, q, bad, false)
	case "question":
		q.Name.Data[0] ^= 'a' ^ 'b' // another name of the same length
		return build(id, q, bad, false)
	case "query":
		msg := build(id, q, bad, false)
		msg[2] &^= 0x80
		return msg
	case "short":
		return build(id, q, bad, false)[:11]
	case "source":
		return build(id, q, bad, false)
	}
	panic("dnstest: no such forgery: " + how)
}

func build(id uint16, q dnsmessage.Question, r Reply, truncated bool) []byte {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{
		ID: id, Response: true, RecursionDesired: true, Truncated: truncated,
		RecursionAvailable: !r.Lame, RCode: r.RCode,
	})
	b.EnableCompression()
	must(b.StartQuestions())
	must(b.Question(q))
	section := func(start func() error, records []Record) {
		must(start())
		for _, rr := range records {
			name := q.Name
			if rr.Name != "" {
				name = dnsmessage.MustNewName(rr.Name)
			}
			h := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: rr.TTL}
			must(b.UnknownResource(h, dnsmessage.UnknownResource{Type: dnsmessage.Type(rr.Type), Data: rr.Data}))
		}
	}
	section(b.StartAnswers, r.Answer)
	section(b.StartAuthorities, r.Authority)
	section(b.StartAdditionals, r.Additional)
	msg, err := b.Finish()
	must(err)
	return msg
}

// must guards what only a wrong script can make fail.
func must(err error) {
	if err != nil {
		panic("dnstest: " + err.Error())
	}
}
