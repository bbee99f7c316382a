package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// Child processes are this program again; the variable tells a test binary so.
const (
	childVariable   = "PHPSTREAM_BENCH_CHILD"
	profileVariable = "PHPSTREAM_BENCH_PROFILE"
)

// contestants in the order of each round.
var contestants = []string{"php", "plain", "phpstream"}

// contest runs works round by round against one server.
type contest struct {
	ports   ports
	php     string // command, "" where there is none
	scripts string
	rounds  int
	quick   bool
	profile string // directory for CPU profiles, "" for none
	log     io.Writer
}

// scores are the results of one work, by contestant and round.
type scores map[string][]result

func (c contest) run(ctx context.Context, w work) (scores, error) {
	rounds := c.rounds
	if w.Rounds > 0 {
		rounds = min(rounds, w.Rounds)
	}
	all := scores{}
	for round := range rounds {
		for _, impl := range contestants {
			if impl == "php" && c.php == "" || w.Only != nil && !slices.Contains(w.Only, impl) {
				continue
			}
			r, err := c.once(ctx, w, impl, round)
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", w.Name, impl, err)
			}
			all[impl] = append(all[impl], r)
		}
	}
	fmt.Fprintln(c.log, "  "+w.Name)
	return all, nil
}

// once runs one client process.
func (c contest) once(ctx context.Context, w work, impl string, round int) (r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	text, err := json.Marshal(w.fill(c.ports, impl, c.quick))
	if err != nil {
		return r, err
	}
	var cmd *exec.Cmd
	if impl == "php" {
		cmd = exec.CommandContext(ctx, c.php, "-d", "memory_limit=-1", "-d", "display_errors=stderr",
			filepath.Join(c.scripts, script(w.Job.Work)), string(text))
	} else {
		if cmd, err = child(ctx, "client", impl, string(text)); err != nil {
			return r, err
		}
		if c.profile != "" {
			name := fmt.Sprintf("%s-%s-%d.pprof", fileName(w.Name), impl, round)
			cmd.Env = append(cmd.Env, profileVariable+"="+filepath.Join(c.profile, name))
		}
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, stderr.Bytes())
	}
	return r, json.Unmarshal(out, &r)
}

// script names the PHP client of a work; PHP has one way to read.
func script(work string) string {
	if work == "strings" || work == "reader" {
		work = "read"
	}
	return work + ".php"
}

func fileName(s string) string {
	name := []byte(s)
	for i, b := range name {
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') {
			name[i] = '_'
		}
	}
	return string(name)
}

// child is a command that is this program again.
func child(ctx context.Context, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	return cmd, nil
}

// startServer starts the server; stop ends it.
func startServer(ctx context.Context) (p ports, stop func(), err error) {
	cmd, err := child(ctx, "server")
	if err != nil {
		return p, nil, err
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return p, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return p, nil, err
	}
	if err := cmd.Start(); err != nil {
		return p, nil, err
	}
	stop = func() {
		in.Close()
		timer := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		defer timer.Stop()
		cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p)
	}
	if err != nil {
		stop()
		return p, nil, fmt.Errorf("server: %w", err)
	}
	return p, stop, nil
}

// spread is the middle and the ends of some figures.
type spread struct{ Median, Min, Max float64 }

func spreadOf(v []float64) spread {
	if len(v) == 0 {
		return spread{}
	}
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	return spread{(v[(n-1)/2] + v[n/2]) / 2, v[0], v[n-1]}
}

// over is the spread of one figure.
func (s scores) over(impl string, of func(result) float64) spread {
	var v []float64
	for _, r := range s[impl] {
		v = append(v, of(r))
	}
	return spreadOf(v)
}

// ratio compares round by round, so that what disturbed a whole round counts
// on both sides.
func (s scores) ratio(a, b string, of func(result) float64) spread {
	var v []float64
	for i := range min(len(s[a]), len(s[b])) {
		if d := of(s[b][i]); d != 0 {
			v = append(v, of(s[a][i])/d)
		}
	}
	return spreadOf(v)
}

func speed(r result) float64 { return float64(r.Count) / r.Seconds }

// thrift is work per second of the client's own processor time.
func thrift(r result) float64 { return float64(r.Count) / r.CPU }
func heap(r result) float64   { return r.Heap }
func rss(r result) float64    { return r.RSS }
