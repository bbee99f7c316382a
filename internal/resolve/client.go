package resolve

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	headerLen = 12
	classIN   = 1
	// answerMax is how much PHP reads of an answer.
	answerMax = 65535
)

// Response codes (RFC 1035, 4.1.1).
const (
	rcodeServFail = 2
	rcodeNXDomain = 3
	rcodeNotImp   = 4
	rcodeRefused  = 5
)

var (
	errNoAnswer = errors.New("resolve: no server answered")
	errNext     = errors.New("resolve: the next server has to be asked")
)

// header is the part of a message in front of its sections.
type header struct {
	id             uint16
	flags          uint16
	qd, an, ns, ar int
}

func (h header) rcode() int      { return int(h.flags & 0xF) }
func (h header) truncated() bool { return h.flags&0x0200 != 0 }
func (h header) response() bool  { return h.flags&0x8000 != 0 }

// lame reports whether the answer only shows the way to other servers.
func (h header) lame() bool {
	const authoritative, recursionAvailable = 0x0400, 0x0080
	return h.rcode() == 0 && h.an == 0 && h.ar == 0 && h.flags&(authoritative|recursionAvailable) == 0
}

func parseHeader(msg []byte) (header, bool) {
	if len(msg) < headerLen {
		return header{}, false
	}
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(msg[at:])) }
	return header{uint16(u16(0)), uint16(u16(2)), u16(4), u16(6), u16(8), u16(10)}, true
}

// newQuery builds the question for one name and type, with an ID that nobody
// can guess.
func newQuery(name string, qtype uint16) ([]byte, error) {
	msg := make([]byte, headerLen, headerLen+maxWire+4)
	if _, err := rand.Read(msg[:2]); err != nil {
		return nil, err
	}
	msg[2] = 1 // recursion desired
	msg[5] = 1 // one question
	msg, err := packName(msg, name)
	if err != nil {
		return nil, err
	}
	msg = binary.BigEndian.AppendUint16(msg, qtype)
	return binary.BigEndian.AppendUint16(msg, classIN), nil
}

// answers reports whether msg is a response to query: the same ID and the
// same question. What does not fit is not an answer, whoever sent it.
func answers(msg, query []byte) bool {
	h, ok := parseHeader(msg)
	if !ok || !h.response() || h.id != binary.BigEndian.Uint16(query) || h.qd != 1 {
		return false
	}
	end, err := skipName(msg, headerLen)
	if err != nil || end+4 > len(msg) {
		return false
	}
	// The C library compares names without regard to case.
	asked, got := query[headerLen:], msg[headerLen:end+4]
	n := len(asked) - 4
	return len(got) == len(asked) && bytes.Equal(lower(got[:n]), lower(asked[:n])) && bytes.Equal(got[n:], asked[n:])
}

// lower folds ASCII letters only: the bytes are no UTF-8. Length octets are
// below 'A' and stay.
func lower(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// turn counts queries, for "options rotate".
var turn atomic.Uint32

// send asks the servers in turn and returns the first usable answer, as the
// C library's res_nsend does: a server that fails, refuses or does not know
// the operation is passed over, a truncated answer is asked for again by TCP,
// and each further server gets a longer limit. Where no server answers, last
// is what the last one said, and refused tells that none was there at all.
func (c *conf) send(ctx context.Context, query []byte) (msg, last []byte, refused bool, err error) {
	servers := c.servers
	if c.rotate {
		n := int(turn.Add(1)) % len(servers)
		servers = append(append([]netip.AddrPort{}, servers[n:]...), servers[:n]...)
	}
	useTCP, heard := c.useTCP, false
	for range max(c.attempts, 0) {
		for i, server := range servers {
			if err := ctx.Err(); err != nil {
				return nil, last, false, err
			}
			limit := c.serverLimit(i)
			msg, err := c.exchange(ctx, server, query, limit, &useTCP)
			switch {
			case err == nil:
				return msg, nil, false, nil
			case errors.Is(err, errNext):
				last, heard = msg, true
			case !errors.Is(err, syscall.ECONNREFUSED):
				heard = true
			}
		}
		if useTCP {
			break // by TCP, one attempt for each server
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, last, false, err
	}
	return nil, last, !heard, errNoAnswer
}

// serverLimit is how long the i-th server may take: the first the configured
// time, later ones twice as long each, shared among the servers; a second at
// least.
func (c *conf) serverLimit(i int) time.Duration {
	limit := c.timeout << i
	if i > 0 {
		limit /= time.Duration(len(c.servers))
	}
	return max(limit.Truncate(time.Second), time.Second)
}

// exchange asks one server. It returns errNext with the message where the
// server answered, but nothing that counts.
func (c *conf) exchange(ctx context.Context, server netip.AddrPort, query []byte, limit time.Duration, useTCP *bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if !*useTCP {
		msg, err := ask(ctx, "udp", server, query)
		if err != nil {
			return nil, err
		}
		h, _ := parseHeader(msg)
		switch {
		case h.rcode() == rcodeServFail, h.rcode() == rcodeNotImp, h.rcode() == rcodeRefused, h.lame():
			return msg, errNext
		case !h.truncated():
			return msg, nil
		}
		*useTCP = true
	}
	return ask(ctx, "tcp", server, query)
}

// ask sends the query and waits for its answer; other messages are dropped.
// The socket is connected, so that the kernel drops what other hosts send.
func ask(ctx context.Context, network string, server netip.AddrPort, query []byte) ([]byte, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, server.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "udp" {
		return askUDP(conn, query)
	}
	return askTCP(conn, query)
}

func askUDP(conn net.Conn, query []byte) ([]byte, error) {
	if _, err := conn.Write(query); err != nil {
		return nil, err
	}
	buf := make([]byte, answerMax)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return nil, err
		}
		if answers(buf[:n], query) {
			return bytes.Clone(buf[:n]), nil
		}
	}
}

func askTCP(conn net.Conn, query []byte) ([]byte, error) {
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(query)))
	if _, err := conn.Write(append(framed, query...)); err != nil {
		return nil, err
	}
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return nil, err
		}
		buf := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, buf); err != nil {
			return nil, err
		}
		if answers(buf, query) {
			return buf, nil
		}
	}
}
