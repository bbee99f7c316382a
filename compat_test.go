package phpstream_test

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/phpstream-go/phpstream/internal/scenario"
)

// The side-by-side table: the scenarios of testdata/compat, each a list of
// calls against a scripted peer and what PHP 8.4, 8.2 and 7.4 answered to them.
//
//	go test -run Compat .           replays them here; needs nothing but Go
//	go test -run Compat -php .      also asks the installed PHPs, and fails where they have drifted
//	go test -run Compat -record .   writes what PHP answers where the recording is missing or has drifted
//	go test -run Compat -update .   writes the "ours" sections and phpdocs/differences.md
//
// With REQUIRE_PHP=1 the PHPs are asked, and one that is missing is a failure.
var (
	askPHP  = flag.Bool("php", false, "run the scenarios on the installed PHPs, too")
	record  = flag.Bool("record", false, "write what PHP answers where the recording is missing or wrong")
	updates = flag.Bool("update", false, "write generated files and what this module answers")
)

const (
	compatDir       = "testdata/compat"
	compatDriver    = compatDir + "/driver.php"
	compatManifest  = compatDir + "/MANIFEST"
	differencesFile = compatDir + "/differences.tsv"
	differencesPage = "phpdocs/differences.md"
)

// heldTables are the differences that other tests hold; that of TLS is made by
// its own tests.
var heldTables = []string{compatDir + "/differences-by-test.tsv", "internal/secure/testdata/differences.tsv"}

// atOnce is how many scenarios run side by side. Most of their time is waiting.
const atOnce = 8

func requirePHP() bool { return os.Getenv("REQUIRE_PHP") == "1" }

// compat loads the scenarios and makes their certificates, once.
var compat = sync.OnceValues(func() (*compatWorld, error) {
	all, err := scenario.Load(compatDir)
	if err != nil {
		return nil, err
	}
	table, err := scenario.LoadDifferences(differencesFile, all)
	return &compatWorld{all: all, table: table}, err
})

type compatWorld struct {
	all   []*scenario.Scenario
	table *scenario.Differences
}

func loadCompat(t *testing.T) (*compatWorld, *scenario.Certs) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the recorded answers are those of PHP on Linux")
	}
	w, err := compat()
	if err != nil {
		t.Fatal(err)
	}
	// Below /tmp, which the folders of other PHPs share.
	dir, err := os.MkdirTemp("/tmp", "certificates")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	certs, err := scenario.NewCerts(dir)
	if err != nil {
		t.Fatal(err)
	}
	return w, certs
}

// job is one scenario for one version.
type job struct {
	s       *scenario.Scenario
	version string
	got     *scenario.Answer
	differ  []scenario.Difference // from what a PHP that was asked just now says
	err     error
}

// selected are the jobs whose subtests -run asks for.
func selected(t *testing.T, all []*scenario.Scenario) (jobs []*job, everything bool) {
	var levels []*regexp.Regexp
	if pattern := flag.Lookup("test.run").Value.String(); strings.Contains(pattern, "/") {
		for _, part := range strings.Split(pattern, "/")[1:] {
			re, err := regexp.Compile(part)
			if err != nil {
				t.Fatal(err)
			}
			levels = append(levels, re)
		}
	}
	everything = true
	for _, s := range all {
		for _, v := range scenario.Versions {
			names := append(strings.Split(s.ID, "/"), "PHP"+v)
			chosen := true
			for i, re := range levels {
				chosen = chosen && (i >= len(names) || re.MatchString(names[i]))
			}
			if everything = everything && chosen; chosen {
				jobs = append(jobs, &job{s: s, version: v})
			}
		}
	}
	return jobs, everything
}

// runAll runs the jobs side by side. A scenario waits most of its time, and
// the number of parallel subtests is that of the processors.
func runAll[T any](jobs []T, run func(T)) {
	slots := make(chan bool, atOnce)
	var wait sync.WaitGroup
	for _, j := range jobs {
		slots <- true
		wait.Go(func() {
			defer func() { <-slots }()
			run(j)
		})
	}
	wait.Wait()
}

// TestCompat replays the recorded scenarios: this module, in the profile of
// each PHP, answers as that PHP did.
func TestCompat(t *testing.T) {
	if *record {
		t.Skip("what is being recorded is replayed by the next run")
	}
	w, certs := loadCompat(t)
	quiet(t)
	jobs, everything := selected(t, w.all)
	runAll(jobs, func(j *job) { j.got, j.err = scenario.RunOurs(j.s, j.version, certs) })
	ran := map[string]bool{}
	for _, j := range jobs {
		ran[j.s.ID+" "+j.version] = true
		t.Run(j.s.ID+"/PHP"+j.version, func(t *testing.T) {
			if j.err != nil {
				t.Fatal(j.err)
			}
			if *updates {
				if err := w.table.Pin(j.s, j.version, j.got); err != nil {
					t.Fatal(err)
				}
				if err := j.s.Save(); err != nil {
					t.Fatal(err)
				}
			}
			v, err := w.table.Judge(j.s, j.version, j.got)
			if err != nil {
				t.Fatal(err)
			}
			if !v.OK() {
				// Beside many others a sleep of 50 ms may be too short for what the script
				// waits for.
				if again, ok, err := scenario.RunOursSlowly(j.s, j.version, certs); ok && err == nil {
					if v, err = w.table.Judge(j.s, j.version, again); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !v.OK() {
				t.Error(explain(j.s, "PHP "+j.version, v))
			}
		})
	}
	for _, line := range w.table.Unused(func(id, version string) bool { return ran[id+" "+version] }) {
		t.Errorf("%s: %s", differencesFile, line)
	}
	if everything && len(jobs) < 200*len(scenario.Versions) {
		t.Errorf("only %d scenarios and versions: some have got lost", len(jobs))
	}
}

// explain shows what differs, call by call.
func explain(s *scenario.Scenario, reference string, v *scenario.Verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.Comment)
	show := func(side string, list []scenario.Difference) {
		for _, d := range list {
			number, what, _ := strings.Cut(d.Field, " ")
			line := ""
			for _, st := range s.Script {
				if fmt.Sprint(st.Number) == number {
					line = st.Source
				}
			}
			fmt.Fprintf(&b, "%s %s (%s %s)\n\t%-8s %s\n\there     %s\n", number, line, d.Field, what, side, d.Want, d.Got)
			if strings.Contains(d.Want+d.Got, "\n") {
				fmt.Fprintf(&b, "%s\n", cmp.Diff(strings.Split(d.Want, "\n"), strings.Split(d.Got, "\n")))
			}
		}
	}
	show(reference, v.Differences)
	show("ours was", v.Pinned)
	for _, n := range v.Notes {
		fmt.Fprintf(&b, "%s\n", n)
	}
	return b.String()
}

// quiet keeps warnings out of the test's output: the scenarios make hundreds.
func quiet(t *testing.T) {
	old := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(old) })
}

// installed are the PHPs that can be asked.
func installed(t *testing.T, versions []string) map[string]*scenario.PHP {
	t.Helper()
	phps := map[string]*scenario.PHP{}
	for _, version := range versions {
		p, err := scenario.FindPHP(version)
		switch {
		case err == nil:
			phps[version] = p
		case requirePHP() || *record:
			t.Fatal(err)
		default:
			t.Log(err)
		}
	}
	if len(phps) == 0 {
		t.Fatal("there is no PHP to ask")
	}
	return phps
}

// answerable are the jobs that -run asks for and that one of the PHPs can do.
func answerable(t *testing.T, all []*scenario.Scenario, phps map[string]*scenario.PHP) (ask []*job, everything bool) {
	jobs, everything := selected(t, all)
	for _, j := range jobs {
		if phps[j.version] != nil {
			ask = append(ask, j)
		}
	}
	return ask, everything
}

// TestCompatPHP asks the real PHPs: what they answer is what was recorded.
func TestCompatPHP(t *testing.T) {
	if !*askPHP && !*record && !requirePHP() {
		t.Skip("PHP is asked with -php or REQUIRE_PHP=1")
	}
	w, certs := loadCompat(t)
	phps := installed(t, scenario.Versions)
	ask, everything := answerable(t, w.all, phps)
	var saving sync.Mutex
	runAll(ask, func(j *job) {
		if *record {
			j.err = recordOne(j, phps[j.version], certs, &saving)
			return
		}
		// A drift shows every time; a busy machine doesn't.
		for range 2 {
			j.got, j.err = scenario.RunPHP(j.s, phps[j.version], compatDriver, certs, scenario.Plain)
			if want, err := j.s.Recorded(j.version); j.err == nil && err == nil && want != nil && len(scenario.Compare(want, j.got)) == 0 {
				break
			}
		}
	})
	confirmed := map[string]int{}
	for _, j := range ask {
		t.Run(j.s.ID+"/PHP"+j.version, func(t *testing.T) {
			if j.err != nil {
				t.Fatal(j.err)
			}
			if !*record {
				confirm(t, j)
			}
		})
		if j.err == nil {
			confirmed[j.version]++
		}
	}
	for version, php := range phps {
		identity, err := php.Identity()
		if err != nil {
			t.Error(err)
		}
		t.Logf("%s: %d scenarios", identity, confirmed[version])
		if everything && confirmed[version] < len(w.all) {
			t.Errorf("PHP %s confirmed %d of %d scenarios", version, confirmed[version], len(w.all))
		}
	}
	if *record {
		writeManifest(t, phps, everything)
	}
}

func confirm(t *testing.T, j *job) {
	want, err := j.s.Recorded(j.version)
	if err != nil {
		t.Fatal(err)
	}
	if want == nil {
		t.Fatalf("nothing is recorded from PHP %s: -record", j.version)
	}
	if drift := scenario.Compare(want, j.got); len(drift) > 0 {
		t.Error(explain(j.s, "recorded", &scenario.Verdict{Differences: drift}))
	}
}

// recordOne runs PHP and keeps its answer. The versions of one scenario share
// its file.
func recordOne(j *job, php *scenario.PHP, certs *scenario.Certs, saving *sync.Mutex) error {
	saving.Lock()
	// A recording that can't be read is made anew.
	earlier, _ := j.s.Recorded(j.version)
	saving.Unlock()
	next, err := scenario.Record(j.s, earlier, php, compatDriver, certs)
	if err != nil || next == nil {
		return err
	}
	saving.Lock()
	defer saving.Unlock()
	j.s.Want[j.version] = next.Text()
	return j.s.Save()
}

// TestCompatPage holds that the page about differences is the table's.
func TestCompatPage(t *testing.T) {
	w, _ := loadCompat(t)
	var held []*scenario.Held
	for _, path := range heldTables {
		list, err := scenario.LoadHeld(path, ".")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, list...)
	}
	page, err := w.table.Page(w.all, held)
	if err != nil {
		t.Fatal(err)
	}
	if *updates {
		if err := os.MkdirAll(filepath.Dir(differencesPage), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(differencesPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(differencesPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(old), "\n"), strings.Split(page, "\n")); diff != "" {
		t.Errorf("%s is stale (go test -run Compat -update .):\n%s", differencesPage, diff)
	}
}
