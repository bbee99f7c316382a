package phpstream

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/internal/httpwire"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/target"
)

// webPages is what opens http:// and https:// URLs: a request, and a stream of
// the answer's body.
//
// php-src: ext/standard/http_fopen_wrapper.c.
var webPages = &wrapper{kind: "http", remote: true, open: openHTTP}

// mostRedirects is how many redirections are followed where max_redirects says
// nothing, and mostAllowed is the most that it can say: in PHP the stack ends before.
const (
	mostRedirects = 20
	mostAllowed   = 10_000
)

func openHTTP(o *urlOpening) *Stream {
	return (&webRequest{urlOpening: o, label: "http"}).open()
}

// webRequest is a request with all that it is redirected to.
type webRequest struct {
	*urlOpening
	label string // whose context option "proxy" counts: http's, or ftp's
	lines []string
	heard int // what the headers of all answers take
}

func (h *webRequest) open() *Stream {
	s := h.request(h.url, mostRedirects, hop{first: true, keepsMethod: true})
	h.c.rt.setLastResponse(h.lines)
	if s != nil {
		s.wrapperData = h.lines
	}
	return s
}

// hop is one request of several.
type hop struct {
	first       bool
	keepsMethod bool // method and content go out as they are
	elsewhere   bool // another origin than the first one's has been led to
}

// route is where a request goes.
type route struct {
	url       target.URL
	tls       bool
	proxied   bool
	wholeURL  bool // stands in the request line
	transport string
}

func (h *webRequest) option(name string) (any, bool) { return h.ctx.option("http", name) }

func (h *webRequest) truth(name string, otherwise bool) bool {
	if v, ok := h.option(name); ok {
		return phpvalue.Bool(v)
	}
	return otherwise
}

// text is an option that counts where it is a string, and not empty.
func (h *webRequest) text(name string) string {
	v, _ := h.option(name)
	s, _ := phpvalue.IsString(v)
	return s
}

func (h *webRequest) proxy() string {
	v, _ := h.ctx.option(h.label, "proxy")
	s, _ := phpvalue.IsString(v)
	return s
}

// request sends one request and reads the header of its answer; it follows a
// redirection by calling itself.
func (h *webRequest) request(url string, left int, at hop) *Stream {
	if left < 1 {
		return h.fail("Redirection limit reached, aborting")
	}
	p, ok := h.route(url)
	if !ok {
		return nil
	}
	if p.transport == "" { // another wrapper's
		return h.c.openURL(url, h.mode, h.ctx)
	}
	timeout := h.timeout()
	s, f := h.c.open(opening{name: p.transport, timeout: timeout, connect: true, ctx: h.ctx, cancel: context.Background()})
	if f != nil {
		h.c.fail(f.err)
		if f.errstr != "" {
			h.fail(f.errstr)
		}
		return nil
	}
	s.sock.timeout.Store(int64(timeout))
	s.ends = endsLF // as long as the header lasts
	if p.proxied && p.tls && !h.tunnel(s, p.url) {
		s.shut(h.c)
		return h.fail("Cannot connect to HTTPS server through proxy")
	}
	h.ctx.notify(STREAM_NOTIFY_CONNECT, STREAM_NOTIFY_SEVERITY_INFO, "", 0)
	if v, ok := h.option("max_redirects"); ok && at.first {
		left = min(int(int32(phpvalue.Int(v))), mostAllowed)
	}
	s.send(h.c, h.bytes(url, p, at))
	s.tellProgress()
	if h.lines == nil {
		h.lines = []string{} // asked, and not answered
	}
	a, ok := h.answer(s)
	if !ok {
		s.shut(h.c)
		return nil
	}
	if a.ok && !(a.hasLocation && a.follows) {
		return h.body(s, a)
	}
	if !a.follows || (h.headersOnly || h.truth("ignore_errors", false)) && left <= 1 {
		return h.body(s, a)
	}
	s.shut(h.c)
	if !a.hasLocation {
		return h.fail("HTTP request failed! " + phpvalue.CString(a.status))
	}
	h.ctx.notify(STREAM_NOTIFY_REDIRECTED, STREAM_NOTIFY_SEVERITY_INFO, a.location, 0)
	next := httpwire.Redirect(p.url, a.location)
	to, ok := target.ParseURL(next)
	if !ok || !httpwire.Safe(to) {
		return h.fail("Invalid redirect URL! " + next)
	}
	s = h.request(next, left-1, hop{
		keepsMethod: h.c.rt.facts.KeepsMethod && (a.code == 307 || a.code == 308),
		elsewhere:   at.elsewhere || !httpwire.SameOrigin(p.url, to),
	})
	if s != nil { // PHP, too, counts the body for each answer that led to it
		h.count(s, a.size)
	}
	return s
}

// route finds out where a request goes; it is not ok, having said why, where
// that can't be.
func (h *webRequest) route(url string) (p route, ok bool) {
	u, ok := target.ParseURL(url)
	if !ok {
		return p, false
	}
	proxy := h.proxy()
	if !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		// FTP by way of a proxy that speaks HTTP.
		p = route{url: u, proxied: true, wholeURL: true, transport: proxy}
	} else {
		if strings.ContainsAny(h.mode, "awx+") {
			h.fail("HTTP wrapper does not support writeable connections")
			return p, false
		}
		if strings.ContainsAny(h.text("method"), "\r\n") {
			h.fail("HTTP method does not allow CR or LF characters")
			return p, false
		}
		p = route{url: u, tls: len(u.Scheme) > 4, proxied: proxy != "", wholeURL: h.truth("request_fulluri", false), transport: proxy}
		transport := "tcp"
		if p.tls {
			transport = "ssl"
		}
		if p.url.Port == 0 {
			p.url.Port = httpwire.DefaultPort(p.tls)
		}
		if proxy == "" {
			p.transport = transport + "://" + u.Host + ":" + strconv.Itoa(p.url.Port)
		}
	}
	if p.wholeURL && strings.ContainsAny(url, "\r\n") {
		h.fail("HTTP wrapper full URI path does not allow CR or LF characters")
		return p, false
	}
	return p, true
}

func (h *webRequest) timeout() time.Duration {
	if v, ok := h.ctx.option(h.label, "timeout"); ok {
		return phpvalue.Duration(phpvalue.Double(v))
	}
	return h.c.rt.socketTimeout()
}

// tunnel asks a proxy for a way through, and shakes hands with what is at the end
// of it.
func (h *webRequest) tunnel(s *Stream, u target.URL) bool {
	s.sock.urlName = u.Host // else the proxy's name is the one that is checked
	request := httpwire.Connect(u.Host, u.Port, h.headers())
	if n, _ := s.send(h.c, []byte(request)); n != len(request) {
		return false
	}
	for {
		const most = 1022
		line, ok := h.headerLine(s, most)
		if !ok || strings.ContainsAny(line[:1], "\r\n\x00") {
			break
		}
	}
	return !s.lost && s.setUpCrypto(h.c, STREAM_CRYPTO_METHOD_SSLv23_CLIENT) && s.enableCrypto(h.c, context.Background()) == cryptoOn
}

// headers are the program's own.
func (h *webRequest) headers() string {
	v, _ := h.option("header")
	return httpwire.Headers(v, elements(v))
}

// bytes is the request.
func (h *webRequest) bytes(url string, p route, at hop) []byte {
	r := httpwire.Request{
		Target:         p.url.Path,
		Version:        h.c.rt.facts.HTTPVersion,
		Headers:        h.headers(),
		KeepContent:    at.keepsMethod,
		DropsProxyAuth: p.proxied && p.tls,
		Elsewhere:      at.elsewhere,
		ToProxy:        p.proxied && !p.tls,
		HasUser:        p.url.HasUser,
		User:           httpwire.Decoded(p.url.User),
		Pass:           httpwire.Decoded(p.url.Pass),
		Host:           p.url.Host,
		Port:           p.url.Port,
		TLS:            p.tls,
		Content:        h.text("content"),
	}
	if method := h.text("method"); at.keepsMethod || method == "GET" || method == "HEAD" {
		r.Method = method
	}
	if r.Target == "" {
		r.Target = "/"
	}
	if p.url.HasQuery && (p.url.Query != "" || h.c.rt.facts.EmptyQuery) {
		r.Target += "?" + p.url.Query
	}
	if p.wholeURL {
		r.Target = url
	}
	if v, ok := h.option("protocol_version"); ok {
		r.Version = fmt.Sprintf("%.1f", phpvalue.Double(v))
	}
	r.From, _ = h.c.rt.IniGet("from")
	r.UserAgent, _ = h.c.rt.IniGet("user_agent")
	if v, ok := h.option("user_agent"); ok {
		if text, ok := phpvalue.IsString(v); ok {
			r.UserAgent = text
		}
	}
	b, added := r.Bytes()
	if added.Authorization {
		h.ctx.notify(STREAM_NOTIFY_AUTH_REQUIRED, STREAM_NOTIFY_SEVERITY_INFO, "", 0)
	}
	if added.ContentType {
		h.c.notice("Content-type not specified assuming application/x-www-form-urlencoded")
		h.c.deliver()
	}
	return b
}
