package phpcall

import (
	"context"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/resolve"
	"github.com/phpstream-go/phpstream/internal/x509text"
)

func iniSet(c *call) Value {
	value := ""
	if c.args[1] != nil {
		value = c.text(1)
	}
	return textOrFalse(c.rt.IniSet(c.text(0), value))
}

// errorGetLast leaves out what was thrown: PHP's last error is an E_* one.
func errorGetLast(c *call) Value {
	e := c.rt.ErrorGetLast()
	if e == nil || e.Class != "" {
		return nil
	}
	a := &Array{}
	a.Set("type", int64(e.Type))
	a.Set("message", e.Message)
	a.Set("file", e.File)
	a.Set("line", int64(e.Line))
	return a
}

func errorReporting(c *call) Value {
	if n, ok := c.args[0].(int64); ok {
		return int64(c.rt.ErrorReporting(phpstream.ErrorLevel(n)))
	}
	return int64(c.rt.ErrorReporting())
}

func gethostbynamel(c *call) Value {
	list, ok := c.rt.Gethostbynamel(c.text(0))
	if !ok {
		return false
	}
	return phpValue(list)
}

// getmxrr stands for dns_get_mx too, of which it is an alias; only warnings
// tell them apart.
func getmxrr(c *call) Value {
	ask := c.rt.Getmxrr
	if c.f.Name == "dns_get_mx" {
		ask = c.rt.DnsGetMx
	}
	hosts, weights, ok := ask(c.text(0))
	if !c.libraryThrew() {
		c.out[1], c.out[2] = phpValue(hosts), phpValue(weights)
	}
	return ok
}

func checkdnsrr(c *call) Value {
	if c.f.Name == "dns_check_record" {
		return c.rt.DnsCheckRecord(c.text(0), c.text(1))
	}
	return c.rt.Checkdnsrr(c.text(0), c.text(1))
}

// dnsGetRecord and x509Parse go past the library's own functions, which answer
// Go maps, to what these are made of: arrays that know PHP's order.

func dnsGetRecord(c *call) Value {
	calls := resolve.Calls{
		Resolver: resolve.Default,
		Version:  versions[c.rt.Profile()],
		Fail:     func(error) {},
		Report:   func(p resolve.Complaint) { c.report(p.Class, p.Text) },
	}
	a, ok := calls.DnsGetRecord(context.Background(), c.text(0), resolve.Question{
		Types: c.int(1), Authority: c.given > 2, Additional: c.given > 3, Raw: c.bool(4),
	})
	if !ok {
		return false
	}
	c.out[2], c.out[3] = phpValue(a.Authority), phpValue(a.Additional)
	return phpValue(a.Records)
}

// strange is PHP 7.4's warning about a resource where a certificate is wanted.
func (c *call) strange() {
	if isResource(c.args[0]) && old(c.rt) {
		c.warn(c.f.Name + "(): supplied resource is not a valid OpenSSL X.509 resource")
	}
}

func x509Parse(c *call) Value {
	c.strange()
	calls := x509text.Calls{
		Version: versions[c.rt.Profile()],
		Report:  func(p x509text.Complaint) { c.report(p.Class, p.Text) },
	}
	fields, ok := calls.Parse(c.args[0], c.bool(1))
	if !ok {
		return false
	}
	return phpValue(fields)
}

// report passes on what such a call minds.
func (c *call) report(class, text string) {
	text = c.f.Name + "(): " + text
	if class != "" {
		c.throw(class, text)
		return
	}
	c.warn(text)
}

func x509Fingerprint(c *call) Value {
	c.strange()
	return textOrFalse(c.rt.OpensslX509Fingerprint(c.args[0], phpstream.DigestAlgo(c.text(1)), phpstream.Binary(c.bool(2))))
}
