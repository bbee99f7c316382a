package filter

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"strings"
)

// A question is a filter and what is written to it: pieces of data, and "" for
// a flush in between. It is closed at the end.
type question struct {
	Filter string   `json:"filter"`
	Params any      `json:"params"`
	Plain  bool     `json:"plain,omitempty"` // no parameters are given
	Steps  [][]byte `json:"steps"`
}

// cut makes steps of a text, n bytes each.
func cut(text string, n int) (steps [][]byte) {
	for len(text) > n {
		steps = append(steps, []byte(text[:n]))
		text = text[n:]
	}
	return append(steps, []byte(text))
}

func steps(text ...string) (list [][]byte) {
	for _, s := range text {
		list = append(list, []byte(s))
	}
	return list
}

type params = map[string]any

const prose = "Gr\xc3\xbc\xc3\x9fe aus M\xc3\xbcnchen! =3D is an equals sign.\r\nA line that is longer than what quoted-printable allows for, with a tail of white space  \t\r\n\tand a tab in front.\r\n.\r\n"

// questions are those that PHP's answers are kept of.
func questions() (list []question) {
	ask := func(filter string, p any, steps [][]byte) {
		list = append(list, question{Filter: filter, Params: p, Steps: steps})
	}
	plain := func(filter string, steps [][]byte) {
		list = append(list, question{Filter: filter, Plain: true, Steps: steps})
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, name := range []string{"string.rot13", "string.toupper", "string.tolower"} {
		plain(name, append(steps("Hello, World!", ""), all))
	}
	for _, name := range []string{"convert.base64-encode", "convert.BASE64-Encode"} {
		plain(name, steps("a", "", "b", "c", "", "defgh", "ijklmnopqrstuvwxyz"))
	}
	for _, n := range []int{1, 2, 3, 4, 5, 7, 57, 1000} {
		plain("convert.base64-encode", cut(prose+string(all), n))
		for _, p := range []params{
			{"line-length": 76}, {"line-length": 76, "line-break-chars": "\n"}, {"line-length": 4, "line-break-chars": ""},
			{"line-length": 5, "line-break-chars": "<break>"}, {"line-length": 3}, {"line-break-chars": "\r\n"}, {"line-length": -1}, {"line-length": "10x"},
		} {
			ask("convert.base64-encode", p, cut(prose[:100], n))
		}
		plain("convert.base64-decode", cut("R3LDvMOfZSBhdXMgTcO8bmNoZW4h\r\nIQ==\r\n", n))
		plain("convert.base64-decode", cut("QUJD REVG\n-_R0hJ\x00Sg==", n))
	}
	ask("convert.base64-encode", params{"line-length": 8}, steps("a", "", "bcd", "", "ef", "", "ghijklmnop"))
	for _, text := range []string{"=", "Q=", "QQ=", "QQ==", "QQ===", "QQ== \n", "QQ==QQ==", "QUI=", "QUI==", "QUI=x", "QUJD=", "QUJD====", "QQ", "Q", "QUI", "!!!!", "QQ=A", "\n=", "QQ= =", "QQ =="} {
		plain("convert.base64-decode", steps(text))
		plain("convert.base64-decode", cut(text, 1))
		plain("convert.base64-decode", steps("QUJD"+text, "QUJD", "\n"))
	}
	quoting := []any{
		params{}, params{"line-length": 76}, params{"line-length": 20, "line-break-chars": "\r\n"}, params{"line-length": 8, "line-break-chars": "\n"},
		params{"line-length": 4}, params{"line-length": 5, "line-break-chars": "--"}, params{"line-length": 76, "binary": true},
		params{"binary": true}, params{"binary": "0"}, params{"line-length": 20, "force-encode-first": true},
		params{"force-encode-first": true}, params{"line-length": 20, "binary": true, "force-encode-first": true},
		params{"line-length": 12, "line-break-chars": ""}, params{"line-break-chars": "\n"}, params{"line-length": 6, "line-break-chars": "aab"},
	}
	texts := []string{
		prose, string(all), strings.Repeat("=", 60), strings.Repeat("a", 100), strings.Repeat("\xff", 40), "a \r\nb\t\r\nc  d\r\n e", "tail ", "tail \r\n", "\r\r\n\n\r", "a\rb\nc",
		strings.Repeat(" ", 50), strings.Repeat("x ", 50) + "\r\n", "ends with CR\r", " \r\n \r\n", "\t \t \r\nz", "aabaaabaaaab", "a b  c   d    e\r\n     f\t\t\r\n", strings.Repeat("ab \r\n", 20),
		".\r\n..\r\nFrom me\r\n", "1234567 \r\n123456 \r\n1234567\r\n",
	}
	for _, p := range quoting {
		for _, text := range texts {
			for _, n := range []int{1, 5, 1000} {
				ask("convert.quoted-printable-encode", p, cut(text, n))
			}
		}
	}
	plain("convert.quoted-printable-encode", append(cut(prose, 30), []byte{}, all))
	quoted := []string{
		"Gr=C3=BC=C3=9Fe=20aus M=C3=BCnchen=21 =3D\r\n", "soft=\r\nbreak", "soft=\nbreak", "soft=\rbreak", "soft= \t\r\nbreak", "soft=\t\nbreak", "=3d=0a=0D=fF=aB=c3", "=", "=4", "=4=", "=G0", "=0G", "==", "a=\r", "a=\r\r\n", "a=\n\n",
		"=41=42=43", "100%=\r\n=\r\n=\r\nend", "= x", "=  ", "plain\r\n\r\n", "\xff\x00=00", "=E2=82=AC=\r\n=E2=82=AC", "bad=ZZgood", "a=--b=-c=---d",
	}
	for _, text := range quoted {
		for _, n := range []int{1, 2, 3, 1000} {
			plain("convert.quoted-printable-decode", cut(text, n))
			for _, p := range []params{{"line-break-chars": "\r\n"}, {"line-break-chars": "--"}, {"line-break-chars": ""}, {}} {
				ask("convert.quoted-printable-decode", p, append(cut(text, n), []byte("A=42")))
			}
		}
	}
	for _, text := range []string{
		"5\r\nhello\r\n6; ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\nmore", "a\nhellohello\n0\n\n", "5\r\nhelloXX", "x\r\nno chunks", "", "00\r\n\r\n", "F\r\n012345678901234\r\n1\r\n", "3\r\rabc\r\n", "3 \r\nabc\r\n0\r\n\r\n", "2\r\nab3\r\n", "ffffffffffffffff\r\nabc", "10000000000000001\r\nabcdef\r\n",
	} {
		for _, n := range []int{1, 2, 7, 1000} {
			plain("dechunk", cut(text+"!", n))
		}
	}
	list = append(list, inflateQuestions()...)
	for _, p := range []any{nil, 6, "x", true, 1.5, []any{}, params{}} {
		for _, name := range []string{"string.rot13", "convert.base64-encode", "convert.quoted-printable-decode", "dechunk", "zlib.inflate"} {
			ask(name, p, steps("abc"))
		}
		ask("zlib.deflate", p, nil)
	}
	for _, name := range []string{"", "nosuch", "string.nosuch", "STRING.rot13", "string.rot13.x", "convert.nosuch", "convert.", "convert", "convert.base64-encode.x", "CONVERT.base64-encode", "zlib.nosuch", "zlib.DEFLATE", "Zlib.deflate", "dechunk.x", "Dechunk", "a.b.c", ".", "convert.*", "*"} {
		plain(name, steps())
	}
	for _, n := range []any{-16, -15, -9, -8, -7, 0, 7, 8, 9, 15, 16, 23, 24, 25, 31, 32, 39, 40, 47, 48, "15", "x", nil, true} {
		ask("zlib.inflate", params{"window": n}, steps())
		ask("zlib.deflate", params{"window": n}, steps())
		ask("zlib.deflate", params{"memory": n}, steps())
		ask("zlib.deflate", params{"level": n}, steps())
		ask("zlib.deflate", n, steps())
	}
	return list
}

func packed(text string, make func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := make(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func deflated(text string, level int) string {
	return packed(text, func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, level); return f })
}

func inflateQuestions() (list []question) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(r.IntN(256))
	}
	long := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 4000)
	zlibbed := packed(prose, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	gzipped := packed(prose, func(w io.Writer) io.WriteCloser {
		z := gzip.NewWriter(w)
		z.Name, z.Comment, z.Extra = "name", "comment", []byte("extra")
		return z
	})
	ask := func(p any, text string, sizes ...int) {
		for _, n := range sizes {
			q := question{Filter: "zlib.inflate", Params: p, Steps: cut(text, n)}
			q.Plain = p == nil
			list = append(list, q)
		}
	}
	ask(nil, deflated(prose, 6), 1, 2, 10, 1000)
	ask(nil, deflated(prose, 0), 1, 7, 1000)
	ask(nil, deflated(prose, flate.HuffmanOnly), 3, 1000)
	ask(nil, deflated(string(noise), 9), 999, 5000)
	ask(nil, deflated(long, 9), 1, 50, 1000)
	ask(nil, deflated(strings.Repeat("\x00", 300000), 9), 100, 1000)
	ask(nil, deflated(prose, 6)+"and more", 5, 1000)
	ask(nil, deflated(prose, 6)[:60], 7, 1000)
	ask(nil, "", 1)
	ask(nil, "\xff\xff\xff", 1, 3)
	ask(nil, "no deflated data at all", 1, 100)
	ask(nil, "\x01\x05\x00\x00\x00hello", 1, 100)
	broken := []byte(deflated(long, 9))
	broken[len(broken)/2] ^= 0xff
	ask(nil, string(broken), 20, 1000)
	ask(params{"window": 15}, zlibbed, 1, 1000)
	ask(params{"window": 9}, zlibbed, 1000)
	ask(params{"window": 0}, zlibbed, 1, 1000)
	ask(params{"window": 15}, zlibbed[:len(zlibbed)-1]+"x", 10, 1000)
	ask(params{"window": 15}, "x\xbb"+zlibbed[2:], 1000)
	ask(params{"window": 15}, gzipped, 1000)
	ask(params{"window": 31}, gzipped, 1, 1000)
	ask(params{"window": 31}, gzipped+gzipped, 1000)
	ask(params{"window": 31}, gzipped[:len(gzipped)-1]+"\x01", 1000)
	ask(params{"window": 31}, gzipped[:len(gzipped)-6]+"\x01\x02\x03\x04\x05\x06", 1000)
	ask(params{"window": 31}, zlibbed, 1000)
	ask(params{"window": 47}, gzipped, 3, 1000)
	ask(params{"window": 47}, zlibbed, 3, 1000)
	ask(params{"window": -9}, deflated(prose, 6), 1000)
	return list
}
