package phpcall

import "github.com/phpstream-go/phpstream"

// streamFilter is stream_filter_append and stream_filter_prepend.
func streamFilter(add func(*phpstream.Stream, string, ...phpstream.FilterOption) *phpstream.StreamFilter) func(c *call) Value {
	return withStream(func(c *call, fp *phpstream.Stream) Value {
		options := []phpstream.FilterOption{phpstream.FilterMode(c.int(2))}
		if c.args[3] != (unset{}) {
			options = append(options, phpstream.FilterParams(goValue(c.args[3])))
		}
		if f := add(fp, c.text(1), options...); f != nil {
			return f
		}
		return false
	})
}

func filterRemove(c *call) Value {
	f, ok := c.args[0].(*phpstream.StreamFilter)
	if !ok {
		f = c.rt.NoFilter()
	}
	return phpstream.StreamFilterRemove(f)
}
