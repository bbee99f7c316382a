package phpcall

import (
	"crypto/x509"

	"github.com/phpstream-go/phpstream"
)

// A Socket and a certificate are objects since PHP 8, and resources before.

// resource74 is the type of such a value as a resource, where it is one.
func (c *call) resource74(v Value) (kind string, ok bool) {
	switch v.(type) {
	case *x509.Certificate:
		kind = "OpenSSL X.509"
	case *phpstream.Socket:
		kind = "Socket"
	}
	return kind, kind != "" && old(c.rt)
}

// socket reads an argument that must be a Socket; in PHP 7.4 it may be any
// resource until now.
func (c *call) socket() (*phpstream.Socket, bool) {
	k, ok := c.args[0].(*phpstream.Socket)
	if !ok {
		c.warn(c.f.Name + "(): supplied resource is not a valid Socket resource")
	}
	return k, ok
}

func withSocket(run func(c *call, k *phpstream.Socket) Value) func(c *call) Value {
	return func(c *call) Value {
		if k, ok := c.socket(); ok {
			return run(c, k)
		}
		return false
	}
}

// withAnySocket is for functions that may be called without a Socket.
func withAnySocket(run func(c *call, sockets ...*phpstream.Socket) Value) func(c *call) Value {
	return func(c *call) Value {
		if c.args[0] == nil {
			return run(c)
		}
		if k, ok := c.socket(); ok {
			return run(c, k)
		}
		return false
	}
}

func socketImportStream(c *call) Value {
	if k := phpstream.SocketImportStream(c.stream(0)); k != nil {
		return k
	}
	return false
}

func socketSetOption(c *call, k *phpstream.Socket) Value {
	set := phpstream.SocketSetOption
	if c.f.Name == "socket_setopt" {
		set = phpstream.SocketSetopt
	}
	return set(k, phpstream.SocketLevel(c.int(1)), phpstream.SocketOption(c.int(2)), goValue(c.args[3]))
}

func socketGetOption(c *call, k *phpstream.Socket) Value {
	get := phpstream.SocketGetOption
	if c.f.Name == "socket_getopt" {
		get = phpstream.SocketGetopt
	}
	value, ok := get(k, phpstream.SocketLevel(c.int(1)), phpstream.SocketOption(c.int(2)))
	if !ok {
		return false
	}
	pair, ok := value.(map[string]int)
	if !ok {
		return phpValue(value)
	}
	a := &Array{} // in PHP's order
	for _, key := range []string{"l_onoff", "l_linger", "sec", "usec"} {
		if n, ok := pair[key]; ok {
			a.Set(key, int64(n))
		}
	}
	return a
}
