package phphttp

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/httpwire"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
	"github.com/phpstream-go/phpstream/internal/target"
)

// Client makes a client with a [Transport] that follows redirections as the
// options under "http" say: not at all where follow_location is false, and until
// max_redirects requests (20) have been made; then the error is "Redirection limit
// reached, aborting", or the last answer is the one that counts where
// ignore_errors is true.
//
// As with PHP, a request that has been led to another scheme, host or port goes
// out without Authorization, Cookie and Proxy-Authorization, and none tells by a
// Referer where it comes from. Which statuses lead on, and with which method, is
// net/http's: PHP's own, but for a Location with another status, which PHP follows
// where follow_location is set to true.
func Client(x *phpstream.Context) (*http.Client, error) {
	t, err := Transport(x)
	if err != nil {
		return nil, err
	}
	r := redirects{follow: true, most: 20}
	if x == nil {
		x = phpstream.StreamContextGetDefault()
	}
	options := phpstream.StreamContextGetOptions(x)["http"]
	if v, ok := options["follow_location"]; ok {
		r.follow = phpvalue.Bool(v)
	}
	if v, ok := options["max_redirects"]; ok {
		r.most = int(int32(phpvalue.Int(v)))
	}
	r.takesLast = phpvalue.Bool(options["ignore_errors"])
	return &http.Client{Transport: t, CheckRedirect: r.check}, nil
}

type redirects struct {
	follow    bool
	most      int  // requests
	takesLast bool // the last answer counts, not an error
}

func (r redirects) check(next *http.Request, before []*http.Request) error {
	switch {
	case !r.follow:
		return http.ErrUseLastResponse
	case len(before) >= r.most && r.takesLast:
		return http.ErrUseLastResponse
	case len(before) >= r.most:
		return errors.New("Redirection limit reached, aborting")
	}
	if before[0].Header.Get("Referer") == "" {
		next.Header.Del("Referer")
	}
	if slices.ContainsFunc(append(before[1:len(before):len(before)], next), func(other *http.Request) bool {
		return !httpwire.SameOrigin(parts(other.URL), parts(before[0].URL))
	}) {
		for _, secret := range [...]string{"Authorization", "Cookie", "Proxy-Authorization"} {
			next.Header.Del(secret)
		}
	}
	return nil
}

// parts are those of a URL that make its origin.
func parts(u *url.URL) target.URL {
	return target.URL{Scheme: u.Scheme, Host: u.Hostname(), Port: phpvalue.Atoi(u.Port())}
}
