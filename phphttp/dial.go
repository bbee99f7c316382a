package phphttp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/httpwire"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// dial connects to an address, or to the proxy.
func (p *policy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.proxy != "" {
		network, address = p.network, p.proxy
	}
	ctx, cancel := p.step(ctx)
	defer cancel()
	c, err := p.context.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &steps{Conn: c, timeout: p.timeout}, nil
}

func (p *policy) step(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.timeout < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, p.timeout)
}

// dialTLS connects and shakes hands with a host, be it through the proxy. What it
// answers is a *tls.Conn: net/http asks it what was negotiated.
func (p *policy) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	config, err := p.config(strings.TrimRight(host, "."))
	if err != nil {
		return nil, err
	}
	c, err := p.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if p.proxy != "" {
		err = p.tunnel(ctx, c, address)
	}
	secured := tls.Client(c, config)
	if err == nil {
		ctx, cancel := p.step(ctx)
		defer cancel()
		err = secured.HandshakeContext(ctx)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return secured, nil
}

// config is the policy for a host. What is captured goes on to the program's own
// context, also of a peer who is refused.
func (p *policy) config(host string) (*tls.Config, error) {
	config, err := p.context.TLSConfig(host)
	if err != nil {
		return nil, err
	}
	verify := config.VerifyConnection
	config.VerifyConnection = func(state tls.ConnectionState) error {
		err := verify(state)
		ssl := phpstream.StreamContextGetOptions(p.context)["ssl"]
		for _, name := range [...]string{"peer_certificate", "peer_certificate_chain", "session_meta"} {
			if v, ok := ssl[name]; ok {
				phpstream.StreamContextSetOption(p.asked, "ssl", name, v)
			}
		}
		return err
	}
	return config, nil
}

// maxConnectAnswer is how much a proxy may say before the way through is there.
const maxConnectAnswer = 64 << 10

// tunnel asks the proxy for a way through. Unlike PHP it looks at the answer.
func (p *policy) tunnel(ctx context.Context, c net.Conn, address string) error {
	ctx, cancel := p.step(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	colon := strings.LastIndexByte(address, ':')
	_, err := io.WriteString(c, httpwire.Connect(address[:colon], phpvalue.Atoi(address[colon+1:]), p.headers))
	if err != nil {
		return called(ctx, err)
	}
	r := bufio.NewReader(io.LimitReader(c, maxConnectAnswer))
	answer, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	switch {
	case err != nil:
		return called(ctx, err)
	case answer.StatusCode/100 != 2:
		return fmt.Errorf("phphttp: cannot connect to %s through the proxy: %s", address, answer.Status)
	case r.Buffered() > 0:
		return errors.New("phphttp: the proxy sends in clear behind its answer to CONNECT")
	}
	return nil
}

// called is why something failed that was called off.
func called(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
