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

func same(c byte) byte { return c }

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
