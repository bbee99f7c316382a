package phpstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/secure"
	"github.com/phpstream-go/phpstream/internal/target"
	"github.com/phpstream-go/phpstream/internal/wire"
)

// This file is the way out of PHP's style: the same policy for Go's own
// packages.

// TLSConfig turns the context's ssl options into a configuration for crypto/tls
// with the same policy. serverName is the host that is connected to; the
// peer_name option goes before it. Chain, fingerprint and name are all checked
// in VerifyConnection, so InsecureSkipVerify, which is set because crypto/tls
// has no such policy, skips nothing. Where no server name is to be sent,
// ServerName is ".", which keeps tls.Dial from sending one. What the capture_
// options ask for is put into the context at each handshake. An option that
// cannot be honoured is an error.
func (x *Context) TLSConfig(serverName string) (*tls.Config, error) {
	method := STREAM_CRYPTO_METHOD_TLS_CLIENT
	if v, ok := x.option("ssl", "crypto_method"); ok {
		method = CryptoMethod(phpvalue.Int(v)) | cryptoIsClient
	}
	policy, warnings, err := secure.NewPolicy(x.runtime().settings(x, method, serverName))
	if err != nil {
		return nil, warned(warnings, err)
	}
	for _, note := range append(warnings, policy.Notes()...) {
		if note.Level != int(E_DEPRECATED) { // what is deprecated is still honoured
			return nil, warned([]secure.Warning{note}, nil)
		}
	}
	return policy.StandaloneConfig(func(state tls.ConnectionState) { x.capture(state, false) }), nil
}

// warned is an error with PHP's text.
func warned(warnings []secure.Warning, err error) error {
	if len(warnings) == 0 {
		return err
	}
	return &PHPError{Type: E_WARNING, Message: warnings[len(warnings)-1].Text, Err: err}
}

// Dialer turns the context's socket options into a net.Dialer with the same
// policy: bindto, so_broadcast and ipv6_v6only. tcp_nodelay true is what the net
// package does by itself; tcp_nodelay false is an error, since a net.Dialer
// switches Nagle's algorithm off after all that it lets a program do: leave the
// option out, and call SetNoDelay(false) on the connection.
func (x *Context) Dialer() (*net.Dialer, error) {
	d := &net.Dialer{KeepAlive: -1}
	if v, ok := x.option("socket", "bindto"); ok {
		local, err := localAddress(v)
		if err != nil {
			return nil, err
		}
		d.LocalAddr = local
	}
	var err error
	truth := func(option string) (on, ok bool) {
		v, ok := x.option("socket", option)
		if phpvalue.IsObject(v) {
			err = errors.Join(err, fmt.Errorf("phpstream: %s: a value of type %T is neither true nor false", option, v))
		}
		return phpvalue.Bool(v), ok && v != nil
	}
	broadcast, _ := truth("so_broadcast")
	only, onlyAsked := truth("ipv6_v6only")
	if _, ok := x.option("socket", "tcp_nodelay"); ok {
		if on, _ := truth("tcp_nodelay"); !on {
			err = errors.Join(err, errors.New("phpstream: tcp_nodelay: a net.Dialer cannot leave it off; call SetNoDelay(false) on the connection"))
		}
	}
	if err != nil {
		return nil, err
	}
	d.Control = func(network, _ string, raw syscall.RawConn) error {
		if broadcast {
			if err := wire.SetBroadcast(raw); err != nil {
				return err
			}
		}
		if onlyAsked && strings.HasSuffix(network, "6") {
			return wire.SetV6Only(raw, only)
		}
		return nil
	}
	return d, nil
}

// DialContext connects with the context's options, as [StreamSocketClient] does,
// for what takes a dialer of Go: it fits the field DialContext of an
// http.Transport. The network is one of PHP's transports; over "tls" and its kin
// the ssl options decide about the peer. A nil Context is the default one.
//
// ctx bounds connecting and handshake; where it has no deadline,
// default_socket_timeout does. The connection is a *[Stream] that has no timeout
// but Go's deadlines. Nothing is reported to the Runtime's handler: what PHP
// warns of, and goes on without, such as a bindto that can't be used, is an
// error.
func (x *Context) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if ctx.Err() != nil { // what is there at once would be taken all the same
		return nil, &net.OpError{Op: "dial", Net: network, Err: context.Cause(ctx)}
	}
	rt := x.runtime()
	c := rt.call("stream_socket_client")
	x = rt.contextOrDefault(x)
	limit := rt.socketTimeout()
	if _, bounded := ctx.Deadline(); bounded {
		limit = -1
	}
	s, f := c.open(opening{name: network + "://" + address, timeout: limit, connect: true, ctx: x, cancel: ctx})
	err := c.goError(f)
	if err == nil {
		err = x.boundAsAsked(s)
	}
	if err != nil {
		if s != nil {
			s.Close()
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	s.sock.timeout.Store(-1)
	s.notifies.Store(false)
	return s, nil
}

// goError is why a call failed, or else what it has warned of.
func (c *call) goError(f *failure) error {
	if f != nil && f.err != nil {
		return f.err
	}
	for _, e := range c.events {
		if e.level != E_DEPRECATED { // what is deprecated is still honoured
			return &PHPError{Type: e.level, Message: strings.TrimPrefix(e.text, c.name+"(): "), Err: e.cause}
		}
	}
	if f != nil {
		return errors.New("phpstream: " + f.reason())
	}
	return nil
}

// boundAsAsked tells whether the option bindto counts. PHP passes over one of
// another family than the peer's, and says nothing.
func (x *Context) boundAsAsked(s *Stream) error {
	v, asked := x.option("socket", "bindto")
	own, ok := s.LocalAddr().(*net.TCPAddr)
	if !asked || !ok {
		return nil
	}
	local, err := localAddress(v)
	if err == nil && !local.IP.IsUnspecified() && !local.IP.Equal(own.IP) {
		err = fmt.Errorf("phpstream: bindto: %s cannot reach %s", local.IP, s.RemoteAddr())
	}
	return err
}

// localAddress reads the option bindto.
func localAddress(option any) (*net.TCPAddr, error) {
	bind, isString := phpvalue.IsString(option)
	if !isString {
		return nil, errors.New("phpstream: local_addr context option is not a string.")
	}
	host, port, err := target.ParseAddress(bind)
	if err != nil {
		return nil, fmt.Errorf("phpstream: bindto: %w", err)
	}
	if host == "0" {
		host = "0.0.0.0"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return nil, fmt.Errorf("phpstream: bindto: %w", err)
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(target.WirePort(port)))), nil
}
