package secure

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"reflect"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// A hostCert is the certificate for the hosts of a name, which may have a
// wildcard.
type hostCert struct {
	name string
	cert *tls.Certificate // nil: its file has one, and no key for it
}

var rsaKey = &rsa.PublicKey{}

// certFor finds the certificate for the name that a client asks for: the first
// of SNI_server_certs with a matching name, else local_cert.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_server_sni_callback.
func (p *Policy) certFor(name string) (cert *tls.Certificate, host bool) {
	if name != "" {
		for i := range p.server.hosts {
			if h := &p.server.hosts[i]; matchesWildcard(name, h.name) {
				return h.cert, true
			}
		}
	}
	return p.local, false
}

// readHosts takes the option SNI_server_certs: paths by name, or arrays with
// local_cert and local_pk.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_enable_server_sni.
func (p *Policy) readHosts(o *options) error {
	if !o.truth("SNI_enabled", true) {
		return nil
	}
	v, given := o.get("SNI_server_certs")
	if !given {
		return nil
	}
	entries, isArray := ordered(v)
	switch {
	case !isArray:
		o.warn("SNI_server_certs requires an array mapping host names to cert paths")
		return errSetup
	case len(entries) == 0:
		o.warn("SNI_server_certs host cert array must not be empty")
		return errSetup
	}
	for _, e := range entries {
		name, isName := e.Key.(string)
		if !isName {
			o.warn("SNI_server_certs array requires string host name keys")
			return errSetup
		}
		cert, err := p.readHost(o, e.Value)
		if err != nil {
			return err
		}
		name, _, _ = strings.Cut(name, "\x00")
		p.server.hosts = append(p.server.hosts, hostCert{name, cert})
	}
	return nil
}

// ordered reads an array. A Go map has no order: its names come as PHP programs
// would want them, those without a wildcard first, then the longer ones.
func ordered(v any) (entries []assoc.Entry, ok bool) {
	switch v := v.(type) {
	case assoc.Array:
		return v, true
	case assoc.List:
		return make([]assoc.Entry, len(v)), true // its keys are numbers
	}
	r := reflect.ValueOf(v)
	switch {
	case !r.IsValid():
		return nil, false
	case r.Kind() == reflect.Map:
		for _, key := range r.MapKeys() {
			if key.Kind() == reflect.Interface {
				key = key.Elem()
			}
			e := assoc.Entry{Value: r.MapIndex(key).Interface()}
			if key.Kind() == reflect.String {
				e.Key = key.String()
			}
			entries = append(entries, e)
		}
		slices.SortFunc(entries, func(a, b assoc.Entry) int {
			x, _ := a.Key.(string)
			y, _ := b.Key.(string)
			if wild := strings.Count(x, "*") - strings.Count(y, "*"); wild != 0 {
				return wild
			}
			if len(x) != len(y) {
				return len(y) - len(x)
			}
			return strings.Compare(x, y)
		})
		return entries, true
	case r.Kind() == reflect.Slice && r.Type().Elem().Kind() != reflect.Uint8, r.Kind() == reflect.Array:
		return make([]assoc.Entry, r.Len()), true
	}
	return nil, false
}

// sniTexts are what a version says of files that it does not find, or cannot
// use.
type sniTexts struct {
	certMissing, certOfArrayMissing, keyMissing string
	certBad, keyBad                             string
}

var (
	sniTexts74 = sniTexts{
		certMissing:        "failed setting local cert chain file `%s'; file not found",
		certOfArrayMissing: "failed setting local cert chain file `%s'; file not found",
		keyMissing:         "failed setting local private key file `%s'; file not found",
		certBad:            "failed setting local cert chain file `%s'; check that your cafile/capath settings include details of your certificate and its issuer",
		keyBad:             "failed setting private key from file `%s'",
	}
	sniTexts82 = sniTexts{
		certMissing:        "Failed setting local cert chain file `%s'; file not found",
		certOfArrayMissing: "Failed setting local cert chain file `%s'; could not open file",
		keyMissing:         "Failed setting local private key file `%s';  could not open file",
		certBad:            "Failed setting local cert chain file `%s'; check that your cafile/capath settings include details of your certificate and its issuer",
		keyBad:             "Failed setting private key from file `%s'",
	}
)

// readHost reads one entry. No passphrase opens its key: PHP asks nobody.
func (p *Policy) readHost(o *options, v any) (*tls.Certificate, error) {
	texts := &sniTexts82
	if o.version < phpfacts.PHP82 {
		texts = &sniTexts74
	}
	path := func(option string, v any, missing string) (path string, err error) {
		given, isText := phpvalue.String(v)
		if !isText {
			o.warn("SNI_server_certs: a value of type %T is not the name of a file", v)
			return "", errSetup
		}
		path, found := o.realPath(option, given)
		if !found {
			given, _, _ = strings.Cut(given, "\x00")
			o.warn(missing, given)
			return "", errSetup
		}
		return path, nil
	}
	var certPath, keyPath string
	var err error
	if pair, isArray := ordered(v); isArray {
		value := func(name string) (any, bool) { return assoc.Array(pair).Get(name) }
		cert, given := value("local_cert")
		if !given {
			o.warn("local_cert not present in the array")
			return nil, errSetup
		}
		if certPath, err = path("SNI_server_certs local_cert", cert, texts.certOfArrayMissing); err != nil {
			return nil, err
		}
		key, given := value("local_pk")
		if !given {
			o.warn("local_pk not present in the array")
			return nil, errSetup
		}
		if keyPath, err = path("SNI_server_certs local_pk", key, texts.keyMissing); err != nil {
			return nil, err
		}
	} else {
		if certPath, err = path("SNI_server_certs", v, texts.certMissing); err != nil {
			return nil, err
		}
		keyPath = certPath
	}
	chain, err := localChains.get(certPath, "", parseLocalChain)
	if err != nil || !levelAllowsChain(o.version, chain, defaultLevel) {
		o.warn(texts.certBad, certPath)
		return nil, errSetup
	}
	key, err := localKeys.get(keyPath, "", parseKey)
	if err != nil || key.plain == nil || sameKind(key.plain.Public(), chain[0].PublicKey) && !samePublicKey(key.plain.Public(), chain[0].PublicKey) {
		o.warn(texts.keyBad, keyPath)
		return nil, errSetup
	}
	if !samePublicKey(key.plain.Public(), chain[0].PublicKey) {
		return nil, nil // of which PHP says nothing
	}
	cert := certificateOf(chain, key.plain)
	if p.chain != nil && o.version >= phpfacts.PHP84 {
		cert = p.chain.store.complete(cert) // before 8.4 such hosts knew no authority
	}
	return cert, nil
}

// withoutAuthorities: up to PHP 8.2 a host of SNI_server_certs has no trusted
// certificates, so that no client is believed.
func (p *Policy) withoutAuthorities(host bool) bool { return host && p.version < phpfacts.PHP84 }

func certificateOf(chain []*x509.Certificate, key any) *tls.Certificate {
	cert := &tls.Certificate{PrivateKey: key, Leaf: chain[0]}
	for _, c := range chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return cert
}
