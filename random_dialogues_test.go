package phpstream_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
)

var randomSeed = flag.Uint64("seed", 1, "the first of the random dialogues")

// dialogues is how many are tried.
const dialogues = 12

// TestRandomDialogues reads, writes, selects and looks in a random order, in
// clear and over TLS, on each installed PHP and here: what every call answers,
// and the stream's state after it, is the same. What depends on timing isn't
// asked, and a difference counts when it comes each time.
func TestRandomDialogues(t *testing.T) {
	if !*askPHP && !requirePHP() {
		t.Skip("PHP is asked with -php or REQUIRE_PHP=1")
	}
	_, certs := loadCompat(t)
	quiet(t)
	var jobs []*job
	phps := installed(t, scenario.Versions)
	for version := range phps {
		for n := range uint64(dialogues) {
			id := fmt.Sprintf("random/%d", *randomSeed+n)
			s, err := scenario.Parse(id, []byte(randomDialogue(*randomSeed+n)))
			if err != nil {
				t.Fatal(err)
			}
			jobs = append(jobs, &job{s: s, version: version})
		}
	}
	runAll(jobs, func(j *job) {
		for range 3 {
			var want *scenario.Answer
			if want, j.err = scenario.RunPHP(j.s, phps[j.version], compatDriver, certs, scenario.Plain); j.err != nil {
				continue
			}
			if j.got, j.err = scenario.RunOurs(j.s, j.version, certs); j.err != nil {
				continue
			}
			if j.differ = scenario.Compare(want, j.got); len(j.differ) == 0 {
				return
			}
		}
	})
	for _, j := range jobs {
		t.Run(j.s.ID+"/PHP"+j.version, func(t *testing.T) {
			if j.err != nil {
				t.Fatal(j.err)
			}
			if len(j.differ) > 0 {
				t.Error(explain(j.s, "PHP "+j.version, &scenario.Verdict{Differences: j.differ[:1]}))
			}
		})
	}
}

// randomDialogue writes a scenario with a few connections.
func randomDialogue(seed uint64) string {
	g := &dialogue{Rand: rand.New(rand.NewPCG(seed, 0))}
	for n := range 6 {
		if n > 0 {
			g.peer("accept")
		}
		g.connection(n)
	}
	return "Random.\n-- peer --\nquiet\n" + g.steps.String() + "-- calls --\n" + g.calls.String()
}

type dialogue struct {
	*rand.Rand
	steps, calls strings.Builder
}

func (g *dialogue) peer(format string, args ...any) { fmt.Fprintf(&g.steps, format+"\n", args...) }
func (g *dialogue) call(format string, args ...any) { fmt.Fprintf(&g.calls, format+"\n", args...) }

func pick[T any](g *dialogue, list ...T) T { return list[g.IntN(len(list))] }

// connection is one stream, with what its peer sends in two parts and how it
// ends. The script waits until all of a part has come.
func (g *dialogue) connection(n int) {
	fp := fmt.Sprintf("$f%d", n)
	ends := []string{"", "halfclose", "close"}
	if tls := g.IntN(2) == 0; tls {
		g.peer("tls cert=good tickets=no%s", pick(g, "", " max=1.2"))
		ends = append(ends, "closenotify")
		g.call(`$ctx = stream_context_create(["ssl" => ["cafile" => "{{DIR}}/ca.pem", "peer_name" => "localhost"]])`)
		g.call(`%s = stream_socket_client("tls://{{ADDR}}", $errno, $errstr, 5, STREAM_CLIENT_CONNECT, $ctx)`, fp)
	} else {
		g.call(`%s = stream_socket_client("tcp://{{ADDR}}", $errno, $errstr, 5)`, fp)
	}
	end := pick(g, ends...)
	g.call("stream_set_timeout(%s, 0, 30000)", fp)
	for part, parts := 0, 1+g.IntN(2); part < parts; part++ {
		g.peer("await go%d_%d", n, part)
		for range 1 + g.IntN(3) {
			g.peer("%s", g.data())
		}
		ready := fmt.Sprintf("mark ready%d_%d", n, part)
		last := part == parts-1
		if last && end == "closenotify" {
			g.peer("%s\n%s", ready, end) // it waits for an answer
		} else if last {
			g.peer("%s\n%s", end, ready)
		} else {
			g.peer("%s", ready)
		}
		g.call(`mark("go%d_%d")`, n, part)
		g.call(`wait_mark("ready%d_%d")`, n, part)
		g.call("usleep(30000)")
		for range 4 + g.IntN(8) {
			g.operation(fp, end == "" || end == "halfclose")
		}
	}
}

// data is something that the peer sends.
func (g *dialogue) data() string {
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf(`repeat %d "z"`, pick(g, 8191, 8192, 8193, 9000, 20000))
	case 1:
		return fmt.Sprintf(`repeat %d "line of text\n"`, pick(g, 100, 1000))
	}
	text := ""
	for range 1 + g.IntN(4) {
		text += strings.Repeat(pick(g, "a", "b.", ".."), g.IntN(60)) + pick(g, "", `\n`, `\r\n`, `.\r\n`)
	}
	return `send "` + text + `x"`
}

func (g *dialogue) operation(fp string, writes bool) {
	size := pick(g, 1, 2, 5, 10, 100, 512, 8191, 8192, 8193, 20000)
	switch g.IntN(21) {
	case 0, 1, 2:
		g.call("fgets(%s)", fp)
	case 3, 4:
		g.call("fgets(%s, %d)", fp, size)
	case 5, 6, 7:
		g.call("fread(%s, %d)", fp, size)
	case 8:
		g.call("fgetc(%s)", fp)
	case 9, 10:
		g.call(`stream_get_line(%s, %d, "%s")`, fp, pick(g, 0, size), pick(g, `\n`, `\r\n`, ".", "..", ""))
	case 11:
		g.call("stream_get_contents(%s, %d)", fp, pick(g, size, -1))
	case 12, 13:
		g.call("feof(%s)", fp)
	case 14:
		g.call("ftell(%s)", fp)
	case 15:
		g.call("stream_set_blocking(%s, %s)", fp, pick(g, "true", "false"))
	case 16:
		g.call("stream_set_read_buffer(%s, %d)", fp, pick(g, 0, 0, 8192))
	case 17:
		g.call("stream_set_chunk_size(%s, %d)", fp, pick(g, 1, 5, 100, 1024, 10000))
	case 18, 19:
		g.call("$r = [%s]\n$w = %s\n$e = null", fp, pick(g, "null", "["+fp+"]"))
		g.call("stream_select($r, $w, $e, 0, 10000)")
	default:
		if writes {
			g.call(`fwrite(%s, "%s")`, fp, pick(g, "x", `hello\n`, strings.Repeat("long ", 50)))
		}
	}
	g.call("stream_get_meta_data(%s)", fp)
}
