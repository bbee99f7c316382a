package x509text

import (
	"math/big"
	"strconv"
	"strings"
)

// nameSamples are certificates with unusual names.
func nameSamples() (list []sample) {
	names := [][]byte{
		dn(),
		dn(attr(attrC, tagPrintable, "DE"), attr(attrO, tagUTF8, "Ünïcode"), attr(attrCN, tagUTF8, "a.example")),
		dn(attr(attrOU, tagUTF8, "one"), attr(attrOU, tagUTF8, "two"), attr(attrCN, tagUTF8, "x"), attr(attrOU, tagUTF8, "three")),
		seq(set(attr(attrO, tagUTF8, "multi"), attr(attrCN, tagUTF8, "valued")), set(attr(attrC, tagPrintable, "DE"))),
		dn(attr(attrCN, tagUTF8, `/slash+plus\back"quote`)),
		dn(attr(attrCN, tagBMP, "\x00B\x00\xfc\x20\xac"), attr(attrO, tagT61, "T\xe961"), attr(attrOU, tagUniversal, "\x00\x00\x00U\x00\x01\xf6\x00"), attr("2.5.4.5", tagNumeric, "12 3"), attr("1.2.840.113549.1.9.1", tagIA5, "a@b")),
		dn(attr("1.2.3.4.5", tagUTF8, "unknown"), attr("1.2.3.4.6", tagUTF8, "too"), attr("1.2."+strings.Repeat("4294967295.", 9)+"5", tagUTF8, "long")),
		dn(attr(attrCN, tagUTF8, "nul\x00in"), attr(attrO, tagUTF8, "\x01\x7f\t")),
		dn(attr(attrCN, tagUTF8, "")),
		dn(seq(oid(attrCN), bitstr(4, "\xab\xc0")), seq(oid(attrO), seq(integer(1)))),
		dn(attr("0.9.2342.19200300.100.1.25", tagIA5, "example"), attr("2.5.4.97", tagUTF8, "VATDE-1"), attr("1.3.6.1.4.1.311.60.2.1.3", tagPrintable, "DE"), attr("2.5.4.15", tagUTF8, "Private Organization"), attr("2.5.4.9", tagUTF8, "Street"), attr("2.5.4.17", tagUTF8, "1234")),
		dn(attr(attrCN, tagUTF8, "broken \xff")),
		dn(attr(attrCN, tagBMP, "odd")),
		dn(attr(attrCN, tagVisible, "visible")),
		dn(attr(attrCN, tagGeneral, "general")),
		dn(seq(oid(attrCN), integer(5))),
		dn(seq(oid(attrCN), octets([]byte("x")))),
		dn(attr(attrCN, tagUTF8, strings.Repeat("long ", 100))),
		seq(set()),
		seq(seq()),
	}
	for i, n := range names {
		for _, pick := range []string{"name", "subject", "hash"} {
			list = append(list, sample{"name " + strconv.Itoa(i) + " " + pick, blueprint{subject: n}, pick})
		}
	}
	list = append(list, sample{"issuer", blueprint{issuer: names[3]}, "issuer"})
	return list
}

// fieldSamples vary what is no name and no extension.
func fieldSamples() (list []sample) {
	serials := map[string][]byte{
		"zero": integer(0), "negative": integer(-129), "minus one": integer(-1), "127 bits": bigint(new(big.Int).Lsh(big.NewInt(1), 126)), "128 bits": bigint(new(big.Int).Lsh(big.NewInt(1), 127)),
		"160 bits": bigint(new(big.Int).Lsh(big.NewInt(255), 152)), "large negative": bigint(new(big.Int).Lsh(big.NewInt(-3), 130)), "padded": {2, 2, 0, 5}, "empty": {2, 0},
	}
	for id, serial := range serials {
		list = append(list, sample{"serial " + id, blueprint{serial: serial}, "serialNumber"}, sample{"serial hex " + id, blueprint{serial: serial}, "serialNumberHex"})
	}
	for id, v := range map[string][]byte{"none": {}, "1": ctx(0, integer(0)), "2": ctx(0, integer(1)), "9": ctx(0, integer(9))} {
		list = append(list, sample{"version " + id, blueprint{version: v}, "version"})
	}
	for i, at := range [][]byte{
		str(tagUTCTime, "670102030405Z"), str(tagUTCTime, "680102030405Z"), str(tagUTCTime, "4901020304Z"), str(tagUTCTime, "240102030405+0100"), str(tagUTCTime, "241399250000Z"), str(tagUTCTime, "24"), str(tagUTCTime, "2401020304\x0005"),
		str(tagGeneralTime, "20500102030405Z"), str(tagGeneralTime, "99991231235959Z"), str(tagGeneralTime, "20500102030405.5Z"), str(tagGeneralTime, "205001020304Z"), str(tagUTCTime, "not a time at"), str(tagUTCTime, "24-1 2030405Z"),
	} {
		list = append(list, sample{"time " + strconv.Itoa(i), blueprint{from: at, to: at}, "validTo_time_t"}, sample{"time text " + strconv.Itoa(i), blueprint{from: at}, "validFrom"})
	}
	for _, id := range []string{"1.2.840.113549.1.1.5", "1.2.840.113549.1.1.10", "1.2.840.10045.4.3.2", "1.3.101.112", "1.2.840.113549.1.1.4", "2.16.840.1.101.3.4.3.18", "1.2.3.4"} {
		for _, pick := range []string{"signatureTypeSN", "signatureTypeLN", "signatureTypeNID"} {
			list = append(list, sample{pick + " " + id, blueprint{signature: id}, pick})
		}
	}
	list = append(list,
		sample{"unique identifiers", blueprint{tail: append(tlv(0x81, []byte{0, 1}), tlv(0x82, []byte{0, 2})...)}, "version"},
		sample{"something behind", blueprint{tail: tlv(0x85, []byte{0})}, "version"},
	)
	return list
}

// purposeSamples vary what decides about purposes.
func purposeSamples() (list []sample) {
	add := func(id string, b blueprint) {
		b.subject, b.issuer = cn("self"), cn("self")
		list = append(list, sample{"purpose " + id, b, "purposes"})
	}
	ca := ext(idBasicConstraints, true, seq(boolean(true)))
	usage := func(unused int, bits string) []byte { return ext(idKeyUsage, true, bitstr(unused, bits)) }
	uses := func(critical bool, ids ...string) []byte {
		var list [][]byte
		for _, id := range ids {
			list = append(list, oid(id))
		}
		return ext(idExtKeyUsage, critical, seq(list...))
	}
	certType := func(bits string) []byte { return ext(idCertType, false, bitstr(0, bits)) }
	for id, exts := range map[string][][]byte{
		"ca":                 {ca},
		"no ca":              {ext(idBasicConstraints, true, seq())},
		"ca and usage":       {ca, usage(1, "\x06")},
		"ca cannot sign":     {ca, usage(7, "\x80")},
		"sign":               {usage(7, "\x80")},
		"non repudiation":    {usage(6, "\x40")},
		"encipher":           {usage(5, "\x20")},
		"agree":              {usage(3, "\x08")},
		"cert sign":          {usage(2, "\x04")},
		"crl sign":           {usage(1, "\x02")},
		"decipher only":      {usage(7, "\x80\x80")},
		"empty usage":        {usage(0, "")},
		"zero usage":         {usage(0, "\x00")},
		"server":             {uses(false, useServer)},
		"client":             {uses(false, useClient)},
		"mail":               {uses(false, useMail)},
		"sgc":                {uses(false, useNetscape)},
		"ms sgc":             {uses(false, useMicrosoft)},
		"any":                {uses(false, useAny)},
		"time":               {uses(false, useTime)},
		"critical time":      {uses(true, useTime)},
		"time signing":       {uses(true, useTime), usage(6, "\xc0")},
		"time cannot":        {uses(true, useTime), usage(5, "\xe0")},
		"time and more":      {uses(true, useTime, useServer)},
		"time unknown":       {uses(true, useTime, "1.2.3")},
		"time decipher":      {uses(true, useTime), usage(7, "\x80\x80")},
		"code":               {uses(false, useCode), usage(7, "\x80")},
		"code any":           {uses(false, useCode, useAny), usage(7, "\x80")},
		"code server":        {uses(false, useCode, useServer), usage(7, "\x80")},
		"code no usage":      {uses(false, useCode)},
		"code not critical":  {uses(false, useCode), ext(idKeyUsage, false, bitstr(7, "\x80"))},
		"code signs certs":   {uses(false, useCode), usage(2, "\x84")},
		"unknown use":        {uses(false, "1.2.3")},
		"no use":             {uses(false)},
		"ns client":          {certType("\x80")},
		"ns server":          {certType("\x40")},
		"ns mail":            {certType("\x20")},
		"ns ssl ca":          {certType("\x04")},
		"ns mail ca":         {certType("\x02")},
		"ns object ca":       {certType("\x01")},
		"ns empty":           {certType("")},
		"broken constraints": {ext(idBasicConstraints, true, []byte("x"))},
		"pathlen no ca":      {ext(idBasicConstraints, true, seq(integer(3)))},
		"pathlen zero no ca": {ext(idBasicConstraints, true, seq(integer(0)))},
		"negative pathlen":   {ext(idBasicConstraints, true, seq(boolean(true), integer(-1)))},
		"two constraints":    {ca, ca},
		"two usages":         {usage(7, "\x80"), usage(5, "\x20")},
		"broken usage":       {ext(idKeyUsage, true, integer(1))},
		"broken uses":        {ext(idExtKeyUsage, false, seq(integer(1)))},
		"broken type":        {ext(idCertType, false, integer(1))},
		"broken names":       {ext(idNameConstraints, false, seq(ctx(0, seq())))},
		"broken points":      {ext(idCRLPoints, false, seq(integer(1)))},
		"empty point":        {ext(idCRLPoints, false, seq(seq()))},
		"point reasons":      {ext(idCRLPoints, false, seq(seq(prim(1, "\x01\x60"))))},
		"broken key":         {ext(idSubjectKey, false, integer(1))},
		"broken authority":   {ext(idAuthorityKey, false, integer(1))},
		"broken addresses":   {ext(idAddressBlocks, false, integer(1))},
		"broken systems":     {ext(idASNumbers, false, integer(1))},
		"broken proxy":       {ext(idProxyInfo, false, integer(1))},
		"proxy":              {ext(idProxyInfo, true, seq(seq(oid("1.3.6.1.5.5.7.21.1"))))},
		"proxy ca":           {ca, ext(idProxyInfo, true, seq(seq(oid("1.3.6.1.5.5.7.21.1"))))},
		"proxy with names":   {ext(idSubjectAltName, false, seq(gnDNS("x"))), ext(idProxyInfo, true, seq(seq(oid("1.3.6.1.5.5.7.21.1"))))},
	} {
		add(id, blueprint{extensions: exts})
	}
	v1 := []byte{}
	add("v1 root", blueprint{version: v1})
	add("v3 root", blueprint{})
	add("v1 other key", blueprint{version: v1, extensions: [][]byte{ext(idSubjectKey, false, octets([]byte("a"))), ext(idAuthorityKey, false, seq(prim(0, "b")))}})
	add("v1 same key", blueprint{version: v1, extensions: [][]byte{ext(idSubjectKey, false, octets([]byte("a"))), ext(idAuthorityKey, false, seq(prim(0, "a")))}})
	add("v1 other serial", blueprint{version: v1, extensions: [][]byte{ext(idAuthorityKey, false, seq(prim(2, "\x05")))}})
	add("v1 same serial", blueprint{version: v1, extensions: [][]byte{ext(idAuthorityKey, false, seq(ctx(1, gnDir(cn("self"))), prim(2, "\x01")))}})
	add("v1 other issuer", blueprint{version: v1, extensions: [][]byte{ext(idAuthorityKey, false, seq(ctx(1, gnDir(cn("else")))))}})
	list = append(list, sample{"purpose v1 leaf", blueprint{version: v1}, "purposes"})
	return list
}

// wholeSamples are compared in all parts.
func wholeSamples() []sample {
	return []sample{
		{"server", blueprint{
			serial:  bigint(new(big.Int).Lsh(big.NewInt(77), 100)),
			issuer:  dn(attr(attrC, tagPrintable, "US"), attr(attrO, tagUTF8, "Example CA"), attr(attrCN, tagUTF8, "R1")),
			subject: cn("mail.example.com"),
			extensions: [][]byte{
				ext(idKeyUsage, true, bitstr(5, "\xa0")), ext(idExtKeyUsage, false, seq(oid(useServer), oid(useClient))), ext(idBasicConstraints, true, seq()),
				ext(idSubjectKey, false, octets([]byte("01234567890123456789"))), ext(idAuthorityKey, false, seq(prim(0, "abcdefghijabcdefghij"))),
				ext("1.3.6.1.5.5.7.1.1", false, seq(seq(oid("1.3.6.1.5.5.7.48.1"), gnURI("http://ocsp.example")), seq(oid("1.3.6.1.5.5.7.48.2"), gnURI("http://ca.example/r1.crt")))),
				ext(idSubjectAltName, false, seq(gnDNS("mail.example.com"), gnDNS("*.example.com"), gnIP("\x7f\x00\x00\x01"), gnIP(ip6))),
				ext("2.5.29.32", false, seq(seq(oid("2.23.140.1.2.1")), seq(oid("1.3.6.1.4.1.44947.1.1.1"), seq(seq(oid(qualifierCPS), str(tagIA5, "http://cps.example")))))),
				ext(idCRLPoints, false, seq(seq(ctx(0, ctx(0, gnURI("http://crl.example/r1.crl")))))),
				ext("1.3.6.1.4.1.11129.2.4.2", false, sctList(sct(0, "", 4, 3), sct(0, "", 4, 3))),
			},
		}, ""},
		{"v1", blueprint{version: []byte{}}, ""},
		{"bad times", blueprint{from: str(tagUTCTime, "24"), to: str(tagGeneralTime, "205001020304Z")}, ""},
		{"refused", blueprint{extensions: [][]byte{ext(idSubjectAltName, false, []byte("bad"))}}, ""},
	}
}
