package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"strconv"
	"sync"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// The benchmarks talk to the server in its own process, so that what they
// count is the client's alone.

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
		return
	}
	// The race detector keeps each child for a second after its end.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	code := m.Run()
	stopServer()
	os.Exit(code)
}

var (
	stopServer = func() {}
	testServer = sync.OnceValues(func() (p ports, err error) {
		p, stop, err := startServer(context.Background())
		if err == nil {
			stopServer = stop
		}
		return p, err
	})
)

func server(tb testing.TB) ports {
	tb.Helper()
	p, err := testServer()
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// endless is a count that no benchmark comes to the end of.
const endless = math.MaxInt / lineLength

// transports has a plain and a TLS job for each test.
func transports(p ports) map[string]job {
	return map[string]job{
		"plain": {Addr: p.Data, CAFile: p.CAFile, Name: p.Name},
		"TLS":   {Addr: p.DataTLS, CAFile: p.CAFile, Name: p.Name, TLS: true},
	}
}

func ported(tb testing.TB, j job, order string) *Stream {
	tb.Helper()
	fp, err := portAsk(j, order)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { Fclose(fp) })
	return fp
}

func plain(tb testing.TB, j job, order string) net.Conn {
	tb.Helper()
	conn, err := plainAsk(j, order)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	return conn
}

func BenchmarkFgets(b *testing.B) {
	order := fmt.Sprintf("lines %d\n", endless)
	for name, j := range transports(server(b)) {
		b.Run(name, func(b *testing.B) {
			fp := ported(b, j, order)
			b.ReportAllocs()
			for b.Loop() {
				if line, ok := Fgets(fp); !ok || len(line) != lineLength {
					b.Fatal(line, ok)
				}
			}
		})
		b.Run(name+"/bufio", func(b *testing.B) {
			r := bufio.NewReaderSize(plain(b, j, order), chunk)
			b.ReportAllocs()
			for b.Loop() {
				if line, err := r.ReadString('\n'); err != nil || len(line) != lineLength {
					b.Fatal(line, err)
				}
			}
		})
	}
}

func BenchmarkFwriteSmall(b *testing.B) {
	order := fmt.Sprintf("sink %d\n", endless)
	const data = "RCPT TO:<bob@mail.test>\r\n"
	for name, j := range transports(server(b)) {
		b.Run(name, func(b *testing.B) {
			fp := ported(b, j, order)
			b.ReportAllocs()
			for b.Loop() {
				if n, ok := Fwrite(fp, data); !ok || n != len(data) {
					b.Fatal(n, ok)
				}
			}
		})
		b.Run(name+"/net", func(b *testing.B) {
			conn := plain(b, j, order)
			p := []byte(data)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFread(b *testing.B) {
	order := fmt.Sprintf("bulk %d\n", endless)
	for name, j := range transports(server(b)) {
		for _, size := range []int{512, chunk} {
			b.Run(name+"/"+strconv.Itoa(size), func(b *testing.B) {
				fp := ported(b, j, order)
				n := 0
				b.ReportAllocs()
				for b.Loop() {
					data, ok := Fread(fp, size)
					if !ok || data == "" {
						b.Fatal(len(data), ok)
					}
					n += len(data)
				}
				b.SetBytes(int64(n / b.N))
			})
		}
		b.Run(name+"/net", func(b *testing.B) {
			conn := plain(b, j, order)
			p := make([]byte, chunk)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				m, err := conn.Read(p)
				if err != nil {
					b.Fatal(err)
				}
				n += m
			}
			b.SetBytes(int64(n / b.N))
		})
	}
}

// BenchmarkStreamSelect asks n streams of which one can be read.
func BenchmarkStreamSelect(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			j := transports(server(b))["plain"]
			streams := make([]*Stream, n)
			for i := range streams {
				streams[i] = ported(b, j, "page 1\n")
			}
			Fwrite(streams[n/2], "!")
			one := []*Stream{streams[n/2]}
			if ready, ok := StreamSelect(&one, nil, nil, 10); !ok || ready != 1 {
				b.Fatal(ready, ok)
			}
			b.ReportAllocs()
			for b.Loop() {
				read := streams
				if ready, ok := StreamSelect(&read, nil, nil, 0); !ok || ready != 1 {
					b.Fatal(ready, ok)
				}
			}
		})
	}
}

// BenchmarkConnect connects, verifies and closes.
func BenchmarkConnect(b *testing.B) {
	jobs := transports(server(b))
	many := jobs["TLS"]
	many.CAFile = server(b).Bundle
	jobs["TLS, large CA file"] = many
	for name, j := range jobs {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fp, err := portOpen(j)
				if err != nil {
					b.Fatal(err)
				}
				Fclose(fp)
			}
		})
		b.Run(name+"/net", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				conn, err := plainDial(j)
				if err != nil {
					b.Fatal(err)
				}
				conn.Close()
			}
		})
	}
}

// BenchmarkStreamRead is the way of net.Conn, which makes no strings.
func BenchmarkStreamRead(b *testing.B) {
	order := fmt.Sprintf("bulk %d\n", endless)
	for name, j := range transports(server(b)) {
		b.Run(name, func(b *testing.B) {
			fp := ported(b, j, order)
			p := make([]byte, chunk)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				m, err := io.Reader(fp).Read(p)
				if err != nil {
					b.Fatal(err)
				}
				n += m
			}
			b.SetBytes(int64(n / b.N))
		})
	}
}

// BenchmarkFileGetContents fetches a kilobyte, over a connection of its own.
func BenchmarkFileGetContents(b *testing.B) {
	p := server(b)
	for name, j := range map[string]job{
		"http":  {Addr: p.Web, CAFile: p.CAFile, Name: p.Name},
		"https": {Addr: p.WebTLS, CAFile: p.CAFile, Name: p.Name, TLS: true},
	} {
		for suffix, work := range map[string]worker{"": portURLs, "/net": plainURLs} {
			b.Run(name+suffix, func(b *testing.B) {
				b.ReportAllocs()
				j.Size, j.Count = page, b.N*page
				if n, err := work(j); n != j.Count || err != nil {
					b.Fatal(n, err)
				}
			})
		}
	}
}
