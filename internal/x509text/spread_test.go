package x509text

import (
	"math/big"
	"strings"
)

// sample is a certificate and the part of PHP's array that is compared, "" for
// all of it.
type sample struct {
	id   string
	cert blueprint
	pick string
}

// gn builds general names.
func gnURI(s string) []byte  { return prim(nameURI, s) }
func gnDNS(s string) []byte  { return prim(nameDNS, s) }
func gnMail(s string) []byte { return prim(nameEmail, s) }
func gnIP(s string) []byte   { return prim(nameIP, s) }
func gnDir(n []byte) []byte  { return ctx(nameDirectory, n) }
func gnID(id string) []byte  { return prim(nameID, string(oidBody(id))) }
func gnX400() []byte         { return ctx(nameX400, seq()) }
func gnEDI() []byte          { return ctx(nameEDI, ctx(1, str(tagUTF8, "party"))) }
func gnOther(id string, value []byte) []byte {
	return ctx(nameOther, oid(id), ctx(0, value))
}

const (
	upn      = "1.3.6.1.4.1.311.20.2.3"
	srvName  = "1.3.6.1.5.5.7.8.7"
	xmppAddr = "1.3.6.1.5.5.7.8.5"
	ip6      = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
)

// allNames has each kind of general name.
func allNames() [][]byte {
	return [][]byte{
		gnDNS("a.example"), gnMail("a@b.example"), gnURI("http://a.example/"), gnIP("\x7f\x00\x00\x01"), gnIP(ip6), gnIP("abc"), gnIP(""),
		gnDir(dn(attr(attrC, tagPrintable, "DE"), attr(attrO, tagUTF8, `Quote "x", \ + <é>;# `), attr(attrCN, tagBMP, "\x00B\x00\xfc"))),
		gnDir(seq(set(attr(attrCN, tagUTF8, "#both"), attr(attrOU, tagUTF8, " sides ")), set(attr("1.2.3.4", tagUTF8, "unknown/x+y")))),
		gnID("1.2.840.113549.1"), gnID("1.2.3.4.5"), gnX400(), gnEDI(),
		gnOther(upn, str(tagUTF8, "user@ad")), gnOther(srvName, str(tagIA5, "_smtp.x")), gnOther(xmppAddr, str(tagUTF8, "x@y")),
		gnOther("1.2.3.4", str(tagUTF8, "text")), gnOther("1.2.3.4", str(tagIA5, "ia5")), gnOther("1.2.3.4", integer(5)), gnOther("2.5.4.3", str(tagUTF8, "cn")),
	}
}

// extSamples are certificates with one extension, or a few.
func extSamples() (list []sample) {
	add := func(id string, exts ...[]byte) {
		list = append(list, sample{id, blueprint{extensions: exts}, "extensions"})
	}
	one := func(name, id string, values ...[]byte) {
		for i, v := range values {
			add(name+" "+string(rune('a'+i)), ext(id, false, v))
		}
	}
	one("constraints", idBasicConstraints, seq(), seq(boolean(true)), seq(boolean(true), integer(0)), seq(boolean(false), integer(3)), seq(integer(-1)), seq(boolean(true), bigint(new(big.Int).Lsh(big.NewInt(1), 130))), []byte{}, []byte("x"), seq(boolean(true), integer(1), integer(2)), append(seq(boolean(true)), 1, 2, 3), seq(tlv(1, []byte{5})), tlv(0x30, []byte{1, 0x81, 1, 0xFF}))
	one("key usage", idKeyUsage, bitstr(0, "\xff\x80"), bitstr(5, "\xa0"), bitstr(7, "\x01\x80"), bitstr(0, ""), bitstr(0, "\x00"), integer(3), bitstr(3, "\xff"))
	one("cert type", idCertType, bitstr(0, "\xff"), bitstr(0, ""), bitstr(4, "\x50"))
	one("uses", idExtKeyUsage, seq(oid(useServer), oid(useClient), oid("1.2.3.4")), seq(oid(useAny), oid(useCode), oid(useMicrosoft), oid("1.3.6.1.5.5.7.3.17")), seq(), seq(integer(1)), seq(oid("1.2."+strings.Repeat("4294967295.", 12)+"1")))
	one("subject key", idSubjectKey, octets([]byte("\x00\x01\xfe")), octets(), str(tagUTF8, "x"))
	one("authority key", idAuthorityKey,
		seq(prim(0, "\x0a\x0b")),
		seq(prim(0, "\x0a\x0b"), ctx(1, gnDir(cn("Root"))), prim(2, "\x00\x80\x01")),
		seq(ctx(1, gnDir(cn("Root")), gnDNS("x")), prim(2, "\x05")),
		seq(), seq(ctx(1)), seq(prim(2, "\x00")), seq(prim(2, "\xff")), seq(prim(0, "")), seq(prim(3, "x")), seq(ctx(1, gnDNS("a\x00b"))))
	one("alt names", idSubjectAltName, seq(allNames()...), seq(), seq(gnDNS("nul\x00in"), gnMail("ü@x"), gnURI("line\nend")), []byte("bad"), seq(seq()), seq(prim(9, "x")))
	one("issuer names", idIssuerAltName, seq(allNames()[:10]...), seq(allNames()[10:]...), seq(), seq(gnDNS("nul\x00in")), seq(gnMail("ü@x"), gnURI("line\nend")), seq(gnOther(upn, integer(1))), seq(gnOther(upn, str(tagUTF8, "a\x00b"))), seq(gnOther("1.2.3", str(tagUTF8, "a\x00b"))), seq(gnDir(dn(attr(attrCN, tagUTF8, "fits"), attr(attrO, tagUTF8, strings.Repeat("x", 243))))), seq(gnDir(dn(attr(attrCN, tagUTF8, "cut"), attr(attrO, tagUTF8, strings.Repeat("x", 245))))))
	access := func(method string, g []byte) []byte { return seq(oid(method), g) }
	one("access", "1.3.6.1.5.5.7.1.1",
		seq(access("1.3.6.1.5.5.7.48.1", gnURI("http://ocsp")), access("1.3.6.1.5.5.7.48.2", gnDir(cn("x"))), access("1.2.3", gnOther(upn, str(tagUTF8, "u")))),
		seq(), seq(access("1.3.6.1.5.5.7.48.1", gnURI("nul\x00"))), seq(seq(oid("1.2.3"))))
	one("subject access", "1.3.6.1.5.5.7.1.11", seq(access("1.3.6.1.5.5.7.48.5", gnURI("rsync://x"))))
	notice := func(parts ...[]byte) []byte { return seq(oid(qualifierNotice), seq(parts...)) }
	cps := func(uri string) []byte { return seq(oid(qualifierCPS), str(tagIA5, uri)) }
	reference := seq(str(tagUTF8, "Org é"), seq(integer(1), integer(2)))
	one("policies", "2.5.29.32",
		seq(seq(oid("2.5.29.32.0"))),
		seq(seq(oid("2.23.140.1.2.1")), seq(oid("1.2.3.4"), seq(cps("http://cps"))), seq(oid("1.2.3.5"))),
		seq(seq(oid("1.2.3"), seq(notice(reference, str(tagVisible, "text")), cps("x"), notice(str(tagBMP, "\x00b\x00m"))))),
		seq(seq(oid("1.2.3"), seq(notice(seq(str(tagIA5, "o"), seq(integer(7)))), notice(), notice(str(tagUTF8, "after"))))),
		seq(seq(oid("1.2.3"), seq(notice(seq(str(tagIA5, "o"), seq()), str(tagIA5, ""))))),
		seq(seq(oid("1.2.3"), seq(seq(oid("1.2.3.9"), integer(1)), seq(oid("2.5.4.3"), seq())))),
		seq(seq(oid("1.2.3"), seq()), seq(oid("1.2.4"))),
		seq(), seq(seq(oid("1.2.3"), seq(cps("nul\x00x")))), seq(seq(oid("1.2.3"), seq(seq(oid(qualifierCPS), str(tagUTF8, "x"))))), seq(seq(oid("1.2.3"), seq(notice(str(tagPrintable, "x"))))), []byte{5})
	point := func(parts ...[]byte) []byte { return seq(parts...) }
	full := func(names ...[]byte) []byte { return ctx(0, ctx(0, names...)) }
	for _, kind := range []struct{ name, id string }{{"points", idCRLPoints}, {"freshest", "2.5.29.46"}} {
		one(kind.name, kind.id,
			seq(point(full(gnURI("http://crl")))),
			seq(point(full(gnURI("http://a"), gnURI("http://b"))), point(full(gnDir(cn("x"))))))
	}
	one("points more", idCRLPoints,
		seq(point(full(gnURI("http://crl")), prim(1, "\x01\x60"), ctx(2, gnDir(cn("Issuer"))))),
		seq(point(ctx(0, ctx(1, attr(attrCN, tagUTF8, "relative"), attr(attrO, tagUTF8, "x,y"))))),
		seq(point(prim(1, "\x07\x00")), point(ctx(2, gnIP(ip6), gnIP("\x01\x02\x03\x04")))),
		seq(point(full(gnIP(ip6), gnURI("x\xff\x00y")))), seq(point()), seq(), seq(point(full())), seq(point(ctx(2))), seq(integer(1)))
	one("issuing point", "2.5.29.28", seq(), seq(full(gnURI("http://x")), prim(1, "\xff"), prim(4, "\xff")), seq(prim(2, "\xff"), prim(3, "\x06\xc0"), prim(5, "\xff")), seq(prim(1, "\x00")), seq(ctx(0, ctx(1, attr(attrCN, tagUTF8, "r")))), seq(prim(6, "x")))
	tree := func(g []byte, more ...[]byte) []byte { return seq(append([][]byte{g}, more...)...) }
	one("name constraints", idNameConstraints,
		seq(ctx(0, tree(gnDNS(".example")), tree(gnIP("\x0a\x00\x00\x00\xff\x00\x00\x00")), tree(gnMail("x"))), ctx(1, tree(gnDNS("bad")), tree(gnDir(cn("d"))))),
		seq(ctx(1, tree(gnIP(ip6+strings.Repeat("\xff", 16))), tree(gnIP("abc")), tree(gnIP("\x01\x02\x03\x04")), tree(gnIP(strings.Repeat("\x01", 20))))),
		seq(ctx(0, tree(gnURI("u"), prim(0, "\x00"), prim(1, "\x05")))), seq(), seq(ctx(0), ctx(1)), seq(ctx(0), ctx(1, tree(gnDNS("x")))), seq(ctx(0, tree(gnDNS("x"))), ctx(1)), seq(ctx(0, seq())))
	one("mappings", "2.5.29.33", seq(seq(oid("1.2.3"), oid("2.5.29.32.0")), seq(oid("2.5.4.3"), oid("1.2.5"))), seq(), seq(seq(oid("1.2.3"))))
	one("policy constraints", "2.5.29.36", seq(prim(0, "\x00"), prim(1, "\x03")), seq(prim(1, "\x00")), seq(), seq(prim(2, "\x00")))
	one("inhibit any", "2.5.29.54", integer(0), integer(-5), bigint(new(big.Int).Lsh(big.NewInt(1), 127)), bigint(new(big.Int).Lsh(big.NewInt(-1), 140)), []byte{2, 2, 0, 1}, []byte{2, 0})
	one("key period", "2.5.29.16", seq(prim(0, "20240102030405Z"), prim(1, "20250102030405.25Z")), seq(prim(1, "202501020304Z")), seq(), seq(prim(0, "2024")), seq(prim(0, "20240102030405+0130")))
	one("crl number", "2.5.29.20", integer(77))
	one("reason", "2.5.29.21", tlv(tagEnumerated, []byte{1}), tlv(tagEnumerated, []byte{8}), tlv(tagEnumerated, []byte{7}), integer(1))
	one("hold", "2.5.29.23", oid("1.2.840.10040.2.1"), oid("1.2.3"))
	one("invalidity", "2.5.29.24", str(tagGeneralTime, "20240102030405Z"), str(tagGeneralTime, "x"), str(tagUTCTime, "240102030405Z"))
	one("delta", "2.5.29.27", integer(3))
	one("comment", "2.16.840.1.113730.1.13", str(tagIA5, "a comment"), str(tagIA5, ""), str(tagIA5, "nul\x00x"), str(tagUTF8, "x"), str(tagIA5, "\xe4\n\"x"))
	one("base url", "2.16.840.1.113730.1.2", str(tagIA5, "http://x"))
	one("tls feature", "1.3.6.1.5.5.7.1.24", seq(integer(5), integer(17), integer(99)), seq(), seq(oid("1.2.3")))
	one("poison", "1.3.6.1.4.1.11129.2.4.3", null0(), []byte{5, 1, 0}, integer(1))
	one("scts", "1.3.6.1.4.1.11129.2.4.2", sctList(sct(0, "", 4, 3), sct(0, "ext", 4, 1)), sctList(sct(7, "", 4, 3)), sctList(sct(0, "", 2, 9)), octets([]byte{0, 0}), octets([]byte{0, 5, 0, 3, 0, 1}), octets())
	one("ocsp", "1.3.6.1.5.5.7.48.1.5", null0(), integer(1))
	one("ocsp nonce", "1.3.6.1.5.5.7.48.1.2", []byte("nonce"), octets([]byte("x")), []byte(strings.Repeat("n", 40)), []byte{})
	one("ocsp crl", "1.3.6.1.5.5.7.48.1.3", seq(ctx(0, str(tagIA5, "http://x\x80")), ctx(1, integer(300)), ctx(2, str(tagGeneralTime, "20240102030405Z"))), seq())
	one("ocsp responses", "1.3.6.1.5.5.7.48.1.4", seq(oid("1.3.6.1.5.5.7.48.1.1")))
	one("ocsp cutoff", "1.3.6.1.5.5.7.48.1.6", str(tagGeneralTime, "20240102030405Z"))
	one("ocsp locator", "1.3.6.1.5.5.7.48.1.7", seq(cn("i"), seq(access("1.3.6.1.5.5.7.48.1", gnURI("http://o")))), seq(cn("only")), seq(seq()))
	one("extranet", "1.3.101.1.4.1", seq(integer(0), seq(seq(integer(5), octets([]byte("user\xff"))), seq(integer(-6), octets()))), seq(integer(0), seq()))
	one("proxy", idProxyInfo, seq(integer(3), seq(oid("1.3.6.1.5.5.7.21.1"))), seq(seq(oid("1.2.3"), octets([]byte("text")))), seq(integer(70000), seq(oid("1.2.3"), octets())), seq(seq()))
	admissions := seq(gnDir(cn("Authority")), seq(seq(ctx(0, gnURI("http://x")), ctx(1, seq(oid("1.2.3"), str(tagIA5, "http://n"), str(tagUTF8, "näming"))), seq(seq(ctx(0, seq(str(tagUTF8, "inner"))), seq(str(tagUTF8, "Notar"), str(tagPrintable, "x")), seq(oid("1.2.276.0.76.4.30"), oid("2.5.4.3")), str(tagPrintable, "7-1"), octets([]byte("x")))))))
	one("admission", "1.3.36.8.3.3", admissions, seq(seq(seq(seq(seq(seq()))))), seq(seq()), seq(seq(seq(ctx(1, seq()), seq()))))
	bits4 := func(unused int, s string) []byte { return bitstr(unused, s) }
	one("addresses", idAddressBlocks,
		seq(seq(octets([]byte{0, 1}), seq(bits4(0, "\x0a"), bits4(4, "\xc0\x00\x20"), seq(bits4(0, "\x0a\x00"), bits4(1, "\x0a\x7e")), bits4(0, ""))), seq(octets([]byte{0, 2, 1}), seq(bits4(0, ip6[:4]), bits4(0, ip6), bits4(0, "")))),
		seq(seq(octets([]byte{0, 1, 9}), null0()), seq(octets([]byte{0, 7}), seq(bits4(3, "\xf8\x08")))), seq(), seq(seq(octets([]byte{0, 1}), seq(bits4(0, "12345")))))
	one("systems", idASNumbers, seq(ctx(0, seq(integer(1), seq(integer(5), integer(9)))), ctx(1, null0())), seq(ctx(0, null0())), seq())
	one("sign tool", "1.2.643.100.111", str(tagUTF8, "tool"), str(tagUTF8, ""))
	one("issuer sign tool", "1.2.643.100.112", seq(str(tagUTF8, "a"), str(tagUTF8, "b"), str(tagUTF8, "c"), str(tagUTF8, "d")))
	one("attributes", "2.5.29.9", seq(seq(oid("1.3.6.1.5.5.7.9.1"), set(str(tagGeneralTime, "19710101000000Z"))), seq(oid("1.2.3"), set(integer(0), integer(-300), boolean(true), octets([]byte("x")), oid("1.2.3"), null0(), tlv(tagEnumerated, []byte{9}), bitstr(0, "a"))), seq(oid("2.5.4.3"), set())), seq())
	for _, last := range []string{"41", "50", "56", "61", "62", "65", "66"} {
		one("attribute "+last, "2.5.29."+last, null0(), seq(boolean(true), integer(3)))
	}
	one("attribute 52", "2.5.29.52", seq(oid("1.2.3"), oid("2.5.4.3")))
	one("attribute 57", "2.5.29.57", seq(oid("1.2.3")))
	one("attribute 49", "2.5.29.49", seq(seq(reference, str(tagUTF8, "x")), seq()))
	one("attribute 64", "2.5.29.64", gnURI("x"))
	one("attribute 69", "2.5.29.69", seq(ctx(0, tree(gnDNS("x")))))
	one("audit", "1.3.6.1.5.5.7.1.4", octets([]byte("ab")))
	one("unknown", "1.2.3.4.5", []byte("\x00\xff raw"), []byte{})
	one("known without text", "1.3.6.1.4.1.311.21.1", integer(1))
	add("none", [][]byte{}...)
	add("twice", ext("1.2.3.4", false, []byte("a")), ext(idSubjectKey, false, octets([]byte("x"))), ext("1.2.3.4", true, []byte("b")))
	add("together", ext(idBasicConstraints, true, seq(boolean(true))), ext(idKeyUsage, true, bitstr(1, "\x06")), ext(idSubjectAltName, false, seq(gnDNS("x"))), ext("1.2.3.4", false, []byte("b")))
	return list
}

// sctList builds the extension with the promises of logs.
func sctList(scts ...string) []byte {
	var all string
	for _, s := range scts {
		all += size16(s)
	}
	return octets([]byte(size16(all)))
}

func size16(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }

func sct(version byte, extensions string, hash, sign byte) string {
	log := strings.Repeat("\x11\x22", 16)
	return string([]byte{version}) + log + "\x00\x00\x01\x8d\x12\x34\x56\x78" + size16(extensions) + string([]byte{hash, sign}) + size16(strings.Repeat("\xab", 35))
}
