package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

// Limits that hold on any machine: they count, and time nothing.

// The second handshake parses no authorities: with 140 of them in the CA file
// it allocates about as much as with one. That the measure would tell is shown
// by a file that has changed.
func TestAuthoritiesAreParsedOnce(t *testing.T) {
	p := server(t)
	handshake := func(file string) float64 {
		j := job{Addr: p.DataTLS, CAFile: file, Name: p.Name, TLS: true}
		return testing.AllocsPerRun(5, func() { // one run more goes before
			fp, err := portOpen(j)
			if err != nil {
				t.Fatal(err)
			}
			Fclose(fp)
		})
	}
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	data, err := os.ReadFile(p.Bundle)
	if err == nil {
		err = os.WriteFile(bundle, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	one, many := handshake(p.CAFile), handshake(bundle)
	fetch := func(file string) float64 {
		ctx := StreamContextCreate(Options{"ssl": {"cafile": file, "peer_name": p.Name}})
		return testing.AllocsPerRun(5, func() {
			if _, ok := FileGetContents(url(job{Addr: p.WebTLS, TLS: true}, page), ctx); !ok {
				t.Fatal(LastError())
			}
		})
	}
	if one, many := fetch(p.CAFile), fetch(bundle); many > one+bundleSize {
		t.Errorf("https: %v allocations with %d authorities, %v with one", many, bundleSize, one)
	}
	if many > one+bundleSize {
		t.Errorf("%v allocations with %d authorities, %v with one", many, bundleSize, one)
	}
	changed := testing.AllocsPerRun(1, func() {
		later := time.Now().Add(time.Duration(time.Now().Nanosecond()) * time.Microsecond)
		if err := os.Chtimes(bundle, later, later); err != nil {
			t.Fatal(err)
		}
		fp, err := portOpen(job{Addr: p.DataTLS, CAFile: bundle, Name: p.Name, TLS: true})
		if err != nil {
			t.Fatal(err)
		}
		Fclose(fp)
	})
	if changed < one+10*bundleSize {
		t.Errorf("%v allocations after the file changed, %v with one authority: nothing was parsed", changed, one)
	}
}

// An idle stream without TLS that has been used stays below 4 KB.
func TestIdleStreamIsSmall(t *testing.T) {
	c := contest{ports: server(t), quick: true}
	w := idleWorks[0]
	w.Quick = 1000
	r, err := c.once(t.Context(), w, "phpstream", 0)
	if err != nil {
		t.Fatal(err)
	}
	if r.Count != w.Quick || r.Heap <= 0 || r.Heap >= 4096 {
		t.Errorf("%d streams of %.0f bytes", r.Count, r.Heap)
	}
}

// Behind https the certificate is verified by all: none takes another name.
func TestContestantsVerifyURLs(t *testing.T) {
	c := contest{ports: server(t), quick: true, scripts: t.TempDir()}
	if err := scripts(c.scripts); err != nil {
		t.Fatal(err)
	}
	c.php, _ = exec.LookPath("php")
	w := works[slices.IndexFunc(works, func(w work) bool { return w.Job.Work == "urls" && w.Job.TLS })]
	for _, impl := range contestants {
		if impl == "php" && c.php == "" {
			continue
		}
		if _, err := c.once(t.Context(), w, impl, 0); err != nil {
			t.Errorf("%s: %v", impl, err)
		}
		other := c
		other.ports.Name = "other.test"
		if _, err := other.once(t.Context(), w, impl, 0); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s takes another's certificate: %v", impl, err)
		}
	}
}

// A smoke run of the whole, with PHP where there is one.
func TestQuickRun(t *testing.T) {
	readme := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(readme, []byte("before\n"+figuresBegin+"old\n"+figuresEnd+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var out strings.Builder
	if err := command(ctx, []string{"-quick", "-md", readme}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	figures := string(data)
	if !strings.HasPrefix(figures, "before\n") || !strings.HasSuffix(figures, "after\n") || strings.Contains(figures, "old") {
		t.Errorf("README.md is now\n%s", figures)
	}
	for _, w := range append(works, idleWorks...) {
		if !strings.Contains(out.String(), w.Name) || !strings.Contains(figures, "| "+w.Name) {
			t.Errorf("%s is missing", w.Name)
		}
	}
}

func TestSpread(t *testing.T) {
	s := scores{
		"phpstream": {{Seconds: 1, Count: 10}, {Seconds: 2, Count: 10}, {Seconds: 1, Count: 40}},
		"plain":     {{Seconds: 1, Count: 20}, {Seconds: 1, Count: 5}, {Seconds: 1, Count: 10}},
	}
	if got, want := s.over("phpstream", speed), (spread{10, 5, 40}); got != want {
		t.Errorf("speed %v, want %v", got, want)
	}
	if got, want := s.ratio("phpstream", "plain", speed), (spread{1, 0.5, 4}); got != want {
		t.Errorf("ratio %v, want %v", got, want)
	}
	if got := s.ratio("phpstream", "php", speed); got != (spread{}) {
		t.Errorf("ratio without PHP %v", got)
	}
	if got := spreadOf([]float64{1, 2, 3, 6}); got.Median != 2.5 {
		t.Errorf("median of an even number %v", got.Median)
	}
}
