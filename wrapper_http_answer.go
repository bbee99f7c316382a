package phpstream

import (
	"strings"

	"github.com/phpstream-go/phpstream/internal/httpwire"
)

// answered is what the header of an answer says.
type answered struct {
	ok          bool
	status      string // the first line
	code        int
	location    string
	hasLocation bool
	follows     bool
	size        int
	chunked     bool
}

// headerLine reads a line of a header. A server, or one after the other, gets no
// more memory for its headers than memory_limit allows.
func (h *webRequest) headerLine(s *Stream, limit int) (string, bool) {
	const overhead = 32 // of a line that is kept
	line, ok := s.toldLine(h.c, limit)
	if h.heard += len(line) + overhead; s.exhausted(h.c, h.heard) {
		return "", false
	}
	return line, ok
}

// maxStatus is how much of the first line PHP looks at.
const maxStatus = 126

// answer reads the header of the answer. Where that is none it is not ok, having
// said why.
func (h *webRequest) answer(s *Stream) (a answered, ok bool) {
	a.follows = true
	line, ok := "", false
	// PHP looks whether the peer is there, and then reads. Of a bare socket the read
	// tells the same, unless a callback is to hear that it has met the end.
	if s.sock.crypto.Load() == nil && !s.notifies.Load() || !s.atEnd(h.c) {
		line, ok = h.headerLine(s, maxStatus)
	}
	if !ok {
		h.fail("HTTP request failed!")
		return a, false
	}
	a.code = httpwire.StatusLine(line)
	a.ok = h.headersOnly || h.truth("ignore_errors", false)
	if httpwire.Informational(a.code) {
		for !s.atEnd(h.c) {
			next, ok := h.headerLine(s, maxStatus)
			if !ok {
				break
			}
			line = next
			if len(line) >= len("HTTP/1") && strings.EqualFold(line[:len("HTTP/1")], "HTTP/1") {
				break
			}
		}
		a.code = httpwire.StatusLine(line)
	}
	a.status = line
	switch {
	case a.code >= 200 && a.code < 400:
		a.ok = true
	case a.code == 403:
		h.ctx.notify(STREAM_NOTIFY_AUTH_RESULT, STREAM_NOTIFY_SEVERITY_ERR, line, a.code)
	default:
		h.ctx.notify(STREAM_NOTIFY_FAILURE, STREAM_NOTIFY_SEVERITY_ERR, line, a.code)
	}
	if text, whole := strings.CutSuffix(line, "\n"); whole {
		line = strings.TrimSuffix(text, "\r")
	} else {
		h.headerLine(s, -1) // the rest is nobody's
	}
	h.lines = append(h.lines, line)

	var header httpwire.Header
	for !s.atEnd(h.c) {
		line, ok := h.headerLine(s, -1)
		if !ok {
			break
		}
		field, has, done, err := header.Line(line)
		if err == nil && has {
			err = h.field(&a, field)
		}
		if err != nil {
			h.fail(err.Error())
			return a, false
		}
		if done {
			break
		}
	}
	if s.lost {
		return a, false
	}
	// An answer that was cut short counts with what came.
	if field, has, err := header.End(); err != nil {
		h.fail(err.Error())
	} else if has {
		if err := h.field(&a, field); err != nil {
			h.fail(err.Error())
		}
	}
	return a, true
}

// field takes one header of the answer.
func (h *webRequest) field(a *answered, f httpwire.Field) (err error) {
	switch {
	case f.Is("Location:"):
		a.follows = h.truth("follow_location", httpwire.Redirects(a.code))
		if a.location, err = f.Location(); err != nil {
			return err
		}
		a.hasLocation = true
	case f.Is("Content-Type:"):
		h.ctx.notify(STREAM_NOTIFY_MIME_TYPE_IS, STREAM_NOTIFY_SEVERITY_INFO, f.Value, 0)
	case f.Is("Content-Length:"):
		if n, ok := f.Length(); ok {
			a.size = int(n)
			h.ctx.notifySize(a.size, f.Line, 0)
		}
	case f.Is("Transfer-Encoding:") && len(f.Value) >= len("chunked") && strings.EqualFold(f.Value[:len("chunked")], "chunked"):
		if !h.headersOnly && h.truth("auto_decode", true) {
			a.chunked = true
			return nil // of which the program is not told
		}
	}
	h.lines = append(h.lines, f.Line)
	return nil
}

// body makes the stream the body's.
func (h *webRequest) body(s *Stream, a answered) *Stream {
	s.settle()
	s.tell.Store(0)
	s.mode = h.mode
	s.size = int64(a.size)
	s.ends = h.c.rt.lineEnds()
	if a.chunked {
		if f := s.newFilter(h.c, "dechunk", filterArgs{}, false); f != nil {
			s.addReader(h.c, f, true)
		}
	}
	h.count(s, a.size)
	return s
}

// count has the callback hear how large the body will be, and what has come of it.
func (h *webRequest) count(s *Stream, size int) {
	h.ctx.beginProgress(size)
	if n := s.w - s.r; n > 0 && h.c.rt.facts.CountsBuffered {
		h.ctx.addProgress(n)
	}
}
