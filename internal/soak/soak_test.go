// Package soak lets many goroutines do everything at once with the same streams,
// while one closes them, and looks for what is left behind.
//
//	go test -race -run Soak ./internal/soak -soak 60s
package soak

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/phpstream-go/phpstream"
)

var (
	length = flag.Duration("soak", 2*time.Second, "how long it takes")
	seed   = flag.Uint64("seed", 0, "of what is done; 0: another one each time")
)

const (
	workers = 24
	most    = 100 // streams at once

	// stuck is when a call counts as one that never ends. The timeouts are a
	// fraction of a second.
	stuck = 20 * time.Second

	// kept is what may be left of the memory: pools, caches, and what the runtime
	// keeps for itself.
	kept = 8 << 20
)

// A pool is the streams that all share.
type pool struct {
	mu      sync.Mutex
	streams []*Stream
	opened  int
}

// add keeps a stream, in the place of one that is closed where there are enough.
func (p *pool) add(fp *Stream, r *rand.Rand) {
	StreamSetTimeout(fp, 0, 1000+r.IntN(50000))
	p.mu.Lock()
	p.opened++
	old := fp
	if len(p.streams) < most {
		p.streams = append(p.streams, fp)
		old = nil
	} else {
		i := r.IntN(most)
		old, p.streams[i] = p.streams[i], fp
	}
	p.mu.Unlock()
	if old != nil {
		Fclose(old)
	}
}

// pick is any of them, closed or not; nil where there is none.
func (p *pool) pick(r *rand.Rand) *Stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.streams) == 0 {
		return nil
	}
	return p.streams[r.IntN(len(p.streams))]
}

// A worker does one thing after the other.
type worker struct {
	*rand.Rand
	*pool
	rt      *Runtime
	servers *servers
	doing   atomic.Pointer[string]
	since   atomic.Int64
	counts  map[string]int
}

func (w *worker) run(end time.Time) {
	for time.Now().Before(end) {
		op := &operations[w.IntN(len(operations))]
		fp := w.pick(w.Rand)
		if fp == nil || w.IntN(8) == 0 {
			op = &openers[w.IntN(len(openers))]
		}
		w.since.Store(time.Now().UnixNano())
		w.doing.Store(&op.name)
		op.do(w, fp)
		w.doing.Store(nil)
		w.counts[op.name]++
	}
}

// TestSoak: nothing races, nothing hangs, and nothing is left behind: neither
// goroutines nor descriptors nor memory.
func TestSoak(t *testing.T) {
	n := *seed
	if n == 0 {
		n = rand.Uint64()
	}
	t.Logf("-seed %d", n)
	servers := startServers(t)
	soak(t, servers, n, 300*time.Millisecond) // what is made once is there then
	before := look()
	counts := soak(t, servers, n, *length)
	for _, op := range append(openers, operations...) {
		if *length >= 10*time.Second && counts[op.name] == 0 {
			t.Errorf("%s has never been done", op.name)
		}
	}
	after := look()
	for end := time.Now().Add(10 * time.Second); !after.fits(before) && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		after = look()
	}
	if !after.fits(before) {
		t.Errorf("before %+v, after %+v", before, after)
		pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
	}
	t.Logf("%d streams, %d calls; before %+v, after %+v", counts["streams"], counts["calls"], before, after)
	servers.stop()
}

func soak(t *testing.T, servers *servers, seed uint64, length time.Duration) map[string]int {
	p := &pool{}
	rt := NewRuntime()
	rt.SetErrorHandler(func(ErrorLevel, string, string, int) bool { return true })
	end := time.Now().Add(length)
	var wait sync.WaitGroup
	list := make([]*worker, workers)
	for i := range list {
		w := &worker{Rand: rand.New(rand.NewPCG(seed, uint64(i))), pool: p, rt: rt, servers: servers, counts: map[string]int{}}
		list[i] = w
		wait.Go(func() { w.run(end) })
	}
	r := rand.New(rand.NewPCG(seed, workers))
	done := make(chan struct{})
	closed := make(chan struct{})
	go func() { // the closer, which goes on until nobody waits for anything any more
		defer close(closed)
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Duration(r.IntN(3000)) * time.Microsecond):
			}
			if fp := p.pick(r); fp != nil && IsResource(fp) {
				if r.IntN(2) == 0 {
					Fclose(fp)
				} else {
					fp.Close()
				}
			}
		}
	}()
	go func() { wait.Wait(); close(done) }()
	for over := false; !over; {
		select {
		case <-done:
			over = true
		case <-time.After(time.Second):
			for _, w := range list {
				if name := w.doing.Load(); name != nil && time.Since(time.Unix(0, w.since.Load())) > stuck {
					pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
					panic(fmt.Sprintf("%s doesn't come to an end", *name))
				}
			}
		}
	}
	<-closed
	counts := map[string]int{"streams": p.opened}
	for _, w := range list {
		for name, n := range w.counts {
			counts[name] += n
			counts["calls"] += n
		}
	}
	for _, fp := range p.streams {
		fp.Close()
	}
	return counts
}

// left is what a process has.
type left struct {
	goroutines, descriptors int
	heap                    uint64
}

func look() left {
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l := left{goroutines: runtime.NumGoroutine(), heap: m.HeapAlloc}
	list, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range list {
		if to, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && !strings.HasPrefix(to, "/") {
			l.descriptors++
		}
	}
	return l
}

func (l left) fits(before left) bool {
	return l.goroutines <= before.goroutines && l.descriptors <= before.descriptors && l.heap <= before.heap+kept
}
