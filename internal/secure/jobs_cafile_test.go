package secure

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/phpstream-go/phpstream/internal/testcert"
	"github.com/phpstream-go/phpstream/internal/x509name"
)

const brokenPEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

// caFileJobs: what counts as a file of authorities.
func caFileJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{CN: "File Root"})
	at := l.serveCert(root.Issue(leafSpec()).TLS())
	try := func(what string, value any) {
		l.add("cafile: "+what, at, ssl{"cafile": value, "peer_name": "cn.test"})
	}
	n := 0
	content := func(what string, data ...string) {
		n++
		try(what, l.file("cafile"+string(rune('A'+n/26))+string(rune('a'+n%26)), []byte(strings.Join(data, ""))))
	}
	pem := string(root.PEM())
	ca := l.file("fileroot.pem", []byte(pem))
	lines := strings.Split(strings.TrimSpace(pem), "\n")
	oneLine := lines[0] + "\n" + strings.Join(lines[1:len(lines)-1], "") + "\n" + lines[len(lines)-1] + "\n"
	junk := testcert.Cert{DER: append(append([]byte{}, root.DER...), 1, 2, 3)}
	relabel := func(label string) string {
		return strings.ReplaceAll(pem, " CERTIFICATE-----", " "+label+"-----")
	}

	try("good", ca)
	try("missing", l.dir+"/nosuch.pem")
	try("directory", l.dir)
	try("empty string", "")
	try("null", nil)
	try("false", false)
	try("array", []string{ca})
	try("true", true)
	try("data URL", "data:text/plain,abc")
	try("data URL with slashes", "data://text/plain,abc")
	try("file URL", "file://"+ca)
	try("file URL in capitals", "FILE://"+ca)
	try("file URL with localhost", "file://localhost"+ca)
	try("file URL, missing", "file:///nosuch")
	try("unknown wrapper", "foo://"+ca)
	try("NUL", ca+"\x00x")
	try("missing and NUL", "/nosuch\x00x")
	try("relative, missing", "nosuch.pem")
	content("empty")
	content("text", "hello\n")
	content("broken, then good", brokenPEM, pem)
	content("good, then broken", pem, brokenPEM)
	content("broken", brokenPEM)
	content("no base64", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", pem)
	content("cut", pem[:len(pem)-40])
	content("the second is cut", pem, pem[:len(pem)-40])
	content("the last line has no end", strings.TrimSuffix(pem, "\n"))
	content("CRLF", strings.ReplaceAll(pem, "\n", "\r\n"))
	content("CRLF after broken", brokenPEM, strings.ReplaceAll(pem, "\n", "\r\n"))
	content("space in front", strings.ReplaceAll(pem, "-----BEGIN", " -----BEGIN"))
	content("space behind", strings.ReplaceAll(pem, "CERTIFICATE-----\n", "CERTIFICATE----- \n"))
	content("space behind, after broken", brokenPEM, strings.ReplaceAll(pem, "CERTIFICATE-----\n", "CERTIFICATE----- \n"))
	content("text around", "subject=x\nissuer y\n", pem, "more\n")
	content("X509 CERTIFICATE", relabel("X509 CERTIFICATE"))
	content("X509 CERTIFICATE after broken", brokenPEM, relabel("X509 CERTIFICATE"))
	content("TRUSTED CERTIFICATE without trust", relabel("TRUSTED CERTIFICATE"))
	content("unknown label", relabel("SOMETHING"))
	content("base64 in one line", oneLine)
	content("key in front", string(root.KeyPEM()), pem)
	content("EC key in front", string(root.LegacyKeyPEM()), pem)
	content("encrypted EC key in front", string(root.LegacyEncryptedKeyPEM("x")), pem)
	content("key only", string(root.KeyPEM()))
	content("DER", string(root.DER))
	content("headers", strings.Replace(pem, "CERTIFICATE-----\n", "CERTIFICATE-----\nFoo: bar\n\n", 1))
	content("bytes after the certificate", string(junk.PEM()))
	content("twice", pem, pem)
	content("other root", string(testcert.NewCA(testcert.Spec{CN: "Other"}).PEM()))
	content("end of another kind", strings.Replace(pem, "END CERTIFICATE", "END SOMETHING", 1))
	for what, aux := range inOrder(trustSettings) {
		trusted := testcert.Cert{DER: append(append([]byte{}, root.DER...), aux...)}
		content("TRUSTED CERTIFICATE "+what, strings.ReplaceAll(string(trusted.PEM()), " CERTIFICATE-----", " TRUSTED CERTIFICATE-----"))
	}
	between := root.NewCA(testcert.Spec{CN: "Between"})
	at = l.serveCert(between.Issue(leafSpec()).TLS())
	for what, aux := range inOrder(trustSettings) {
		trusted := testcert.Cert{DER: append(append([]byte{}, between.DER...), aux...)}
		text := strings.ReplaceAll(string(trusted.PEM()), " CERTIFICATE-----", " TRUSTED CERTIFICATE-----")
		content("authority between, TRUSTED CERTIFICATE "+what, text)
		content("root and authority between, TRUSTED CERTIFICATE "+what, pem, text)
	}
	l.add("cafile: missing, no check", at, ssl{"cafile": "/nosuch", "verify_peer": false, "peer_name": "cn.test"})
	l.add("cafile: missing, verify_peer null", at, ssl{"cafile": "/nosuch", "verify_peer": nil, "peer_name": "cn.test"})
}

// trustSettings are what stands behind the certificate in a TRUSTED
// CERTIFICATE: the use of a TLS server or client, trusted or rejected.
var trustSettings = map[string][]byte{
	"server":           []byte("\x30\x0c\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"),
	"client":           []byte("\x30\x0c\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"),
	"any":              []byte("\x30\x08\x30\x06\x06\x04\x55\x1d\x25\x00"),
	"not server":       []byte("\x30\x0c\xa0\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"),
	"not client":       []byte("\x30\x0c\xa0\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"),
	"not any":          []byte("\x30\x08\xa0\x06\x06\x04\x55\x1d\x25\x00"),
	"server, not any":  []byte("\x30\x14\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\xa0\x06\x06\x04\x55\x1d\x25\x00"),
	"only a name":      []byte("\x30\x03\x0c\x01x"),
	"nothing":          []byte("\x30\x00"),
	"broken":           []byte("\x30\x05\x01"),
	"server and name":  []byte("\x30\x0f\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x0c\x01x"),
	"server not first": []byte("\x30\x0f\x0c\x01x\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"),
}

// caPathJobs: directories by hash.
func caPathJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{CN: "Path Root"})
	other := testcert.NewCA(testcert.Spec{CN: "Other"})
	twin := testcert.NewCA(testcert.Spec{CN: "Path Root"})
	leaf := root.Issue(leafSpec())
	at := l.serveCert(leaf.TLS())
	base, err := x509name.FileBase(root.X509.RawSubject)
	if err != nil {
		l.t.Fatal(err)
	}
	dir := func(name string, files map[string][]byte) string {
		path := filepath.Join(l.dir, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			l.t.Fatal(err)
		}
		for file, data := range files {
			testcert.WriteFile(path, file, data)
		}
		return path
	}
	try := func(what string, options ssl) {
		options["peer_name"] = "cn.test"
		l.add("capath: "+what, at, options)
	}
	pem := root.PEM()
	good := dir("good", map[string][]byte{base + ".0": pem})
	wrong := dir("wrong", map[string][]byte{"12345678.0": pem, "root.pem": pem})
	for what, files := range inOrder(map[string]map[string][]byte{
		"second of its name": {base + ".0": twin.PEM(), base + ".1": pem},
		"gap":                {base + ".1": pem},
		"text first":         {base + ".0": []byte("garbage\n"), base + ".1": pem},
		"another first":      {base + ".0": other.PEM(), base + ".1": pem},
		"two in one":         {base + ".0": append(other.PEM(), pem...)},
		"broken behind":      {base + ".0": append(pem, brokenPEM...)},
		"broken in front":    {base + ".0": append([]byte(brokenPEM), pem...)},
		"capitals":           {strings.ToUpper(base) + ".0": pem},
		"DER":                {base + ".0": root.DER},
		"revocation name":    {base + ".r0": pem},
		"empty":              {},
	}) {
		try(what, ssl{"capath": dir("path "+what, files)})
	}
	try("good", ssl{"capath": good})
	try("good and a slash", ssl{"capath": good + "/"})
	try("wrong hashes", ssl{"capath": wrong})
	try("missing", ssl{"capath": "/nosuch"})
	try("a file", ssl{"capath": l.file("pathroot.pem", pem)})
	try("empty string", ssl{"capath": ""})
	try("null", ssl{"capath": nil})
	try("two", ssl{"capath": wrong + ":" + good})
	try("good and a colon", ssl{"capath": good + ":"})
	otherFile, rootFile := l.file("pathother.pem", other.PEM()), l.file("pathroot2.pem", pem)
	try("wrong, cafile good", ssl{"capath": wrong, "cafile": rootFile})
	try("good, cafile another", ssl{"capath": good, "cafile": otherFile})
	try("good, cafile missing", ssl{"capath": good, "cafile": "/nosuch"})
	try("good, cafile half broken", ssl{"capath": good, "cafile": l.file("pathhalf.pem", other.PEM(), []byte(brokenPEM))})
	try("missing, cafile good", ssl{"capath": "/nosuch", "cafile": rootFile})

	between := root.NewCA(testcert.Spec{CN: "Path Between"})
	deep := between.Issue(leafSpec())
	full := dir("full", nil)
	testcert.WriteCAPath(full, root, between)
	at = l.serveCert(deep.TLSAlone())
	try("both from the directory", ssl{"capath": full})
	try("the one between is missing", ssl{"capath": good})
	at = l.serveCert(deep.TLS())
	try("the one between is shown", ssl{"capath": good})
	onlyBetween := dir("onlybetween", nil)
	testcert.WriteCAPath(onlyBetween, between)
	try("only the one between", ssl{"capath": onlyBetween})
	own := testcert.SelfSigned(leafSpec())
	ownDir := dir("own", nil)
	testcert.WriteCAPath(ownDir, own)
	at = l.serveCert(own.TLS())
	try("self-signed", ssl{"capath": ownDir})
	try("self-signed, not there", ssl{"capath": good})
	leafDir := dir("leaf", nil)
	testcert.WriteCAPath(leafDir, leaf)
	at = l.serveCert(leaf.TLS())
	try("the leaf only", ssl{"capath": leafDir})
}
