package phpstream

import "slices"

// HttpGetLastResponseHeaders answers the header lines of the last answer that an
// http:// or https:// URL had: of each answer, where there were redirections. It
// is false where there has been none. In older versions of PHP the variable
// $http_response_header holds them.
//
//	PHP: http_get_last_response_headers(): ?array
//
// php-src: ext/standard/http.c (PHP 8.4).
func HttpGetLastResponseHeaders() (lines []string, ok bool) {
	return defaultRuntime.HttpGetLastResponseHeaders()
}

// HttpGetLastResponseHeaders is [HttpGetLastResponseHeaders] for this Runtime.
func (rt *Runtime) HttpGetLastResponseHeaders() (lines []string, ok bool) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return slices.Clone(rt.lastResponse), rt.lastResponse != nil
}

// HttpClearLastResponseHeaders forgets what [HttpGetLastResponseHeaders] answers.
//
//	PHP: http_clear_last_response_headers(): void
//
// php-src: ext/standard/http.c (PHP 8.4).
func HttpClearLastResponseHeaders() { defaultRuntime.HttpClearLastResponseHeaders() }

// HttpClearLastResponseHeaders is [HttpClearLastResponseHeaders] for this Runtime.
func (rt *Runtime) HttpClearLastResponseHeaders() { rt.setLastResponse(nil) }

func (rt *Runtime) setLastResponse(lines []string) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.lastResponse = slices.Clone(lines)
}
