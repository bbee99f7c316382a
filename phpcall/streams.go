package phpcall

import (
	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

func fsockopen(c *call) Value {
	var timeout []float64
	if t, ok := c.args[4].(float64); ok {
		timeout = []float64{t}
	}
	fp, errno, errstr := c.rt.Fsockopen(c.text(0), c.int(1), timeout...)
	c.out[2] = int64(errno)
	// PHP leaves errstr alone where a failure has no text of its own.
	if fp != nil || errstr != "" {
		c.out[3] = errstr
	}
	return streamOrFalse(fp)
}

func streamSocketClient(c *call) Value {
	opts := []phpstream.ClientOption{phpstream.ClientFlag(c.int(4))}
	if t, ok := c.args[3].(float64); ok {
		opts = append(opts, phpstream.Timeout(t))
	}
	switch x := c.args[5].(type) {
	case nil:
	case *phpstream.Context:
		opts = append(opts, x)
	default:
		// PHP 7.4 goes on without the context.
		if !c.complain(notStreamContext) && !old(c.rt) {
			return nil
		}
	}
	fp, errno, errstr := c.rt.StreamSocketClient(c.text(0), opts...)
	c.out[1], c.out[2] = int64(errno), errstr
	return streamOrFalse(fp)
}

var notStreamContext = phpfacts.Complaint{Class: phpfacts.TypeError,
	Text: "supplied resource is not a valid Stream-Context resource",
	Old:  "supplied resource is not a valid Stream-Context resource"}

func enableCrypto(c *call) Value {
	fp, ok := c.stream(0)
	if !ok {
		return false
	}
	var method []phpstream.CryptoMethod
	if m, ok := c.args[2].(int64); ok {
		method = []phpstream.CryptoMethod{phpstream.CryptoMethod(m)}
	}
	done, errno, _ := phpstream.StreamSocketEnableCrypto(fp, c.bool(1), method...)
	if !done && errno == eagain {
		return int64(0)
	}
	return done
}

// eagain is the errno by which the library tells PHP's 0, "call again", from
// false.
const eagain = 11

func copyToStream(c *call) Value {
	from, ok := c.stream(0)
	if !ok {
		return false
	}
	to, ok := c.stream(1)
	if !ok {
		return false
	}
	return intOrFalse(phpstream.StreamCopyToStream(from, to, c.lengthOffset(2, -1, 0)...))
}

// streamSelect hands the arrays over as slices, and keeps of each array the
// entries whose stream came back, under their keys.
func streamSelect(c *call) Value {
	var slices [3]*[]*phpstream.Stream
	any := false
	for i := range slices {
		a, _ := c.args[i].(*Array)
		if a == nil {
			continue
		}
		list := []*phpstream.Stream{}
		for _, v := range a.All() {
			if fp, ok := v.(*phpstream.Stream); ok {
				list = append(list, fp)
			} else if !c.complain(notAStreamArgument) && !old(c.rt) {
				return nil
			}
			any = any || phpstream.IsResource(v)
		}
		slices[i] = &list
	}
	var timeout []int
	if s, ok := c.args[3].(int64); ok {
		timeout = []int{int(s)}
		if us, ok := c.args[4].(int64); ok {
			timeout = append(timeout, int(us))
		}
	} else if us, ok := c.args[4].(int64); ok && us != 0 && any && !old(c.rt) {
		c.complain(microsecondsAlone)
		return nil
	}
	if !any {
		// The library finds its Runtime by the streams; here there is none.
		return c.complain(phpfacts.NoArrays)
	}
	n, ok := phpstream.StreamSelect(slices[0], slices[1], slices[2], timeout...)
	for i, list := range slices {
		a, _ := c.args[i].(*Array)
		if a == nil {
			continue
		}
		back := map[*phpstream.Stream]bool{}
		for _, fp := range *list {
			back[fp] = true
		}
		kept := &Array{}
		for k, v := range a.All() {
			if fp, isStream := v.(*phpstream.Stream); isStream && back[fp] {
				kept.Set(k, v)
			}
		}
		c.out[i] = kept
	}
	return intOrFalse(n, ok)
}

var (
	notAStreamArgument = phpfacts.Complaint{Class: phpfacts.TypeError, Text: "supplied argument is not a valid stream resource",
		Old: "supplied argument is not a valid stream resource"}
	microsecondsAlone = phpfacts.Complaint{Class: phpfacts.ValueError,
		Text: "Argument #5 ($microseconds) must be null when argument #4 ($seconds) is null"}
)

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

func isResource(v Value) bool {
	switch v.(type) {
	case *phpstream.Stream, *phpstream.Context:
		return true
	}
	return false
}
