package phpcall

import (
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

func fopen(c *call) Value {
	x, ok := c.context(3)
	if !ok {
		return nil
	}
	fp := c.rt.Fopen(c.text(0), c.text(1), phpstream.UseIncludePath(c.bool(2)), x)
	if fp == nil && c.libraryThrew() {
		return nil
	}
	return streamOrFalse(fp)
}

func fsockopen(c *call) Value {
	var timeout []float64
	if t, ok := c.args[4].(float64); ok {
		timeout = []float64{t}
	}
	open := c.rt.Fsockopen
	if c.f.Name == "pfsockopen" {
		open = c.rt.Pfsockopen
	}
	fp, errno, errstr := open(c.text(0), c.int(1), timeout...)
	if fp == nil && c.libraryThrew() {
		return nil
	}
	c.out[2] = int64(errno)
	// PHP leaves errstr alone where a failure has no text of its own.
	if fp != nil || errstr != "" {
		c.out[3] = errstr
	}
	return streamOrFalse(fp)
}

func streamSocketClient(c *call) Value {
	x, ok := c.contextArgument(5)
	if !ok {
		return nil
	}
	opts := []phpstream.ClientOption{phpstream.ClientFlag(c.int(4)), x}
	if t, ok := c.args[3].(float64); ok {
		opts = append(opts, phpstream.Timeout(t))
	}
	fp, errno, errstr := c.rt.StreamSocketClient(c.text(0), opts...)
	if fp == nil && c.libraryThrew() && strings.Contains(c.thrown.Message, "(): Argument #") {
		return nil // before PHP looks at the outputs
	}
	c.out[1], c.out[2] = int64(errno), errstr
	return streamOrFalse(fp)
}

// contextArgument is context for an opener, whose outputs are set where the
// argument is something else.
func (c *call) contextArgument(i int) (x *phpstream.Context, ok bool) {
	switch c.args[i].(type) {
	case nil, *phpstream.Context:
	default:
		c.out[1], c.out[2] = int64(0), ""
	}
	return c.context(i)
}

var notStreamContext = phpfacts.Complaint{Class: phpfacts.TypeError,
	Text: "supplied resource is not a valid Stream-Context resource",
	Old:  "supplied resource is not a valid Stream-Context resource"}

func enableCrypto(c *call) Value {
	var opts []phpstream.CryptoOption
	if m, ok := c.args[2].(int64); ok {
		opts = append(opts, phpstream.CryptoMethod(m))
	}
	if c.args[3] != nil {
		opts = append(opts, c.stream(3))
	}
	done, errno, _ := phpstream.StreamSocketEnableCrypto(c.stream(0), c.bool(1), opts...)
	if !done && errno == eagain {
		return int64(0)
	}
	return done
}

// eagain is the errno by which the library tells PHP's 0, "call again", from
// false.
const eagain = 11

func copyToStream(c *call) Value {
	return intOrFalse(phpstream.StreamCopyToStream(c.stream(0), c.stream(1), c.lengthOffset(2, -1, 0)...))
}

// streamSelect hands the arrays over as slices, and keeps of each array the
// entries whose stream came back, under their keys. What isn't an open stream
// is left out; PHP says so in each of its passes over an array: 7.4 warns, 8
// throws, and goes on. Both warn so of what can't be waited for.
func streamSelect(c *call) Value {
	var sets [3]*[]*phpstream.Stream
	any, odd, buffered := false, false, false
	var strangers [3][]Value
	var unselectable [3][]Unselectable
	for i := range sets {
		a, _ := c.args[i].(*Array)
		if a == nil {
			continue
		}
		list := []*phpstream.Stream{}
		for _, v := range a.All() {
			if u, ok := v.(Unselectable); ok {
				unselectable[i] = append(unselectable[i], u)
				continue
			}
			fp, ok := v.(*phpstream.Stream)
			if !ok || !phpstream.IsResource(fp) {
				strangers[i] = append(strangers[i], v)
				continue
			}
			list = append(list, fp)
			any = true
		}
		sets[i] = &list
		odd = odd || len(unselectable[i])+len(strangers[i]) > 0
		c.unselectable(unselectable[i])
		c.strangers(strangers[i])
	}
	if !any {
		// The library finds its Runtime by the streams; here there is none.
		return c.complain(phpfacts.NoArrays)
	}
	var timeout []int
	if s, ok := c.args[3].(int64); ok {
		timeout = []int{int(s)}
		if us, ok := c.args[4].(int64); ok {
			timeout = append(timeout, int(us))
		}
	} else if us, ok := c.args[4].(int64); ok && us != 0 && !old(c.rt) && c.thrown == nil {
		return c.complain(microsecondsAlone)
	}
	if odd && sets[0] != nil { // or else nobody needs to know
		for _, fp := range *sets[0] {
			buffered = buffered || phpstream.StreamGetMetaData(fp).UnreadBytes > 0
		}
	}
	aside := slices.ContainsFunc(unselectable[0], func(u Unselectable) bool { return u.Buffered })
	if aside && (len(timeout) == 0 || timeout[0] > 0) {
		timeout = []int{0} // nobody waits
	}
	n, ok := phpstream.StreamSelect(sets[0], sets[1], sets[2], timeout...)
	if !ok {
		return false
	}
	if aside && !buffered {
		// PHP doesn't ask the sockets where it has data.
		n, buffered = 0, true
		for _, list := range sets {
			if list != nil {
				*list = nil
			}
		}
	}
	c.strangers(strangers[0])
	for i, list := range sets {
		a, _ := c.args[i].(*Array)
		if a == nil {
			continue
		}
		if !buffered { // or else PHP doesn't come to its second pass
			c.unselectable(unselectable[i])
			c.strangers(strangers[i])
		}
		kept, more := keep(a, *list, i == 0)
		c.out[i], n = kept, n+more
	}
	return int64(n)
}

// keep is what of an array PHP leaves: the entries whose stream came back, and
// among those to read more that PHP has data of.
func keep(a *Array, list []*phpstream.Stream, read bool) (kept *Array, more int) {
	kept = &Array{}
	for k, v := range a.All() {
		switch v := v.(type) {
		case *phpstream.Stream:
			if slices.Contains(list, v) {
				kept.Set(k, v)
			}
		case Unselectable:
			if read && v.Buffered {
				kept.Set(k, v)
				more++
			}
		}
	}
	return kept, more
}

func (c *call) unselectable(list []Unselectable) {
	for _, u := range list {
		c.warn("stream_select(): " + u.Why)
	}
}

// strangers complains of what is no open stream.
func (c *call) strangers(list []Value) {
	for _, v := range list {
		if old(c.rt) {
			c.warn(strangerText(v))
		} else {
			c.throw(phpfacts.TypeError, strangerText(v))
		}
	}
}

func strangerText(v Value) string {
	kind := "argument"
	if isResource(v) {
		kind = "resource"
	}
	return "stream_select(): supplied " + kind + " is not a valid stream resource"
}

var microsecondsAlone = phpfacts.Complaint{Class: phpfacts.ValueError,
	Text: "Argument #5 ($microseconds) must be null when argument #4 ($seconds) is null"}

func streamIsLocal(c *call) Value {
	switch v := c.args[0].(type) {
	case *phpstream.Stream:
		return phpstream.StreamIsLocal(v)
	case *phpstream.Context:
		return c.complain(phpfacts.NotAStream)
	case *Array:
		level := phpstream.E_WARNING
		if old(c.rt) {
			level = phpstream.E_NOTICE
		}
		c.rt.Raise(level, "", "Array to string conversion")
		return c.rt.StreamIsLocal("Array")
	default:
		text, _ := scalarText(v)
		return c.rt.StreamIsLocal(text)
	}
}

// isResource says whether a value is of PHP's type resource, open or not.
func isResource(v Value) bool {
	switch v.(type) {
	case *phpstream.Stream, *phpstream.Context, *phpstream.StreamFilter, Foreign:
		return true
	}
	return false
}
