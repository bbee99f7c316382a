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
	Work     string `json:"work"` // "lines", "read", "strings", "reader", "contents", "write", "mails", "idle"
	Addr     string `json:"addr"`
	TLS      bool   `json:"tls"`
	StartTLS bool   `json:"starttls"`
	CAFile   string `json:"cafile"`
	Name     string `json:"name"`    // what the certificate must say
	Count    int    `json:"count"`   // lines, bytes, mails or streams
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
	if j.Work == "idle" {
		return answer(idle(j, map[string]func(job) (any, error){"plain": plainIdle, "phpstream": portIdle}[impl]))
	}
	work := works[j.Work]
	if work == nil {
		return fmt.Errorf("%s does not know the work %q", impl, j.Work)
	}
	return answer(measure(j, work))
}

func answer(r result, err error) error {
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func measure(j job, work worker) (r result, err error) {
	warm := j
	warm.Count = max(1, j.Count/warmup)
	if _, err := work(warm); err != nil {
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
	cpu, start := cpuTime(), time.Now()
	n, err := work(j)
	r = result{Seconds: time.Since(start).Seconds(), CPU: (cpuTime() - cpu).Seconds(), Count: n}
	if err == nil && n != j.Count {
		err = fmt.Errorf("%s: %d done, %d asked for", j.Work, n, j.Count)
	}
	return r, err
}

// idle opens streams that have been used once each, and weighs them.
func idle(j job, open func(job) (any, error)) (r result, err error) {
	if _, err := open(j); err != nil { // what the first one loads is no stream's own
		return r, err
	}
	streams := make([]any, j.Count)
	heap, rss := weigh()
	for i := range streams {
		if streams[i], err = open(j); err != nil {
			return r, fmt.Errorf("stream %d: %w", i, err)
		}
	}
	heap2, rss2 := weigh()
	n := float64(j.Count)
	r = result{Count: j.Count, Heap: (heap2 - heap) / n, RSS: (rss2 - rss) / n}
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
