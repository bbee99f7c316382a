package resolve

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phpstream-go/phpstream/internal/dnstest"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phprecord"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

const goldenFile = "testdata/php.json"

// confs are the configurations that calls run under; SERVER stands for the
// scripted server.
var confs = map[string]string{
	"plain":  "nameserver SERVER\noptions timeout:1 attempts:1\n",
	"search": "nameserver SERVER\nsearch one.test two.test\noptions timeout:1 attempts:1 ndots:2\n",
	"root":   "nameserver SERVER\nsearch . one.test\noptions timeout:1 attempts:1\n",
	"no-tld": "nameserver SERVER\nsearch one.test\noptions timeout:1 attempts:1 no-tld-query\n",
}

type goldenCall struct {
	conf string
	phprecord.Call
}

// golden lists the recorded calls.
func golden() (list []goldenCall) {
	add := func(conf, id, fn string, refs []int, args ...any) {
		list = append(list, goldenCall{conf, phprecord.Call{ID: id, Func: fn, Args: args, Refs: refs}})
	}
	types := []string{"A", "NS", "CNAME", "SOA", "PTR", "HINFO", "CAA", "MX", "TXT", "SRV", "NAPTR", "AAAA", "A6"}
	for _, typ := range types {
		add("plain", "record "+typ, "dns_get_record", nil, "a.test.", maskOf(typ))
		add("plain", "check "+typ, "checkdnsrr", nil, "a.test.", typ)
	}
	add("plain", "record ANY", "dns_get_record", nil, "a.test.", AnyMask)
	add("plain", "record default", "dns_get_record", nil, "a.test.")
	add("plain", "record ALL", "dns_get_record", nil, "a.test.", AllMask)
	add("plain", "record A and MX", "dns_get_record", nil, "a.test.", maskOf("MX")|maskOf("A"))
	add("plain", "record 0", "dns_get_record", nil, "a.test.", 0)
	add("plain", "record alias A", "dns_get_record", nil, "alias.test.", maskOf("A"))
	add("plain", "record alias CNAME", "dns_get_record", nil, "alias.test.", maskOf("CNAME"))
	add("plain", "record with authority", "dns_get_record", []int{2}, "full.test.", maskOf("MX"))
	add("plain", "record with additional", "dns_get_record", []int{2, 3}, "full.test.", maskOf("MX"))
	add("plain", "record ANY with additional", "dns_get_record", []int{2, 3}, "a.test.", AnyMask)
	add("plain", "record additional without ANY", "dns_get_record", []int{2, 3}, "alias.test.", maskOf("A"))
	add("plain", "record raw A", "dns_get_record", []int{2, 3}, "a.test.", typeA, nil, nil, true)
	add("plain", "record raw 99", "dns_get_record", []int{2, 3}, "a.test.", 99, nil, nil, true)
	add("plain", "record raw 0", "dns_get_record", []int{2, 3}, "a.test.", 0, nil, nil, true)
	add("plain", "record raw 65536", "dns_get_record", []int{2, 3}, "a.test.", 65536, nil, nil, true)
	for _, host := range []string{"nx", "nodata", "fail", "refused", "notimp", "format", "odd", "lame", "drop", "other", "forged", "cut", "short", "none"} {
		add("plain", "record "+host+" A", "dns_get_record", nil, host+".test.", maskOf("A"))
		add("plain", "check "+host+" A", "checkdnsrr", nil, host+".test.", "A")
	}
	for _, typ := range []string{"MX", "SRV", "SOA", "CAA", "AAAA", "HINFO", "TXT", "NAPTR", "NS"} {
		add("plain", "record short "+typ, "dns_get_record", nil, "short.test.", maskOf(typ))
	}
	add("plain", "record cut SOA", "dns_get_record", nil, "cut.test.", maskOf("SOA"))
	add("plain", "record none TXT", "dns_get_record", nil, "none.test.", maskOf("TXT"))
	add("plain", "record odd NS", "dns_get_record", nil, "odd.test.", maskOf("NS"))
	add("plain", "record big TXT", "dns_get_record", nil, "big.test.", maskOf("TXT"))
	for _, host := range []string{"loop", "forward", "label"} {
		add("plain", "record "+host+" NS", "dns_get_record", nil, host+".test.", maskOf("NS"))
	}
	for _, host := range []string{"a", "alias", "nx", "nodata", "fail", "format", "loop", "short", "full"} {
		add("plain", "mx "+host, "getmxrr", []int{1, 2}, host+".test.")
	}
	add("plain", "dns_get_mx", "dns_get_mx", []int{1, 2}, "a.test.")
	add("plain", "mx NUL", "getmxrr", []int{1, 2}, "a.test.\x00")
	add("plain", "mx empty", "getmxrr", []int{1, 2}, "")
	for _, fn := range []string{"checkdnsrr", "dns_check_record"} {
		add("plain", fn+" default", fn, nil, "a.test.")
		add("plain", fn+" empty", fn, nil, "")
		add("plain", fn+" lower case", fn, nil, "a.test.", "mx")
		add("plain", fn+" type", fn, nil, "a.test.", "FOO")
		add("plain", fn+" no type", fn, nil, "a.test.", "")
		add("plain", fn+" HINFO", fn, nil, "a.test.", "HINFO")
		add("plain", fn+" empty and type", fn, nil, "", "FOO")
		add("plain", fn+" NUL", fn, nil, "a.test.\x00x")
	}
	for _, mask := range []int{999, -1, AnyMask | 1, 0x2, 1 << 30} {
		add("plain", "record mask "+strconv.Itoa(mask), "dns_get_record", nil, "a.test.", mask)
	}
	add("plain", "record NUL", "dns_get_record", nil, "a.test.\x00x", 1)
	add("plain", "record empty", "dns_get_record", nil, "", maskOf("NS"))
	for _, host := range []string{"a..test.", ".", "..", ".a.test.", strings.Repeat("a", 64) + ".test.", strings.Repeat("a.", 130), strings.Repeat("a", 2000), `a\.b.test.`, `a\`, "with space.test.", "a.test.."} {
		id := host
		if len(id) > 70 {
			id = id[:10] + "..."
		}
		add("plain", "record name "+id, "dns_get_record", nil, host, 1)
		add("plain", "name "+id, "gethostbyname", nil, host)
	}
	for _, host := range []string{"a.test.", "alias.test.", "nx.test.", "nodata.test.", "fail.test.", "localhost", "127.1", "2130706433", "0177.1", "0x7f.1", "0x7f000001", "1.2.3.4.", "1.2.3.256", "1.2.3.4.5", "1.2.3.4 ", " 1.2.3.4", "::1", "::ffff:1.2.3.4", "[::1]", "127.0.0.1%lo", "", "LOCALHOST", "127.0.0.1\x00x", strings.Repeat("1", 20)} {
		add("plain", "gethostbyname "+host, "gethostbyname", nil, host)
		add("plain", "gethostbynamel "+host, "gethostbynamel", nil, host)
	}
	for _, n := range []int{255, 256} {
		add("plain", "long gethostbyname "+strconv.Itoa(n), "gethostbyname", nil, strings.Repeat("h", n))
		add("plain", "long gethostbynamel "+strconv.Itoa(n), "gethostbynamel", nil, strings.Repeat("h", n))
	}
	for _, host := range []string{"nx.test.", "nodata.test.", "fail.test.", "refused.test.", "format.test.", "drop.test.", "[fe80::1%nolink]", "[::1%lo]", "1.2.3.256", "0x", "a..test.", strings.Repeat("a", 64) + ".test.", strings.Repeat("h", 256), "bad host.test.", "1.2.3.4 "} {
		id := host
		if len(id) > 70 {
			id = id[:10] + "..."
		}
		add("plain", "connect "+id, "fsockopen", []int{2, 3}, host, 1)
	}
	for _, conf := range []string{"search", "root", "no-tld"} {
		for _, host := range []string{"host", "deep.host", "plain", "nd", "sf", "fe", "as.is", "x.y.z", "nowhere", "host.one.test"} {
			add(conf, conf+": "+host, "dns_get_record", nil, host, maskOf("A"))
		}
	}
	return list
}

func maskOf(typ string) int {
	for _, b := range typeBits {
		if b.qtype == dnstest.TypeNumber(typ) {
			return b.bit
		}
	}
	panic("no bit for " + typ)
}

// TestGolden makes the recorded calls against the scripted server and
// compares with what PHP answered to them.
func TestGolden(t *testing.T) {
	if *phprecord.Record {
		recordGolden(t)
	}
	g := phprecord.Load(t, goldenFile)
	server := dnstest.Start(t, zone)
	for _, v := range []phpfacts.Version{phpfacts.PHP74, phpfacts.PHP82, phpfacts.PHP84} {
		for _, c := range golden() {
			t.Run(v.String()+"/"+c.ID, func(t *testing.T) {
				t.Parallel()
				got := apply(t, testResolver(t, server, confs[c.conf]), v, c.Call)
				if want := g.Want(t, c.ID, v); got.Text() != want {
					t.Errorf("%s(%q)\n got %s\nwant %s", c.Func, c.Args, got.Text(), want)
				}
			})
		}
	}
}

// testResolver asks the scripted server, whatever the machine's own
// configuration is.
func testResolver(t *testing.T, s *dnstest.Server, conf string) *Resolver {
	t.Helper()
	host, port := s.Addr.Addr().String(), s.Addr.Port()
	path := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(conf, "SERVER", host)), 0o600); err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, s.Addr.String())
		if u, ok := c.(*net.UDPConn); ok {
			return hurriedUDP{u}, nil
		}
		return c, err
	}
	return &Resolver{Net: &net.Resolver{PreferGo: true, Dial: dial}, ConfPath: path, Port: port}
}

// hurriedUDP waits less long than the machine's configuration may say.
type hurriedUDP struct{ *net.UDPConn }

func (h hurriedUDP) SetDeadline(d time.Time) error {
	if soon := time.Now().Add(300 * time.Millisecond); d.After(soon) {
		d = soon
	}
	return h.UDPConn.SetDeadline(d)
}

// apply makes one call here.
func apply(t *testing.T, r *Resolver, v phpfacts.Version, call phprecord.Call) (out phprecord.Outcome) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	calls := Calls{Resolver: r, Version: v, Report: func(c Complaint) {
		if c.Class != "" {
			out.Thrown = []string{c.Class, call.Func + "(): " + c.Text}
			return
		}
		out.Events = append(out.Events, phprecord.Event{Level: 2, Message: call.Func + "(): " + c.Text})
	}, Fail: func(err error) {
		var failed *net.DNSError
		if !errors.As(err, &failed) && !errors.Is(err, ErrParse) {
			t.Errorf("the cause is %#v, want a *net.DNSError", err)
		}
	}}
	host := call.Args[0].(string)
	falseOr := func(v any, ok bool) any {
		if !ok {
			return false
		}
		return v
	}
	switch call.Func {
	case "gethostbyname":
		out.Return = calls.Gethostbyname(ctx, host)
	case "gethostbynamel":
		out.Return = falseOr(calls.Gethostbynamel(ctx, host))
	case "getmxrr", "dns_get_mx":
		hosts, weights, ok := calls.Getmxrr(ctx, host)
		out.Return, out.Refs = ok, []any{hosts, weights}
	case "checkdnsrr", "dns_check_record":
		var typ []string
		if len(call.Args) > 1 {
			typ = []string{call.Args[1].(string)}
		}
		out.Return = calls.Checkdnsrr(ctx, host, typ...)
	case "dns_get_record":
		q := Question{Types: AnyMask, Authority: len(call.Refs) > 0, Additional: len(call.Refs) > 1, Raw: len(call.Args) > 4}
		if len(call.Args) > 1 {
			q.Types = call.Args[1].(int)
		}
		a, ok := calls.DnsGetRecord(ctx, host, q)
		out.Return = falseOr(a.Records, ok)
		if q.Authority {
			out.Refs = append(out.Refs, a.Authority)
		}
		if q.Additional {
			out.Refs = append(out.Refs, a.Additional)
		}
	case "fsockopen":
		out = applyConnect(ctx, t, r, v, host)
	default:
		t.Fatalf("no such call: %s", call.Func)
	}
	if out.Thrown != nil {
		out.Return = nil
		if strings.Contains(out.Thrown[1], "null bytes") {
			clear(out.Refs) // PHP gave up before it touched them
		}
	}
	return out
}

// applyConnect turns a failed lookup into what PHP's fsockopen says of it.
func applyConnect(ctx context.Context, t *testing.T, r *Resolver, v phpfacts.Version, host string) phprecord.Outcome {
	asked := strings.Trim(host, "[]")
	addrs, err := r.Lookup(ctx, asked)
	var failed *net.DNSError
	if !errors.As(err, &failed) {
		t.Fatalf("Lookup(%q): %v, %v; want a *net.DNSError", host, addrs, err)
	}
	text := "php_network_getaddresses: getaddrinfo for " + asked + " failed: " + failed.Err
	if v <= phpfacts.PHP74 {
		text = "php_network_getaddresses: getaddrinfo failed: " + failed.Err
	}
	verb := map[bool]string{true: "unable", false: "Unable"}[v <= phpfacts.PHP74]
	return phprecord.Outcome{
		Return: false,
		Refs:   []any{0, text},
		Events: []phprecord.Event{{Level: 2, Message: "fsockopen(): " + text}, {Level: 2, Message: "fsockopen(): " + verb + " to connect to " + host + ":1 (" + text + ")"}},
	}
}

// recordGolden stores PHP's answers. It needs root: PHP sees a resolv.conf of
// ours in a mount namespace of its own, and the C library asks port 53 only,
// here that of a loopback address.
func recordGolden(t *testing.T) {
	address := dnstest.StartAt53(t, zone).Addr.Addr().String()
	installed := phprecord.Installed(t)
	answers := map[phpfacts.Version]map[string]string{}
	var calls []phprecord.Call
	for _, c := range golden() {
		calls = append(calls, c.Call)
	}
	for _, p := range installed {
		answers[p.Version] = map[string]string{}
		for name, text := range confs {
			var some []phprecord.Call
			for _, c := range golden() {
				if c.conf == name {
					some = append(some, c.Call)
				}
			}
			path := filepath.Join(t.TempDir(), "resolv.conf")
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "SERVER", address)), 0o644); err != nil {
				t.Fatal(err)
			}
			p.Wrap = func(cmd *exec.Cmd) { withResolvConf(t, cmd, p.Command, path) }
			for id, text := range p.Calls(t, some) {
				answers[p.Version][id] = text
			}
		}
	}
	phprecord.Save(t, goldenFile, calls, answers, installed)
}

// withResolvConf makes the command see another /etc/resolv.conf. A PHP that
// runs in a directory tree of its own sees that tree's; where the tree is,
// its process tells.
func withResolvConf(t *testing.T, cmd *exec.Cmd, php []string, conf string) {
	t.Helper()
	probe := phptest.Cmd(t.Context(), php)
	in, err := probe.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := probe.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := probe.Start(); err != nil {
		t.Fatal(err)
	}
	in.Write([]byte("<?php echo 'x'; sleep(1);"))
	in.Close()
	out.Read(make([]byte, 1))
	root, err := os.Readlink("/proc/" + strconv.Itoa(probe.Process.Pid) + "/root")
	if err != nil {
		t.Fatal(err)
	}
	probe.Wait()
	script := `mount --bind "$1" "$2" && shift 2 && exec "$@"`
	args := append([]string{"unshare", "-m", "sh", "-c", script, "sh", conf, filepath.Join(root, "etc/resolv.conf"), cmd.Path}, cmd.Args[1:]...)
	path, err := exec.LookPath("unshare")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path, cmd.Args = path, args
}
