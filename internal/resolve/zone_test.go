package resolve

import (
	"bytes"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/phpstream-go/phpstream/internal/dnstest"
)

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func reply(answer ...dnstest.Record) dnstest.Reply { return dnstest.Reply{Answer: answer} }

func fails(code dnsmessage.RCode) dnstest.Reply { return dnstest.Reply{RCode: code} }

// zone is what the scripted server answers to the recorded calls.
var zone = dnstest.Zone{
	"a.test. A":         reply(rr("A", ip("192.0.2.1")), rr("A", ip("192.0.2.3")), rr("A", ip("192.0.2.2"))),
	"a.test. MX":        reply(rr("MX", 20, "mx2.a.test."), rr("MX", 10, "mx1.a.test."), rr("MX", 10, "@")),
	"a.test. NS":        reply(rr("NS", "ns1.a.test."), rr("NS", "@")),
	"a.test. SOA":       reply(rr("SOA", "ns1.a.test.", `first\.last.a.test.`, uint32(4294967295), uint32(2), uint32(3), uint32(4), uint32(5))),
	"a.test. TXT":       reply(rr("TXT", "v=spf1 -all"), rr("TXT", "one ", "two", "", "three"), rr("TXT", "bytes \xff\x00\xe4"), rr("TXT", strings.Repeat("x", 255), "y")),
	"a.test. HINFO":     reply(rr("HINFO", "VAX", "UNIX \"5\"")),
	"a.test. SRV":       reply(rr("SRV", 1, 2, 5060, "sip.a.test."), rr("SRV", 0, 0, 0, ".")),
	"a.test. CAA":       reply(rr("CAA", byte(0), "issue", []byte("ca.test; x=1")), rr("CAA", byte(128), "iodef", []byte("mailto:a@a.test")), rr("CAA", byte(0), "issue", []byte{})),
	"a.test. NAPTR":     reply(rr("NAPTR", 100, 10, "u", "E2U+sip", "!^.*$!sip:i@a.test!", "."), rr("NAPTR", 1, 2, "", "", "", "r.a.test.")),
	"a.test. PTR":       reply(rr("PTR", "host.a.test.")),
	"a.test. AAAA":      reply(aaaaAll()...),
	"a.test. A6":        reply(rr("A6", byte(0), ip("2001:db8::1")), rr("A6", byte(64), bytes.Repeat([]byte{0x12, 0}, 4), "rest.a.test."), rr("A6", byte(28), ip("2001:db8::1").AsSlice()[3:], "p."), rr("A6", byte(28), []byte{0}, ip("2001:db8::").AsSlice()[4:], "p."), rr("A6", byte(128), "all.a.test.")),
	"a.test. 99":        reply(rr("99", "raw \x00\xff data")),
	"a.test. ANY":       {Answer: []dnstest.Record{rr("A", ip("192.0.2.1")), rr("MX", 10, "@"), rr("99", "unknown"), rr("TXT", "any")}, Authority: []dnstest.Record{rr("NS", "ns9.a.test.").From("test.")}, Additional: []dnstest.Record{rr("A", ip("192.0.2.53")).From("ns9.a.test.")}},
	"alias.test. A":     reply(rr("CNAME", "a.test."), rr("A", ip("192.0.2.1")).From("a.test.")),
	"alias.test. MX":    reply(rr("CNAME", "a.test."), rr("MX", 5, "mx.a.test.").From("a.test.")),
	"alias.test. CNAME": reply(rr("CNAME", "a.test.")),
	"full.test. MX":     {Answer: []dnstest.Record{rr("MX", 1, "m.full.test.")}, Authority: []dnstest.Record{rr("NS", "ns.full.test."), rr("99", "x")}, Additional: []dnstest.Record{rr("A", ip("192.0.2.9")).From("m.full.test."), rr("AAAA", ip("2001:db8::9")).From("m.full.test."), rr("41", []byte{0, 1, 0, 0})}},
	"full.test. ANY":    {Answer: []dnstest.Record{rr("A", ip("192.0.2.1"))}, Authority: []dnstest.Record{rr("NS", "again.full.test.")}, Additional: []dnstest.Record{rr("A", ip("192.0.2.10")).From("again.full.test.")}},

	"nodata.test. A": {}, "nodata.test. AAAA": {}, "nodata.test. MX": {}, "nodata.test. ANY": {},
	"fail.test. A": fails(dnsmessage.RCodeServerFailure), "fail.test. MX": fails(dnsmessage.RCodeServerFailure), "fail.test. AAAA": fails(dnsmessage.RCodeServerFailure),
	"refused.test. A": fails(dnsmessage.RCodeRefused), "refused.test. AAAA": fails(dnsmessage.RCodeRefused),
	"notimp.test. A": fails(dnsmessage.RCodeNotImplemented),
	"format.test. A": fails(dnsmessage.RCodeFormatError), "format.test. AAAA": fails(dnsmessage.RCodeFormatError), "format.test. MX": fails(dnsmessage.RCodeFormatError),
	"odd.test. A":   fails(9),
	"lame.test. A":  {Lame: true},
	"big.test. TXT": {TooBig: true, Answer: []dnstest.Record{rr("TXT", strings.Repeat("a", 250)), rr("TXT", strings.Repeat("b", 250)), rr("TXT", strings.Repeat("c", 250))}},
	"drop.test. A":  {Drop: true}, "drop.test. AAAA": {Drop: true},
	"other.test. A":  reply(rr("AAAA", ip("2001:db8::1"))),
	"forged.test. A": {Forged: []string{"id", "question"}, Answer: []dnstest.Record{rr("A", ip("192.0.2.77"))}},

	// Malformed answers: PHP shows what it read until the break.
	"cut.test. A":       {Cut: 2, Answer: []dnstest.Record{rr("A", ip("192.0.2.1")), rr("A", ip("192.0.2.2"))}},
	"cut.test. SOA":     {Cut: 4, Answer: []dnstest.Record{rr("SOA", "m.test.", "r.test.", uint32(1), uint32(2), uint32(3), uint32(4), uint32(5))}},
	"short.test. A":     reply(rr("A", []byte{1, 2})),
	"short.test. MX":    reply(rr("MX", []byte{1})),
	"short.test. SRV":   reply(rr("SRV", 1, 2)),
	"short.test. SOA":   reply(rr("SOA", "m.test.", "r.test.", uint32(1))),
	"short.test. CAA":   reply(rr("CAA", byte(0), []byte{9, 'x'})),
	"short.test. AAAA":  reply(rr("AAAA", []byte{1, 2})),
	"short.test. HINFO": reply(rr("HINFO", []byte{200, 'x'})),
	"short.test. TXT":   reply(rr("TXT", []byte{200, 'x', 'y'})),
	"short.test. NAPTR": reply(rr("NAPTR", 1, 2, "u", []byte{100})),
	"short.test. NS":    reply(rr("NS", []byte{9, 'x'})),
	"none.test. A":      reply(rr("A", ip("192.0.2.1")), rr("A"), rr("A", ip("192.0.2.3"))),
	"none.test. TXT":    reply(rr("TXT", byte(0))),
	"loop.test. NS":     reply(rr("NS", "ok.loop.test."), rr("NS", []byte{1, 'x', 0xC0, 39}), rr("NS", "never.test.")),
	"loop.test. MX":     reply(rr("MX", 1, "ok.loop.test."), rr("MX", 2, []byte{0xFF, 0xFF})),
	"forward.test. NS":  reply(rr("NS", []byte{0xC0, 45}), rr("NS", "ok.test.")),
	"label.test. NS":    reply(rr("NS", []byte{0x41, 'x', 0})),
	"odd.test. NS":      reply(rr("NS", []byte("\x0aa\"b;c\\d@$ \x00\xff\x01-\x00")[:13], []byte{0})),

	// For the search list.
	"host.one.test. A":      reply(rr("A", ip("192.0.2.11"))),
	"deep.host.two.test. A": reply(rr("A", ip("192.0.2.12"))),
	"plain. A":              reply(rr("A", ip("192.0.2.13"))),
	"nd.one.test. A":        {},
	"sf.one.test. A":        fails(dnsmessage.RCodeServerFailure),
	"sf.two.test. A":        reply(rr("A", ip("192.0.2.14"))),
	"fe.one.test. A":        fails(dnsmessage.RCodeFormatError),
	"fe.two.test. A":        reply(rr("A", ip("192.0.2.15"))),
	"as.is. A":              fails(dnsmessage.RCodeServerFailure),
	"x.y.z. A":              {},
}

func rr(typ string, parts ...any) dnstest.Record { return dnstest.RR(typ, parts...) }

// aaaaAll holds addresses that PHP writes in a form of its own.
func aaaaAll() (list []dnstest.Record) {
	for _, a := range []string{"2001:db8::1", "::", "::1", "1::", "2001:db8:0:1:1:1:1:1", "2001:0:0:1:0:0:0:1", "0:1:0:1:0:1:0:1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:0", "0:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "abcd:ef01::"} {
		list = append(list, rr("AAAA", ip(a)))
	}
	return list
}
