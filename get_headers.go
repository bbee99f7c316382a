package phpstream

import (
	"strconv"

	"github.com/phpstream-go/phpstream/internal/httpwire"
)

// GetHeaders asks for an http:// or https:// URL, and answers the header lines of
// the answer, whatever its status: of each answer, where there were redirections.
// The method is GET, unless the context says "HEAD"; the body is not read. It is
// false where there is no answer, with the warnings of [Fopen], and for what is no
// URL, with the warning "This function may only be used against URLs".
//
// PHP's $associative is a function of its own: [GetHeadersAssociative].
//
//	PHP: get_headers(string $url, bool $associative = false, ?resource $context = null): array|false
//
// php-src: ext/standard/url.c.
func GetHeaders(url string, opts ...OpenOption) (lines []string, ok bool) {
	return defaultRuntime.GetHeaders(url, opts...)
}

// GetHeaders is [GetHeaders] for this Runtime.
func (rt *Runtime) GetHeaders(url string, opts ...OpenOption) (lines []string, ok bool) {
	c := rt.call("get_headers")
	defer c.deliver()
	if !c.path(1, "url", url) {
		return nil, false
	}
	o := &urlOpening{c: &c, url: url, mode: "r", ctx: openArgsOf(rt, opts).ctx, headersOnly: true}
	s := o.open()
	if s == nil {
		o.tell(rt.facts.OpenFailed)
		return nil, false
	}
	defer s.shut(&c)
	lines, ok = s.wrapperData.([]string)
	return lines, ok
}

// GetHeadersAssociative is [GetHeaders] with PHP's $associative: the values by the
// headers' names as the server writes them. Lines without a name, as that of the
// status, stand under "0", "1" and so on. PHP has a string where there is one value.
func GetHeadersAssociative(url string, opts ...OpenOption) (headers map[string][]string, ok bool) {
	return defaultRuntime.GetHeadersAssociative(url, opts...)
}

// GetHeadersAssociative is [GetHeadersAssociative] for this Runtime.
func (rt *Runtime) GetHeadersAssociative(url string, opts ...OpenOption) (headers map[string][]string, ok bool) {
	lines, ok := rt.GetHeaders(url, opts...)
	if !ok {
		return nil, false
	}
	headers = map[string][]string{}
	bare := 0
	for _, line := range lines {
		name, value, named := httpwire.NameAndValue(line)
		if !named {
			name, value = strconv.Itoa(bare), line
			bare++
		}
		headers[name] = append(headers[name], value)
	}
	return headers, true
}
