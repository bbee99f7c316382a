package phpcall

import (
	"github.com/phpstream-go/phpstream"
)

func streamSocketServer(c *call) Value {
	x, ok := c.contextArgument(4)
	if !ok {
		return nil
	}
	fp, errno, errstr := c.rt.StreamSocketServer(c.text(0), phpstream.ServerFlag(c.int(3)), x)
	c.out[1], c.out[2] = int64(errno), errstr
	return streamOrFalse(fp)
}

func streamSocketAccept(c *call) Value {
	var timeout []float64
	if t, ok := c.args[1].(float64); ok {
		timeout = []float64{t}
	}
	fp, peer := phpstream.StreamSocketAccept(c.stream(0), timeout...)
	if fp != nil {
		c.out[2] = peer
	}
	return streamOrFalse(fp)
}

func streamSocketPair(c *call) Value {
	pair, ok := c.rt.StreamSocketPair(phpstream.ProtocolFamily(c.int(0)), phpstream.SocketType(c.int(1)), phpstream.IPProtocol(c.int(2)))
	if !ok {
		return false
	}
	a := &Array{}
	for _, fp := range pair {
		a.Append(fp)
	}
	return a
}

// streamSocketSendto answers PHP's -1 where the system refuses, and false for an
// address that is none.
func streamSocketSendto(c *call) Value {
	n, ok := phpstream.StreamSocketSendto(c.stream(0), c.text(1), phpstream.MessageFlag(c.int(2)), phpstream.To(c.text(3)))
	return intOrFalse(n, ok || n < 0)
}

func streamSocketRecvfrom(c *call) Value {
	fp := c.stream(0)
	data, address, ok := phpstream.StreamSocketRecvfrom(fp, c.int(1), phpstream.MessageFlag(c.int(2)))
	if phpstream.IsResource(fp) {
		c.out[3] = nil
	}
	if ok {
		c.out[3] = address
	}
	return textOrFalse(data, ok)
}
