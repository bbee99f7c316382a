package idle

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// closed collects what a Pool closes.
type closed struct {
	mu   sync.Mutex
	list []string
}

func (c *closed) add(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, s)
}

func (c *closed) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.list, " ")
}

// of is a thing that begins so.
func of(prefix string) func(string) bool {
	return func(v string) bool { return strings.HasPrefix(v, prefix) }
}

func TestTake(t *testing.T) {
	var c closed
	p := New(10, time.Hour, c.add)
	for _, v := range []string{"a1", "b2", "a3"} {
		p.Put(v)
	}
	if v, ok := p.Take(of("c")); ok {
		t.Errorf("what does not fit was handed out: %q", v)
	}
	for _, want := range []string{"a3", "a1"} {
		if v, ok := p.Take(of("a")); !ok || v != want {
			t.Errorf("%q, %v, not %q", v, ok, want)
		}
	}
	if v, ok := p.Take(of("a")); ok {
		t.Errorf("%q was handed out twice", v)
	}
	if p.Len() != 1 || c.text() != "" {
		t.Errorf("%d left, closed: %q", p.Len(), c.text())
	}
}

func TestMost(t *testing.T) {
	var c closed
	p := New(2, time.Hour, c.add)
	for _, v := range []string{"1", "2", "3", "4"} {
		p.Put(v)
	}
	if p.Len() != 2 || c.text() != "1 2" {
		t.Errorf("%d left, closed: %q", p.Len(), c.text())
	}
}

func TestLongest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c closed
		p := New(10, time.Minute, c.add)
		p.Put("1")
		time.Sleep(20 * time.Second)
		p.Put("2")
		time.Sleep(20 * time.Second)
		p.Put("3")
		for _, step := range []struct {
			after time.Duration
			want  string
		}{
			{19 * time.Second, ""}, {2 * time.Second, "1"}, {20 * time.Second, "1 2"}, {20 * time.Second, "1 2 3"},
		} {
			time.Sleep(step.after)
			synctest.Wait()
			if c.text() != step.want {
				t.Errorf("closed: %q, not %q", c.text(), step.want)
			}
		}
		// It begins anew after having been empty.
		p.Put("4")
		time.Sleep(59 * time.Second)
		if v, ok := p.Take(of("4")); !ok || v != "4" {
			t.Errorf("%q, %v", v, ok)
		}
		time.Sleep(time.Hour)
		if c.text() != "1 2 3" {
			t.Errorf("closed: %q", c.text())
		}
	})
}

// TestNobodysTwice: whatever many do at once, each thing is one's alone.
func TestNobodysTwice(t *testing.T) {
	type thing struct {
		kind int
		mu   sync.Mutex
	}
	p := New(8, time.Millisecond, func(v *thing) {
		if !v.mu.TryLock() {
			t.Error("closed while in use")
		}
	})
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			for i := range 500 {
				kind := (n + i) % 3
				v, ok := p.Take(func(v *thing) bool { return v.kind == kind })
				if !ok {
					v = &thing{kind: kind}
				}
				if !v.mu.TryLock() {
					t.Error("handed out twice")
					return
				}
				v.mu.Unlock()
				p.Put(v)
			}
		})
	}
	wait.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.kept) > 8 {
		t.Errorf("%d are kept", len(p.kept))
	}
	if !slices.IsSortedFunc(p.kept, func(a, b entry[*thing]) int { return a.since.Compare(b.since) }) {
		t.Error("the oldest is not the first")
	}
}
