package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"time"
)

// job is what one client process is asked to do. PHP's clients get the same
// JSON.
type job struct {
	Work     string `json:"work"` // a key of plainWorks, plainStarters or plainOpeners, and port's
	Addr     string `json:"addr"`
	TLS      bool   `json:"tls"`
	StartTLS bool   `json:"starttls"`
	CAFile   string `json:"cafile"`
	Name     string `json:"name"`    // what the certificate must say
	Cert     string `json:"cert"`    // for those who serve: the certificate and its key
	Count    int    `json:"count"`   // lines, bytes, mails, calls or streams
	Streams  int    `json:"streams"` // that one call waits for
	Size     int    `json:"size"`    // of a body behind a URL
	Path     string `json:"path"`    // of the URL, before the size
	Workers  int    `json:"workers"` // that share the count; PHP has one
	Message  string `json:"message"` // of a mail
}

// result is what a client answers.
type result struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu"`   // seconds of processor time, the client's alone
	Count   int     `json:"count"` // what was really done
	Heap    float64 `json:"heap"`  // bytes, for idle streams
	RSS     float64 `json:"rss"`   // bytes, for idle streams
}

// worker does a job and answers how much it did.
type worker func(j job) (int, error)

// stage is work that has something to do before and after the clock runs.
type stage struct {
	work   func() (int, error)
	finish func() error
}

type starter func(j job) (stage, error)

// opener makes ready for what it answers: a function that opens one stream.
type opener func(j job) (open func() (any, error), err error)

// warmup is the share of the work that is done before the clock runs: caches
// are filled and heaps have grown then, in Go and in PHP.
const warmup = 10

// client is the whole of a Go client process.
func client(impl, text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	works := map[string]map[string]worker{"plain": plainWorks, "phpstream": portWorks}[impl]
	openers := map[string]map[string]opener{"plain": plainOpeners, "phpstream": portOpeners}[impl]
	if openers[j.Work] != nil {
		return answer(idle(j, openers[j.Work]))
	}
	start := map[string]map[string]starter{"plain": plainStarters, "phpstream": portStarters}[impl][j.Work]
	if work := works[j.Work]; work != nil {
		start = func(j job) (stage, error) {
			return stage{func() (int, error) { return work(j) }, func() error { return nil }}, nil
		}
	}
	if start == nil {
		return fmt.Errorf("%s does not know the work %q", impl, j.Work)
	}
	return answer(measure(j, start))
}

func answer(r result, err error) error {
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func measure(j job, start starter) (r result, err error) {
	warm := j
	warm.Count = max(1, j.Count/warmup)
	if _, err := timed(warm, start); err != nil {
		return r, err
	}
	if path := os.Getenv(profileVariable); path != "" {
		f, err := os.Create(path)
		if err != nil {
			return r, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return r, err
		}
		defer pprof.StopCPUProfile()
	}
	return timed(j, start)
}

func timed(j job, start starter) (r result, err error) {
	s, err := start(j)
	if err != nil {
		return r, err
	}
	cpu, began := cpuTime(), time.Now()
	n, err := s.work()
	r = result{Seconds: time.Since(began).Seconds(), CPU: (cpuTime() - cpu).Seconds(), Count: n}
	if err == nil && n != j.Count {
		err = fmt.Errorf("%s: %d done, %d asked for", j.Work, n, j.Count)
	}
	if err != nil {
		return r, err
	}
	return r, s.finish()
}

// idle opens streams that have been used once each, and weighs them.
func idle(j job, ready opener) (r result, err error) {
	open, err := ready(j)
	if err != nil {
		return r, err
	}
	first, err := open() // what the first one loads is no stream's own
	if err != nil {
		return r, err
	}
	streams := make([]any, j.Count)
	heap, rss := weigh()
	for i := range streams {
		if streams[i], err = open(); err != nil {
			return r, fmt.Errorf("stream %d: %w", i, err)
		}
	}
	heap2, rss2 := weigh()
	n := float64(j.Count)
	r = result{Count: j.Count, Heap: (heap2 - heap) / n, RSS: (rss2 - rss) / n}
	runtime.KeepAlive(first)
	runtime.KeepAlive(streams)
	return r, nil
}

// weigh answers the bytes of heap and stacks in use, and the resident memory.
func weigh() (heap, rss float64) {
	for range 3 { // pools let go of what they hold in the second collection
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse), residentBytes()
}
