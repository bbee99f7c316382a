package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// An item is a line, a TLS record, a datagram or a remark of a connection.
type item struct {
	sent  bool
	kind  string // "line", "datagram", "tls", "note"
	text  string // the bytes of a line or a datagram; what is to say of the others
	sizes []int  // of TLS records of one kind in a row
}

// A stream is one direction of a connection, as far as it is not yet cut.
type stream struct {
	rest      []byte
	encrypted bool // TLS no longer says what its handshake messages are
}

func (c *connection) note(text string) {
	c.items = append(c.items, &item{kind: "note", text: text, sent: true})
}

func (c *connection) send(b []byte)    { c.feed(0, b) }
func (c *connection) receive(b []byte) { c.feed(1, b) }

// feed cuts what came into lines and TLS records, whatever pieces it came in.
func (c *connection) feed(direction int, b []byte) {
	if len(b) == 0 {
		return
	}
	sent := direction == 0
	if strings.HasPrefix(c.network, "udp") || strings.HasSuffix(c.network, "-dgram") {
		c.items = append(c.items, &item{sent: sent, kind: "datagram", text: string(b)})
		return
	}
	s := &c.streams[direction]
	s.rest = append(s.rest, b...)
	for len(s.rest) > 0 {
		size, record := tlsRecord(s.rest)
		if record {
			if len(s.rest) < size {
				return
			}
			c.record(sent, s, s.rest[:size])
		} else {
			end := bytes.IndexByte(s.rest, '\n')
			if end < 0 {
				return
			}
			size = end + 1
			c.items = append(c.items, &item{sent: sent, kind: "line", text: string(s.rest[:size])})
		}
		s.rest = s.rest[size:]
	}
}

// finish takes what never came to its end.
func (c *connection) finish() {
	for direction := range c.streams {
		s := &c.streams[direction]
		if len(s.rest) == 0 {
			continue
		}
		it := &item{sent: direction == 0, kind: "line", text: string(s.rest)}
		if _, record := tlsRecord(s.rest); record {
			it.kind, it.text, it.sizes = "tls", "part of a record", []int{len(s.rest)}
		}
		c.items = append(c.items, it)
		s.rest = nil
	}
}

const tlsHeader = 5

var tlsTypes = map[byte]string{20: "change cipher spec", 21: "alert", 22: "handshake", 23: "application data"}

// tlsRecord says whether a TLS record begins here, and how long it is with its
// header.
func tlsRecord(b []byte) (size int, ok bool) {
	if tlsTypes[b[0]] == "" || len(b) > 1 && b[1] != 3 || len(b) > 2 && b[2] > 4 {
		return 0, false
	}
	if len(b) < tlsHeader {
		return tlsHeader, true
	}
	length := int(binary.BigEndian.Uint16(b[3:]))
	return tlsHeader + length, length <= 1<<14+2048
}

var handshakeTypes = map[byte]string{1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket", 11: "Certificate",
	12: "ServerKeyExchange", 13: "CertificateRequest", 14: "ServerHelloDone", 15: "CertificateVerify",
	16: "ClientKeyExchange", 20: "Finished", 22: "CertificateStatus"}

// record notes a record by its type, and by the messages in it as long as
// these can be read.
func (c *connection) record(sent bool, s *stream, b []byte) {
	body, text := b[tlsHeader:], tlsTypes[b[0]]
	switch {
	case b[0] == 20:
		s.encrypted = true
	case b[0] == 21 && len(body) == 2:
		text += fmt.Sprintf(" %d", body[1])
	case b[0] == 22 && !s.encrypted:
		for len(body) >= 4 {
			if name := handshakeTypes[body[0]]; name != "" {
				text += " " + name
			}
			n := int(binary.BigEndian.Uint32(body) & 0xffffff)
			body = body[min(4+n, len(body)):]
		}
	}
	if n := len(c.items); n > 0 {
		if last := c.items[n-1]; last.kind == "tls" && last.sent == sent && last.text == text {
			last.sizes = append(last.sizes, len(b))
			return
		}
	}
	c.items = append(c.items, &item{sent: sent, kind: "tls", text: text, sizes: []int{len(b)}})
}

// mostSizes is how many sizes of records are listed.
const mostSizes = 6

// String is an item for people. Lines that end as network lines do show no
// end; those that do not show what they have.
func (it *item) String() string {
	arrow := "< "
	if it.sent {
		arrow = "> "
	}
	switch it.kind {
	case "note":
		return "(" + it.text + ")"
	case "tls":
		sum, list := 0, make([]string, len(it.sizes))
		for i, size := range it.sizes {
			sum += size
			list[i] = fmt.Sprint(size)
		}
		sizes := strings.Join(list, "+") + " bytes"
		if len(list) > mostSizes {
			sizes = fmt.Sprintf("%d records, %d bytes", len(list), sum)
		}
		return arrow + "TLS " + it.text + ", " + sizes
	case "datagram":
		return fmt.Sprintf("%sdatagram of %d bytes: %s", arrow, len(it.text), visible(it.text))
	}
	return arrow + visible(strings.TrimSuffix(it.text, "\r\n"))
}

// sameItem says whether two engines did alike. How long their TLS records are,
// and how many, is theirs to choose.
func sameItem(a, b *item) bool {
	if a.kind != b.kind || a.sent != b.sent {
		return false
	}
	if a.kind == "tls" {
		return strings.Fields(a.text)[0] == strings.Fields(b.text)[0]
	}
	return a.text == b.text
}

// statements are what the verdict looks at: of each connection what was sent,
// and then what was received, since which of two that are under way at once is
// seen first is chance. Of TLS only that it is there.
func statements(list []*connection) (all []string) {
	for i, c := range list {
		for _, sent := range []bool{true, false} {
			inTLS := false
			for _, it := range c.items {
				if it.sent != sent || it.kind == "tls" && inTLS {
					continue
				}
				text := it.String()
				if inTLS = it.kind == "tls"; inTLS {
					text = text[:2] + "TLS"
				} else if it.kind == "line" {
					text = text[:2] + it.text
				}
				all = append(all, fmt.Sprintf("%d %s", i+1, text))
			}
		}
	}
	return all
}
