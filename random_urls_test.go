package phpstream_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
)

var randomCases = flag.Int("cases", 40, "how many random URLs of a kind are opened")

// TestRandomHTTP opens http:// URLs with random options, whose server gives random
// answers, on the installed PHPs that read headers as strictly as the library, and
// here.
func TestRandomHTTP(t *testing.T) { randomURLs(t, randomHTTP, "8.4", "8.2") }

// TestRandomFTP uses ftp:// URLs, whose server gives random replies.
func TestRandomFTP(t *testing.T) { randomURLs(t, randomFTP, scenario.Versions...) }

// urlCase is some calls that have servers of their own. Many stand in one program:
// to start PHP takes longer than to run them.
type urlCase struct {
	name  string
	peers map[string]string // by the rest of their names
	calls []string
}

// casesAtOnce is how many cases a program has.
const casesAtOnce = 20

// noAnswer is a connection that is closed when a request has come.
const noAnswer = "accept\nrecvuntil \"\\r\\n\\r\\n\"\nclose\n"

// noAnswers is enough of them for each redirection that PHP follows.
var noAnswers = strings.Repeat(noAnswer, 20)

// urlRandom makes a case.
type urlRandom func(g *dialogue, name, version string) urlCase

func randomURLs(t *testing.T, random urlRandom, versions ...string) {
	if !*askPHP && !requirePHP() {
		t.Skip("PHP is asked with -php or REQUIRE_PHP=1")
	}
	_, certs := loadCompat(t)
	quiet(t)
	phps := installed(t, versions)
	var batches []*batch
	for version, php := range phps {
		b := &batch{php: php, certs: certs}
		for n := range uint64(*randomCases) {
			seed := *randomSeed + n
			g := &dialogue{Rand: rand.New(rand.NewPCG(seed, 0))}
			b.cases = append(b.cases, random(g, fmt.Sprintf("seed%d", seed), version))
			if len(b.cases) == casesAtOnce || n+1 == uint64(*randomCases) {
				batches = append(batches, b)
				b = &batch{php: php, certs: certs}
			}
		}
	}
	runAll(batches, (*batch).run)
	for _, b := range batches {
		for _, complaint := range b.complaints {
			t.Errorf("PHP %s: %s", b.php.Version, complaint)
		}
	}
}

// batch is the cases of one program.
type batch struct {
	php        *scenario.PHP
	certs      *scenario.Certs
	cases      []urlCase
	complaints []string
}

// run compares. What differs once may be chance; it counts when it does so each
// time.
func (b *batch) run() {
	cases := b.cases
	for try := 1; len(cases) > 0; try++ {
		differ, err := b.compare(cases)
		if err != nil && len(cases) > 1 { // which of them?
			for _, c := range cases {
				alone := &batch{php: b.php, certs: b.certs, cases: []urlCase{c}}
				alone.run()
				b.complaints = append(b.complaints, alone.complaints...)
			}
			return
		}
		var left []urlCase
		for _, c := range cases {
			switch list := differ[c.name]; {
			case try < 3 && (err != nil || len(list) > 0):
				left = append(left, c)
			case err != nil:
				b.complaints = append(b.complaints, fmt.Sprintf("%s: %v\n%s", c.name, err, text(c)))
			case len(list) > 0:
				b.complaints = append(b.complaints, fmt.Sprintf("%s\n%s\n%s", c.name, strings.Join(list, "\n"), strings.ReplaceAll(text(c), noAnswers, "")))
			}
		}
		cases = left
	}
}

// text is the cases as a scenario.
func text(cases ...urlCase) string {
	peers, calls := "", "ini_set(\"default_socket_timeout\", \"1\")\n"
	for _, c := range cases {
		for _, name := range slices.Sorted(maps.Keys(c.peers)) {
			peers += "-- peer " + c.name + name + " --\n" + c.peers[name]
		}
		calls += strings.Join(c.calls, "\n") + "\n"
	}
	return "Random.\n" + peers + "-- calls --\n" + calls
}

// hash stands for the rest of a long text, and in that of a warning is a port,
// which may be cut. A folder's name may stand without what is above it. scandir
// tells an errno, of whatever has failed last.
var hash = regexp.MustCompile(`, sha1 [0-9a-f]+|127\.0\.0\.1:\d+"\.\.\.|scenario\d+|\(errno \d+\): [^"]*`)

// compare runs cases on PHP and here, and answers what differs in each.
func (b *batch) compare(cases []urlCase) (differ map[string][]string, err error) {
	s, err := scenario.Parse("random/urls", []byte(text(cases...)))
	if err != nil {
		return nil, err
	}
	want, err := scenario.RunPHP(s, b.php, compatDriver, b.certs, scenario.Plain)
	if err != nil {
		return nil, err
	}
	got, err := scenario.RunOurs(s, b.php.Version, b.certs)
	if err != nil {
		return nil, err
	}
	number := 2 // of a case's first call
	owner := map[string]string{}
	for _, c := range cases {
		for range c.calls {
			owner[fmt.Sprint(number)] = c.name
			number++
		}
	}
	differ = map[string][]string{}
	refused := map[string]bool{} // by the library alone: http/proxy-tls-injection
	for _, f := range got.Fields {
		first, _, _ := strings.Cut(f.Name, " ")
		if strings.Contains(f.Value, "Refusing to enable crypto") {
			refused[owner[first]] = true
		}
	}
	for _, d := range scenario.Compare(want, got) {
		if strings.HasSuffix(d.Field, " events") && (hash.ReplaceAllString(d.Want, "") == hash.ReplaceAllString(d.Got, "") || nestedOrder(d)) {
			continue
		}
		first, rest, _ := strings.Cut(d.Field, " ")
		name, ok := owner[first]
		if !ok { // "wire seed5/1"
			rest, _, _ = strings.Cut(rest, "/")
			for _, c := range cases {
				if rest == c.name || strings.HasPrefix(rest, c.name+"-") {
					name = c.name
				}
			}
		}
		if refused[name] {
			continue
		}
		if name == "" {
			return nil, fmt.Errorf("nobody has %s: %s, here %s", d.Field, d.Want, d.Got)
		}
		differ[name] = append(differ[name], fmt.Sprintf("%s\n\tPHP  %s\n\there %s", d.Field, d.Want, d.Got))
	}
	return differ, nil
}

// nestedOrder tells whether events differ by their order alone, where a method of a
// wrapper or a filter has raised one of its own: the library's come at the end of the
// function, when it has let go of its locks.
func nestedOrder(d scenario.Difference) bool {
	want, got := strings.Split(d.Want, "\n"), strings.Split(d.Got, "\n")
	slices.Sort(want)
	slices.Sort(got)
	return strings.Contains(d.Want, "(/nosuch/file)") && slices.Equal(want, got)
}

// literal is a string as programs and peers have it.
func literal(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '$':
			b.WriteString(`\` + string(rune(c)))
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
}

// chance is true p times of 100.
func (g *dialogue) chance(p int) bool { return g.IntN(100) < p }
