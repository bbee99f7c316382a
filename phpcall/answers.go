package phpcall

import (
	"github.com/phpstream-go/phpstream"
)

// Reading arguments that prepare has fitted.

func (c *call) int(i int) int     { return int(c.args[i].(int64)) }
func (c *call) text(i int) string { return c.args[i].(string) }
func (c *call) bool(i int) bool   { return c.args[i].(bool) }

// ints is an optional integer as a variadic takes it: none for null.
func (c *call) ints(i int) []int {
	if n, ok := c.args[i].(int64); ok {
		return []int{int(n)}
	}
	return nil
}

// lengthOffset is an optional length and offset; null stands for all. Nothing
// is passed where both have their defaults.
func (c *call) lengthOffset(i int, all, start int) []int {
	length, offset := all, c.int(i+1)
	if n, ok := c.args[i].(int64); ok {
		length = int(n)
	}
	switch {
	case offset != start:
		return []int{length, offset}
	case length != all:
		return []int{length}
	}
	return nil
}

// stream reads a resource argument that must be a stream. It is for the library
// to complain about others and about closed ones: other arguments may come first.
func (c *call) stream(i int) *phpstream.Stream {
	if fp, ok := c.args[i].(*phpstream.Stream); ok {
		return fp
	}
	return c.rt.NoStream()
}

func withStream(run func(c *call, fp *phpstream.Stream) Value) func(c *call) Value {
	return func(c *call) Value {
		return run(c, c.stream(0))
	}
}

// Writing answers.

func textOrFalse(s string, ok bool) Value {
	if !ok {
		return false
	}
	return s
}

func intOrFalse(n int, ok bool) Value {
	if !ok {
		return false
	}
	return int64(n)
}

func streamOrFalse(fp *phpstream.Stream) Value {
	if fp == nil {
		return false
	}
	return fp
}

// size is the answer of the buffer functions. What PHP 7.4 answers to a closed
// stream and to a bad chunk size, false, isn't a number.
func (c *call) size(n int) Value {
	if !phpstream.IsResource(c.stream(0)) || n == 0 && c.f.Name == "stream_set_chunk_size" {
		return false
	}
	return int64(n)
}

// meta is stream_get_meta_data's array, in PHP's order.
func (c *call) meta(m phpstream.MetaData) Value {
	if m.StreamType == "" { // a closed stream
		return false
	}
	a := &Array{}
	if m.Crypto != nil {
		crypto := &Array{}
		crypto.Set("protocol", m.Crypto.Protocol)
		crypto.Set("cipher_name", m.Crypto.CipherName)
		crypto.Set("cipher_bits", int64(m.Crypto.CipherBits))
		crypto.Set("cipher_version", m.Crypto.CipherVersion)
		if m.Crypto.AlpnProtocol != "" {
			crypto.Set("alpn_protocol", m.Crypto.AlpnProtocol)
		}
		a.Set("crypto", crypto)
	}
	if m.Data != nil {
		if m.Data.MediaType != "" {
			a.Set("mediatype", m.Data.MediaType)
		}
		for _, p := range m.Data.Parameters {
			a.Set(p[0], p[1])
		}
		a.Set("base64", m.Data.Base64)
	} else if m.StreamType != "TEMP" { // of which PHP does not say
		a.Set("timed_out", m.TimedOut)
		a.Set("blocked", m.Blocked)
		a.Set("eof", m.Eof)
	}
	if m.WrapperData != nil {
		a.Set("wrapper_data", phpValue(m.WrapperData))
	}
	if m.WrapperType != "" {
		a.Set("wrapper_type", m.WrapperType)
	}
	a.Set("stream_type", m.StreamType)
	a.Set("mode", m.Mode)
	a.Set("unread_bytes", int64(m.UnreadBytes))
	a.Set("seekable", m.Seekable)
	if m.URI != "" {
		a.Set("uri", m.URI)
	}
	return a
}
