package phpstream

import (
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
