package filter

// letters turns each byte into another one.
type letters func(byte) byte

func plain(f letters) factory {
	return func(Request) (Filter, []Trouble) { return f, nil }
}

// Run is [Filter]'s.
func (f letters) Run(in *Brigade, _ Mode) Result {
	r := Result{Status: PassOn, Used: in.Size()}
	for _, piece := range *in {
		out := make([]byte, len(piece))
		for i, c := range piece {
			out[i] = f(c)
		}
		r.Out = append(r.Out, out)
	}
	*in = nil
	return r
}

// Holds is [Filter]'s.
func (letters) Holds() bool { return false }

// consumed passes everything on. At the end PHP moves the stream to behind what
// has passed, where it is already, unless it can't be moved at all.
type consumed struct{ request Request }

// Run is [Filter]'s.
func (f *consumed) Run(in *Brigade, mode Mode) Result {
	r := Result{Out: *in, Status: PassOn, Used: in.Size()}
	*in = nil
	if mode == FlushClose && !f.request.Seeks {
		r.Trouble = &Trouble{Text: f.request.Facts.Seek}
	}
	return r
}

// Holds is [Filter]'s.
func (*consumed) Holds() bool { return false }

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

func rot13(c byte) byte {
	switch l := lower(c); {
	case 'a' <= l && l <= 'm':
		return c + 13
	case 'n' <= l && l <= 'z':
		return c - 13
	}
	return c
}
