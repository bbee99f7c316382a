package phpstream

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
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
// has no such policy, skips nothing. An option that cannot be honoured is an
// error.
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
	return policy.StandaloneConfig(), nil
}

// warned is an error with PHP's text.
func warned(warnings []secure.Warning, err error) error {
	if len(warnings) == 0 {
		return err
	}
	return &PHPError{Type: E_WARNING, Message: warnings[len(warnings)-1].Text, Err: err}
}

// Dialer turns the context's socket options into a net.Dialer with the same
// policy: bindto and so_broadcast. The tcp_nodelay option needs nothing there:
// the net package always sets it.
func (x *Context) Dialer() (*net.Dialer, error) {
	d := &net.Dialer{KeepAlive: -1}
	if v, ok := x.option("socket", "bindto"); ok {
		bind, isString := phpvalue.IsString(v)
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
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(target.WirePort(port))))
	}
	v, ok := x.option("socket", "so_broadcast")
	if phpvalue.IsObject(v) {
		return nil, fmt.Errorf("phpstream: so_broadcast: a value of type %T is neither true nor false", v)
	}
	if ok && phpvalue.Bool(v) {
		d.Control = func(_, _ string, raw syscall.RawConn) error { return wire.SetBroadcast(raw) }
	}
	return d, nil
}
