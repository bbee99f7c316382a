// Command eventloop shows an event loop in the style of PHP's asynchronous
// libraries, ported line for line from the PHP program beside it:
//
//	go run ./examples/eventloop
//
// An echo server and 200 clients run in one loop, in clear and over TLS; then
// clients that must not succeed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

func main() {
	php := flag.String("php", "8.4", "warn in the words of this PHP `version`: 7.4, 8.2 or 8.4")
	flag.Parse()
	profile, ok := map[string]Profile{"7.4": PHP74, "8.2": PHP82, "8.4": PHP84}[*php]
	if !ok || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	os.Exit(run(NewRuntime(profile), os.Stdout, os.Stderr))
}

// run is main.php's main.
func run(php *Runtime, stdout, stderr io.Writer) int {
	dir, err := os.MkdirTemp("", "eventloop-")
	if err != nil {
		fmt.Fprintln(stderr, "eventloop:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	cafile, certificate := makeCertificate(dir, "ours")
	otherCafile, _ := makeCertificate(dir, "other")
	if !demonstrate(php, stdout, cafile, certificate, otherCafile) {
		fmt.Fprintln(stderr, "eventloop: something did not come out as it should")
		return 1
	}
	return 0
}

// makeCertificate writes two files: an authority, and a certificate with its
// key that it has signed.
func makeCertificate(dir, name string) (cafile, certificate string) {
	ca := testcert.NewCA(testcert.Spec{CN: "Authority " + name})
	_, _, all := ca.Issue(testcert.Spec{CN: "localhost", DNS: []string{"localhost"}}).Write(dir, name)
	return testcert.WriteCAs(dir, name+"-ca.pem", ca), all
}
