package secure

import (
	"crypto"
	"crypto/tls"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"

	"github.com/phpstream-go/phpstream/internal/testcert"
)

// strictJobs: chains that OpenSSL believes and this package doesn't. Each has a
// twin beside it that is believed.
func strictJobs(l *lab) {
	root := testcert.NewCA(testcert.Spec{CN: "strict", Key: testcert.RSA2048})
	n := 0
	try := func(what string, shown tls.Certificate, anchor *testcert.Cert, options ssl) {
		n++
		options["cafile"] = testcert.WriteCAs(l.dir, fmt.Sprintf("strict%d.pem", n), anchor)
		options["peer_name"] = "cn.test"
		l.add("strict: "+what, l.serveCert(shown), options)
	}

	// 10.0.0.0/8, in the authority and in its leaf.
	addresses := pkix.Extension{Id: oidAddressBlocks, Value: der(0x30, der(0x30, der(4, []byte{0, 1}), der(0x30, der(3, []byte{0, 10}))))}
	holder := testcert.NewCA(testcert.Spec{CN: "holder", Key: testcert.RSA2048, Extra: []pkix.Extension{addresses}})
	spec := leafSpec()
	try("no internet resources", root.Issue(spec).TLS(), root, ssl{})
	spec.Extra = []pkix.Extension{addresses}
	try("internet resources of its authority", holder.Issue(spec).TLS(), holder, ssl{})

	between := root.NewCA(limited(0xa0, der(0x82, []byte("test"))))
	old := leafSpec()
	old.Hash = crypto.SHA1
	try("SHA-1 below a name constraint", between.Issue(old).TLS(), root, ssl{"security_level": 0})
	try("SHA-256 below a name constraint", between.Issue(leafSpec()).TLS(), root, ssl{"security_level": 0})

	directory, err := asn1.Marshal(pkix.Name{Organization: []string{"Good"}}.ToRDNSequence())
	if err != nil {
		l.t.Fatal(err)
	}
	for _, critical := range []bool{false, true} {
		people := limited(0xa0, der(0xa4, directory))
		people.Extra[0].Critical = critical
		try(fmt.Sprintf("a constraint of directories, critical %v", critical), root.NewCA(people).Issue(testcert.Spec{CN: "cn.test", Org: "Good"}).TLS(), root, ssl{})
	}

	middle := root.NewCA(testcert.Spec{CN: "middle"})
	chain := middle.Issue(leafSpec()).TLS()
	other := testcert.NewCA(testcert.Spec{CN: "other"})
	for _, more := range []int{maxShown - 2, maxShown - 1} {
		shown := chain
		shown.Certificate = [][]byte{chain.Certificate[0]}
		for range more {
			shown.Certificate = append(shown.Certificate, other.DER)
		}
		shown.Certificate = append(shown.Certificate, middle.DER)
		try(fmt.Sprintf("behind %d other certificates", more), shown, root, ssl{})
	}
}
