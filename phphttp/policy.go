package phphttp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/httpwire"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/target"
)

// policy is what a context says of connections.
type policy struct {
	context *phpstream.Context // a copy
	asked   *phpstream.Context // the program's own, which the handshake fills

	network, proxy string   // "" for no proxy
	proxyURL       *url.URL // the proxy as net/http takes it, with user and password
	headers        string   // the option header
	wholeURL       bool
	unsent         error // why the proxy's password can't go along with a request in clear

	timeout   time.Duration // of a step; negative: none
	maxHeader int64
	protocols []string // of ALPN
}

// maxHeader is net/http's own limit.
const maxHeader = 10 << 20

func readPolicy(x *phpstream.Context) (*policy, error) {
	rt := x.Runtime()
	if x == nil {
		x = rt.StreamContextGetDefault()
	}
	all := phpstream.StreamContextGetOptions(x)
	p := &policy{context: rt.StreamContextCreate(all), asked: x, maxHeader: maxHeader}
	if _, ok := all["ssl"]["crypto_method"]; !ok {
		// That of ssl://, which https is made of: not the one of tls://, which is
		// TLS 1.0 alone in PHP 5.
		phpstream.StreamContextSetOption(p.context, "ssl", "crypto_method", int(phpstream.STREAM_CRYPTO_METHOD_ANY_CLIENT))
	}
	options := all["http"]
	if v, ok := options["protocol_version"]; ok && fmt.Sprintf("%.1f", phpvalue.Double(v)) != "1.1" {
		return nil, errors.New("phphttp: protocol_version: net/http speaks 1.1")
	}
	if v, ok := options["auto_decode"]; ok && !phpvalue.Bool(v) {
		return nil, errors.New("phphttp: auto_decode: net/http always puts chunks together")
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.timeout = phpvalue.Duration(float64(ini(rt, "default_socket_timeout")))
	if v, ok := options["timeout"]; ok {
		p.timeout = phpvalue.Duration(phpvalue.Double(v))
	}
	if n := ini(rt, "memory_limit"); n > 0 {
		p.maxHeader = min(n, maxHeader)
	}
	p.wholeURL = phpvalue.Bool(options["request_fulluri"])
	p.headers = httpwire.Headers(options["header"], phpvalue.Elements(options["header"]))
	if proxy, _ := phpvalue.IsString(options["proxy"]); proxy != "" {
		p.network, p.proxy = target.Split(proxy)
		p.proxyURL = &url.URL{Scheme: "http", Host: p.proxy}
		p.proxyURL.User, p.unsent = p.authorization()
	}
	return p, nil
}

// check finds options under "socket" and "ssl" that can't be honoured before the
// first request does.
func (p *policy) check() error {
	config, err := p.context.TLSConfig("localhost")
	if err != nil {
		return err
	}
	p.protocols = config.NextProtos
	options := phpstream.StreamContextGetOptions(p.context)
	delete(options["socket"], "tcp_nodelay") // which only a net.Dialer can't
	_, err = p.context.Runtime().StreamContextCreate(options).Dialer()
	return err
}

func ini(rt *phpstream.Runtime, option string) int64 {
	v, _ := rt.IniGet(option)
	n, _ := phpvalue.Quantity(v)
	return n
}

// authorization is what the option header has for the proxy, as net/http sends it
// along with a request in clear; an error where it can't.
func (p *policy) authorization() (*url.Userinfo, error) {
	line := httpwire.ProxyAuth(p.headers)
	if line == "" {
		return nil, nil
	}
	_, value, _ := strings.Cut(line, ":")
	scheme, code, _ := strings.Cut(strings.TrimSpace(value), " ")
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(code))
	if err != nil || !strings.EqualFold(scheme, "Basic") {
		return nil, errors.New("phphttp: header: net/http sends no Proxy-Authorization but Basic with a request in clear")
	}
	if !p.wholeURL {
		return nil, errors.New("phphttp: header: net/http sends Proxy-Authorization only with request_fulluri with a request in clear")
	}
	user, password, _ := strings.Cut(string(text), ":")
	return url.UserPassword(user, password), nil
}

// proxyOf has net/http write a request for a proxy: with the whole URL. Where the
// bytes go is dial's affair.
func (p *policy) proxyOf(r *http.Request) (*url.URL, error) {
	switch {
	case r.URL.Scheme != "http":
		return nil, nil
	case p.unsent != nil:
		return nil, p.unsent
	case !p.wholeURL:
		return nil, nil
	case p.proxy == "":
		return &url.URL{Scheme: "http", Host: r.URL.Host}, nil
	}
	return p.proxyURL, nil
}
