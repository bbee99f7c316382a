package secure

import (
	"crypto/x509"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/assoc"
	"github.com/phpstream-go/phpstream/internal/digest"
	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// Fingerprint is the digest of a certificate in hexadecimal, as PHP's
// openssl_x509_fingerprint has it. ok is false for a digest that isn't known.
func Fingerprint(cert *x509.Certificate, algo string, v phpfacts.Version) (hexDigest string, ok bool) {
	h, ok := digest.New(v, algo)
	if !ok {
		return "", false
	}
	h.Write(cert.Raw)
	return hex.EncodeToString(h.Sum(nil)), true
}

// A fingerprintCheck is what the option peer_fingerprint asks for.
type fingerprintCheck struct {
	text    string
	isText  bool
	pairs   []fingerprintPair
	isArray bool
}

type fingerprintPair struct {
	algo, want string
	valid      bool // a string under a string
}

func readFingerprint(o *options) *fingerprintCheck {
	v, ok := o.get("peer_fingerprint")
	if !ok {
		return nil
	}
	f := &fingerprintCheck{}
	if a, ok := v.(assoc.Array); ok {
		f.isArray = true
		for key, value := range a.All() {
			f.pairs = append(f.pairs, readPair(reflect.ValueOf(key), reflect.ValueOf(value)))
		}
		return f
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		f.text, f.isText = r.String(), true
	case reflect.Map:
		f.isArray = true
		for _, key := range r.MapKeys() {
			f.pairs = append(f.pairs, readPair(key, r.MapIndex(key)))
		}
		// A Go map has no order: by name, so that the answer doesn't change.
		slices.SortFunc(f.pairs, func(a, b fingerprintPair) int { return strings.Compare(a.algo, b.algo) })
	case reflect.Slice, reflect.Array:
		if r.Type().Elem().Kind() == reflect.Uint8 && r.Kind() == reflect.Slice {
			f.text, f.isText = string(r.Bytes()), true
			break
		}
		f.isArray = true
		if r.Len() > 0 {
			f.pairs = []fingerprintPair{{}} // its keys are numbers
		}
	}
	return f
}

func readPair(key, value reflect.Value) fingerprintPair {
	if key.Kind() == reflect.Interface {
		key = key.Elem()
	}
	if value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	if key.Kind() != reflect.String || value.Kind() != reflect.String {
		return fingerprintPair{}
	}
	return fingerprintPair{algo: key.String(), want: value.String(), valid: true}
}

// check compares. A string's length tells the digest: MD5 or SHA-1.
//
// php-src: ext/openssl/xp_ssl.c, php_openssl_x509_fingerprint_match.
func (f *fingerprintCheck) check(cert *x509.Certificate, v phpfacts.Version) ([]Warning, error) {
	var warnings []Warning
	refuse := func(texts ...string) ([]Warning, error) {
		for _, text := range texts {
			warnings = append(warnings, Warning{Text: text})
		}
		return warnings, &FingerprintError{Text: texts[len(texts)-1], Cert: cert}
	}
	const (
		failed   = "peer_fingerprint match failure"
		badArray = "Invalid peer_fingerprint array; [algo => fingerprint] form required"
	)
	unknown := "Unknown digest algorithm"
	if v < phpfacts.PHP82 {
		unknown = "Unknown signature algorithm"
	}
	pairs := f.pairs
	switch {
	case f.isText:
		algo := map[int]string{32: "md5", 40: "sha1"}[len(f.text)]
		if algo == "" {
			return refuse(failed)
		}
		pairs = []fingerprintPair{{algo: algo, want: f.text, valid: true}}
	case !f.isArray:
		return refuse("Expected peer fingerprint must be a string or an array")
	case len(pairs) == 0:
		return refuse(badArray, failed)
	}
	for _, pair := range pairs {
		if !pair.valid {
			return refuse(badArray, failed)
		}
		got, ok := Fingerprint(cert, pair.algo, v)
		if !ok {
			return refuse(unknown, failed)
		}
		if !equalFold(got, pair.want) {
			return refuse(failed)
		}
	}
	return nil, nil
}
