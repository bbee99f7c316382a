package faultproxy

import (
	"fmt"
	"io"
	"time"
)

// An Action is what goes wrong.
type Action struct {
	name string
	do   func(*pump) (on bool)
}

func (a Action) String() string { return a.name }

// Delay keeps everything back for a while.
func Delay(d time.Duration) Action {
	return Action{fmt.Sprint("delay ", d), func(p *pump) bool {
		select {
		case <-p.proxy.done:
		case <-time.After(d):
		}
		return true
	}}
}

// Dribble passes everything on byte by byte.
func Dribble() Action {
	return Action{"dribble", func(p *pump) bool { p.single = true; return true }}
}

// Stall passes nothing on any more, and keeps the connection.
func Stall() Action {
	return Action{"stall", func(p *pump) bool {
		p.stalled = true
		p.proxy.add(-1)
		<-p.proxy.done
		return false
	}}
}

// Reset ends the connection on both sides with RST.
func Reset() Action {
	return Action{"reset", func(p *pump) bool { p.reset(); return false }}
}

// Close ends the connection on both sides with FIN.
func Close() Action {
	return Action{"close", func(p *pump) bool { p.close(); return false }}
}

// HalfClose tells the receiver that this was all, and throws away what comes
// still. The other direction goes on.
func HalfClose() Action {
	return Action{"half-close", func(p *pump) bool {
		p.out.CloseWrite()
		io.Copy(io.Discard, p.in)
		return false
	}}
}

// pause gives the receiver the time to read what came before something that nobody
// has sent: a filter that meets both at once may lose both.
const pause = 20 * time.Millisecond

// Insert puts something in between.
func Insert(text string) Action {
	return Action{fmt.Sprintf("insert %q", text), func(p *pump) bool {
		time.Sleep(pause)
		return p.pass([]byte(text))
	}}
}

// Repeat sends the last n bytes again.
func Repeat(n int) Action {
	return Action{fmt.Sprintf("repeat %d", n), func(p *pump) bool {
		time.Sleep(pause)
		return p.pass(append([]byte(nil), p.last[max(0, len(p.last)-n):]...))
	}}
}

// pump passes on what one side sends.
type pump struct {
	*pair
	from    Side
	in, out interface {
		io.ReadWriter
		CloseWrite() error
	}
	faults  []Fault  // that are still to come
	places  []finder // of the first of them
	reads   int
	single  bool
	stalled bool
	last    []byte // that passed
}

// maxLast is as much as can be repeated.
const maxLast = 1 << 16

// next turns to the next fault.
func (p *pump) next() {
	p.places = nil
	if len(p.faults) > 0 {
		for _, part := range p.faults[0].At {
			p.places = append(p.places, finder{part: part})
		}
	}
}

func (p *pump) run() {
	buf := make([]byte, 1<<15)
	var held []byte
	on := true
	for {
		if held, on = p.step(held); !on {
			return
		}
		n, err := p.in.Read(buf)
		if n > 0 {
			p.reads++
			held = append(held, buf[:n]...)
		}
		if err != nil {
			if !p.over.Load() {
				p.pass(held)
				p.out.CloseWrite()
			}
			return
		}
	}
}

// step passes on what may pass, and does the faults on the way. It answers what
// has to wait for more.
func (p *pump) step(b []byte) (held []byte, on bool) {
	for len(p.places) > 0 {
		n, found := p.places[0].look(b, p.reads)
		if !p.pass(b[:n]) {
			return nil, false
		}
		b = b[n:]
		if !found {
			return append([]byte(nil), b...), true
		}
		if p.places = p.places[1:]; len(p.places) > 0 {
			continue
		}
		f := p.faults[0]
		p.faults = p.faults[1:]
		p.next()
		p.proxy.mu.Lock()
		p.proxy.did++
		p.proxy.mu.Unlock()
		if !f.Do.do(p) {
			return nil, false
		}
	}
	return nil, p.pass(b)
}

func (p *pump) pass(b []byte) bool {
	for len(b) > 0 {
		piece := b
		if p.single {
			piece = b[:1]
		}
		n, err := p.out.Write(piece)
		p.proxy.mu.Lock()
		p.proxy.passed[p.from] = append(p.proxy.passed[p.from], b[:n]...)
		p.proxy.mu.Unlock()
		p.last = append(p.last, b[:n]...)
		p.last = p.last[max(0, len(p.last)-maxLast):]
		if err != nil {
			// Nobody takes it; who sends isn't to wait for that.
			io.Copy(io.Discard, p.in)
			return false
		}
		b = b[n:]
	}
	return true
}
