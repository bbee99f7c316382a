package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTrace reads what strace wrote of a PHP script: testdata/trace.txt. The
// script's server is a forked process, and its ends are not shown again.
func TestTrace(t *testing.T) {
	list, err := readTrace("testdata/trace.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		network, _, _ := strings.Cut(places(c, c), ":")
		got = append(got, network)
		got = append(got, itemTexts(c)...)
	}
	want := []string{
		"tcp to 127.0.0.1", "< 220 hi", "> EHLO x", "< 250 two",
		"udp to 127.0.0.1", `> datagram of 2 bytes: x\n`,
		"tcp to 127.0.0.1", "(connect: ECONNREFUSED)",
		"unix-stream to /tmp/u.sock", `> to\n`, `< fro\n`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func traceOf(t *testing.T, lines ...string) []*connection {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	list, err := readTrace(file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

const (
	dialled = `7 connect(5<TCP:[11]>, {sa_family=AF_INET, sin_port=htons(25), sin_addr=inet_addr("\x31\x2e\x32\x2e\x33\x2e\x34")}, 16) = -1 EINPROGRESS (Operation now in progress)`
	pair    = `5<TCP:[127.0.0.1:9->1.2.3.4:25]>`
)

func TestTraceOfOddCalls(t *testing.T) {
	tests := map[string]struct {
		lines []string
		want  []string
	}{
		"vectors": {[]string{dialled,
			`7 writev(` + pair + `, [{iov_base="\x61\x62", iov_len=2}, {iov_base="\x63\x0a\x64", iov_len=3}], 2) = 4`,
			`8 sendmsg(` + pair + `, {msg_name={sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("\x31")}, msg_namelen=16, msg_iov=[{iov_base="\x65\x0a", iov_len=2}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 2`,
		}, []string{`> abc\n`, `> e\n`}},
		"a part that was not sent": {[]string{dialled,
			`7 write(` + pair + `, "\x61\x0a\x62\x0a", 4) = 2`,
			`7 write(` + pair + `, "\x62\x0a", 2) = -1 EAGAIN (Resource temporarily unavailable)`,
		}, []string{`> a\n`}},
		"a look that takes nothing": {[]string{dialled,
			`7 recvfrom(` + pair + `, "\x61", 1, MSG_PEEK|MSG_DONTWAIT, NULL, NULL) = 1`,
			`7 read(` + pair + `, "\x61\x0a", 8192) = 2`,
		}, []string{`< a\n`}},
		"after a reset": {[]string{dialled,
			`7 write(` + pair + `, "\x61\x0a", 2) = 2`,
			`7 read(5<TCP:[11]>, "\x62\x0a", 10) = 2`,
		}, []string{`> a\n`, `< b\n`}},
		"refused at once": {[]string{
			`7 connect(5<TCP:[11]>, {sa_family=AF_INET6, sin6_port=htons(25), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "\x3a\x3a\x31", &sin6_addr), sin6_scope_id=0}, 28) = -1 ECONNREFUSED (Connection refused)`,
		}, []string{"(connect: ECONNREFUSED)"}},
		"a line in two calls": {[]string{dialled,
			`7 read(` + pair + `, "\x61", 10) = 1`,
			`7 write(` + pair + `, "\x62\x0d\x0a", 3) = 3`,
			`7 read(` + pair + `, "\x63\x0d\x0a", 10) = 3`,
		}, []string{"> b", "< ac"}},
		"name look-ups": {[]string{
			`7 connect(5<UDP:[11]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("\x31")}, 16) = 0`,
			`7 sendto(5<UDP:[127.0.0.1:9->1:53]>, "\x61", 1, MSG_NOSIGNAL, NULL, 0) = 1`,
			`7 connect(6<UDP:[12]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("\x31")}, 16) = 0`,
			`7 connect(6<UNIX-STREAM:[13]>, {sa_family=AF_UNIX, sun_path="\x2f\x76\x61\x72\x2f\x72\x75\x6e\x2f\x6e\x73\x63\x64\x2f\x73\x6f\x63\x6b\x65\x74"}, 110) = -1 ENOENT (No such file or directory)`,
		}, nil},
		"a file": {[]string{`7 read(5<\x2f\x61>, "\x61\x0a", 8192) = 2`}, nil},
		"another socket of the same number": {[]string{dialled,
			`7 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 5<TCP:[99]>`,
			`7 read(5<TCP:[99]>, "\x62\x0a", 10) = 2`,
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range traceOf(t, test.lines...) {
				got = append(got, itemTexts(c)...)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestTraceOfASecondConnect: it asks what has become of the first, and makes no
// other connection.
func TestTraceOfASecondConnect(t *testing.T) {
	there := strings.NewReplacer("5<TCP:[11]>", pair, "-1 EINPROGRESS (Operation now in progress)", "0").Replace(dialled)
	refused := strings.Replace(dialled, "EINPROGRESS (Operation now in progress)", "ECONNREFUSED (Connection refused)", 1)
	for want, lines := range map[string][]string{
		`> a\n`:                   {dialled, there, `7 write(` + pair + `, "\x61\x0a", 2) = 2`},
		"(connect: ECONNREFUSED)": {dialled, refused},
	} {
		list := traceOf(t, lines...)
		if len(list) != 1 || !slices.Equal(itemTexts(list[0]), []string{want}) {
			t.Errorf("%d connections, want one with %s", len(list), want)
		}
	}
}

// TestStreamsAreCutAlike: in whatever pieces the bytes come, the items are the
// same.
func TestStreamsAreCutAlike(t *testing.T) {
	const text = "220 hi\r\nbare\n\x16\x03\x01\x00\x08\x01\x00\x00\x04abcd\x14\x03\x03\x00\x01\x01\x16\x03\x03\x00\x04\x01\x00\x00\x00" +
		"\x17\x03\x03\x00\x03\n\n\n\x17\x03\x03\x00\x02\n\n\x15\x03\x03\x00\x02\x01\x00in clear again\r\nno end"
	want := []string{"< 220 hi", `< bare\n`, "< TLS handshake ClientHello, 13 bytes", "< TLS change cipher spec, 6 bytes",
		"< TLS handshake, 9 bytes", "< TLS application data, 8+7 bytes", "< TLS alert 0, 7 bytes", "< in clear again", "< no end"}
	for range 200 {
		c := &connection{network: "tcp"}
		for rest := []byte(text); len(rest) > 0; {
			n := 1 + rand.IntN(min(len(rest), 12))
			c.receive(rest[:n])
			rest = rest[n:]
		}
		c.finish()
		if got := itemTexts(c); !slices.Equal(got, want) {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestAlign: all lines are there, in order, and lines side by side that fit
// are no fewer than with the shortest edit.
func TestAlign(t *testing.T) {
	for range 500 {
		a, b := randomLines(), randomLines()
		rows := align(len(a), len(b), func(i, j int) bool { return a[i] == b[j] })
		var left, right []int
		for _, r := range rows {
			if r.left >= 0 {
				left = append(left, r.left)
			}
			if r.right >= 0 {
				right = append(right, r.right)
			}
			if r.same && a[r.left] != b[r.right] {
				t.Fatalf("%q is not %q", a[r.left], b[r.right])
			}
		}
		same := len(slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !r.same }))
		if !counts(left, len(a)) || !counts(right, len(b)) || same != longest(a, b) {
			t.Fatalf("%q and %q: %v", a, b, rows)
		}
	}
}

func randomLines() []string {
	list := make([]string, rand.IntN(9))
	for i := range list {
		list[i] = string(rune('a' + rand.IntN(3)))
	}
	return list
}

func counts(list []int, n int) bool {
	for i, at := range list {
		if at != i {
			return false
		}
	}
	return len(list) == n
}

// longest is the length of the longest common subsequence, by its definition.
func longest(a, b []string) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return 0
	case a[0] == b[0]:
		return 1 + longest(a[1:], b[1:])
	}
	return max(longest(a[1:], b), longest(a, b[1:]))
}
