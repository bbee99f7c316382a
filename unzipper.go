package phpstream

import (
	"bufio"
	"compress/gzip"
	"io"
)

// unzipper reads compress.zlib://: what is gzip is unpacked, anything else goes
// through as it is. It works in zlib's steps, since they show where data are
// broken: what a step makes is lost with it.
//
// zlib: gzread.c.
type unzipper struct {
	zipPlace
	inner *Stream
	start int64 // of what is read, in inner
	in    *bufio.Reader
	gz    *gzip.Reader

	how     zipState
	plain   bool  // nothing is unpacked
	members int   // of gzip, that came before
	at      int64 // so much has been unpacked and taken
	skip    int64 // so much of what comes is passed over
	block   []byte
	have    []byte // what is left of block
	broken  error  // nothing can be read any more
}

type zipState int

const (
	zipLook zipState = iota // what comes has not been looked at
	zipPacked
	zipPlain
	zipEnd
)

const (
	zipInput = 8192
	zipBlock = 2 * zipInput
)

func newUnzipper(s, inner *Stream) *unzipper {
	return &unzipper{zipPlace: zipPlace{s}, inner: inner, start: max(inner.tell.Load(), 0), in: bufio.NewReaderSize(inner, zipInput)}
}

func (z *unzipper) read(p []byte) (g got, err error) {
	for len(p) > g.n {
		switch {
		case len(z.have) > 0:
			n := copy(p[g.n:], z.take(len(p)-g.n))
			z.at += int64(n)
			g.n += n
		case z.broken != nil:
			return got{minus: true}, z.broken
		case z.how == zipEnd:
			g.end = true
			return g, nil
		default:
			z.step()
		}
	}
	return g, nil
}

// take passes over what is to be skipped, and takes up to n bytes of the block.
func (z *unzipper) take(n int) []byte {
	over := min(z.skip, int64(len(z.have)))
	z.have = z.have[over:]
	z.skip -= over
	z.at += over
	n = min(n, len(z.have))
	p := z.have[:n]
	z.have = z.have[n:]
	return p
}

// step unpacks a block, or finds out what comes.
func (z *unzipper) step() {
	if z.how == zipLook {
		z.look()
		return
	}
	var from io.Reader = z.in
	if z.how == zipPacked {
		from = z.gz
	}
	if z.block == nil {
		z.block = make([]byte, zipBlock)
	}
	n, err := 0, error(nil)
	for n < len(z.block) && err == nil {
		var m int
		m, err = from.Read(z.block[n:])
		n += m
	}
	switch {
	case err == nil:
	case err == io.EOF && z.how == zipPacked:
		z.how = zipLook
		z.members++
	case err == io.EOF || err == io.ErrUnexpectedEOF: // what is cut off ends where it is cut
		z.how = zipEnd
	default:
		z.broken = err
		return
	}
	z.have = z.block[:n]
}

// look finds out whether gzip comes, or the end. Behind gzip anything else is
// passed over.
func (z *unzipper) look() {
	head, err := z.in.Peek(2)
	switch {
	case len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b:
		z.how = zipPacked
		z.begin()
	case z.members > 0:
		z.how = zipEnd
	case len(head) > 0:
		z.how, z.plain = zipPlain, true
	case err == io.EOF:
		z.how = zipEnd
	default:
		z.broken = err
	}
}

// begin reads the header of a member.
func (z *unzipper) begin() {
	var err error
	if z.gz == nil {
		z.gz, err = gzip.NewReader(z.in)
	} else {
		err = z.gz.Reset(z.in)
	}
	switch err {
	case nil:
		z.gz.Multistream(false)
	case io.EOF, io.ErrUnexpectedEOF:
		z.how = zipEnd
	default:
		z.broken = err
	}
}

// seek moves forward by reading, when there is need, and back by beginning anew.
func (z *unzipper) seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return z.noEnd()
	}
	if whence != io.SeekStart {
		return z.failed()
	}
	if z.broken != nil {
		return z.failed()
	}
	z.skip = 0 // an earlier seek counts no more, even if this one fails
	if offset < 0 {
		return z.failed()
	}
	if z.plain || offset < z.at {
		to := z.start
		if z.plain {
			to = addSaturated(to, offset)
		}
		c := z.inner.rt.call("fseek")
		if !z.inner.moveTo(&c, to, io.SeekStart) {
			return z.failed()
		}
		z.in.Reset(z.inner)
		z.have, z.at = nil, 0
		if z.plain {
			z.how, z.at = zipPlain, offset
			return offset, nil
		}
		z.how, z.members = zipLook, 0
	}
	z.skip = offset - z.at
	return offset, nil
}

// write is PHP's write to what is read: nothing is taken, and nothing said.
func (z *unzipper) write([]byte) (int, bool, error) { return 0, true, nil }

func (z *unzipper) flush() bool { return false }

func (z *unzipper) close() error { return z.inner.Close() }

// zipPlace is what a seek that fails makes of a stream's position.
type zipPlace struct{ s *Stream }

func (p zipPlace) failed() (int64, error) {
	if p.s.rt.facts.KeepsPlace {
		return p.s.tell.Load(), errSeek
	}
	return -1, errSeek
}

func (p zipPlace) noEnd() (int64, error) {
	return p.s.tell.Load(), &trouble{level: E_WARNING, text: "SEEK_END is not supported", err: errSeek}
}
