package phpdocs_test

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/phpstream-go/phpstream/internal/dnstest"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// The C library asks port 53 only, and only the servers in /etc/resolv.conf.
// So the peer "dns" answers on that port of a loopback address, and its
// examples run in a mount namespace with a resolv.conf of their own, which
// takes root on Linux.

// records are what the DNS server of the examples knows.
var records = dnstest.Zone{
	"example.test. A":    {Answer: []dnstest.Record{dnstest.RR("A", netip.MustParseAddr("192.0.2.1"))}},
	"two.test. A":        {Answer: []dnstest.Record{dnstest.RR("A", netip.MustParseAddr("192.0.2.1")), dnstest.RR("A", netip.MustParseAddr("192.0.2.2"))}},
	"example.test. AAAA": {},
	"two.test. AAAA":     {},
	"example.test. MX":   {Answer: []dnstest.Record{dnstest.RR("MX", 10, "mx1.example.test."), dnstest.RR("MX", 20, "mx2.example.test.")}},
	"example.test. TXT":  {Answer: []dnstest.Record{dnstest.RR("TXT", "v=spf1 mx -all")}},
}

func canServeDNS() bool {
	_, err := exec.LookPath("unshare")
	return runtime.GOOS == "linux" && os.Geteuid() == 0 && err == nil
}

// serveDNS starts the server for all examples, where that is possible.
func serveDNS(t *testing.T, dir string) {
	t.Helper()
	if canServeDNS() {
		server := dnstest.StartAt53(t, records)
		text := "nameserver " + server.Addr.Addr().String() + "\noptions timeout:1 attempts:1\n"
		if err := os.WriteFile(filepath.Join(dir, "resolv.conf"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// withDNS makes a command that has the peer "dns" see our resolv.conf. An
// interpreter may live in a directory tree of its own.
func (w world) withDNS(t *testing.T, cmd *exec.Cmd, interpreter []string) *exec.Cmd {
	t.Helper()
	if w.name != "dns" {
		return cmd
	}
	if !canServeDNS() {
		if os.Getenv("REQUIRE_PHP") == "1" {
			t.Fatal("REQUIRE_PHP=1 is set, and a DNS server of our own takes root on Linux")
		}
		t.Skip("a DNS server of our own takes root on Linux")
	}
	root := "/"
	if interpreter != nil {
		root = rootOf(t, interpreter)
	}
	const script = `mount --bind "$1" "$2" && shift 2 && exec "$@"`
	args := append([]string{"-m", "sh", "-c", script, "sh",
		filepath.Join(w.dir, "resolv.conf"), filepath.Join(root, "etc/resolv.conf"), cmd.Path}, cmd.Args[1:]...)
	inside := exec.Command("unshare", args...)
	inside.Stdin = cmd.Stdin
	return inside
}

// rootOf asks an interpreter's process where its directory tree is.
func rootOf(t *testing.T, interpreter []string) string {
	t.Helper()
	cmd := phptest.Cmd(t.Context(), interpreter, "-r", "echo 'x'; fgets(STDIN);")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 1)) // it runs: a wrapper has done its part
	root, err := os.Readlink("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/root")
	in.Close()
	cmd.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return root
}
