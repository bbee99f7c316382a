package secure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// options reads the ssl options with PHP's conversions, and gathers what is
// to be said about them.
type options struct {
	values   map[string]any
	peer     role // of the other side
	version  phpfacts.Version
	basedir  string
	foreign  map[string]string
	tell     func(name, text string)
	texts    map[string]string // PHP converts a value in place: it complains once
	warnings []Warning
	notes    []Warning
	thrown   bool
	refused  bool // an option has a value that can't be meant
}

func (o *options) warn(format string, args ...any) {
	o.warnings = append(o.warnings, Warning{Text: fmt.Sprintf(format, args...)})
}

func (o *options) warnBare(format string, args ...any) {
	o.warnings = append(o.warnings, Warning{Text: fmt.Sprintf(format, args...), Bare: true})
}

func (o *options) throw(class, text string) {
	o.warnings = append(o.warnings, Warning{Text: text, Bare: true, Class: class})
	o.thrown = true
}

func (o *options) note(format string, args ...any) {
	o.notes = append(o.notes, Warning{Text: fmt.Sprintf(format, args...), Level: levelNotice})
}

// fail is a failure at the start of the handshake, in OpenSSL's words.
func (o *options) fail(err *opensslError) error {
	o.warnings = append(o.warnings, Describe(err, o.version)...)
	return err
}

// get returns an option that is there, be it null.
func (o *options) get(name string) (any, bool) {
	v, ok := o.values[name]
	return v, ok
}

// truth is an option as a bool. Any object is true in PHP; here such a value is
// refused: sql.NullBool{} would switch off a check that was to stay on.
func (o *options) truth(name string, otherwise bool) bool {
	v, ok := o.get(name)
	switch {
	case !ok:
		return otherwise
	case phpvalue.IsObject(v):
		o.warn("ssl option %s: a value of type %T is neither true nor false", name, v)
		o.refused = true
		return otherwise
	}
	return phpvalue.Bool(v)
}

// number is an option as an int. Any object is 1 in PHP, which says so; here it
// is refused, in PHP's words.
func (o *options) number(name string, otherwise int64) int64 {
	v, ok := o.get(name)
	switch {
	case !ok:
		return otherwise
	case phpvalue.IsObject(v):
		o.complain("Object of class " + phpvalue.ClassName(v) + " could not be converted to int")
		o.refused = true
		return otherwise
	}
	return phpvalue.Int(v)
}

// complain is PHP's warning about a conversion, a notice before PHP 8.
func (o *options) complain(text string) {
	w := Warning{Text: text, Bare: true}
	if o.version < phpfacts.PHP82 {
		w.Level = levelNotice
	}
	o.warnings = append(o.warnings, w)
}

// text returns an option as a string, which it is from then on.
func (o *options) text(name string) (string, bool) {
	if s, ok := o.texts[name]; ok {
		return s, true
	}
	s, ok := o.asText(name)
	if !ok {
		return "", false
	}
	if o.texts == nil {
		o.texts = map[string]string{}
	}
	o.texts[name] = s
	if o.tell != nil {
		o.tell(name, s)
	}
	return s, true
}

// asText is text for what PHP doesn't read. PHP warns about an array and throws on
// an object.
func (o *options) asText(name string) (string, bool) {
	v, ok := o.get(name)
	if !ok {
		return "", false
	}
	s, ok := phpvalue.String(v)
	switch {
	case ok:
	case s == "Array":
		o.complain("Array to string conversion")
	default:
		o.throw("Error", "Object of class "+phpvalue.ClassName(v)+" could not be converted to string")
		return "", false
	}
	return s, true
}

// cString returns an option up to its first NUL byte, which is where C ends.
func (o *options) cString(name string) (string, bool) {
	s, ok := o.text(name)
	s, _, _ = strings.Cut(s, "\x00")
	return s, ok
}

// serverOptions only mean something to a server. PHP, too, leaves them alone
// on a client.
var serverOptions = []string{
	"dh_param", "ecdh_curve", "honor_cipher_order", "reneg_limit", "reneg_limit_callback",
	"reneg_window", "rsa_key_size", "single_dh_use", "single_ecdh_use", "SNI_server_certs",
}

// readLater are options that others read. Their values must make sense, too.
func (o *options) readLater() {
	for _, name := range []string{"capture_peer_cert", "capture_peer_cert_chain", "capture_session_meta", "disable_compression"} {
		o.truth(name, false)
	}
	o.number("crypto_method", 0)
}

// idleOptions reports options that do nothing.
func (p *Policy) idleOptions(o *options) []Warning {
	var out []Warning
	for _, name := range serverOptions {
		if _, ok := o.get(name); ok && p.server == nil {
			out = append(out, Warning{Text: "ssl option " + name + " has no effect on a client", Level: levelNotice})
		}
	}
	if !o.truth("disable_compression", true) {
		out = append(out, Warning{Text: "ssl option disable_compression: TLS compression is never used", Level: levelNotice})
	}
	if p.version != phpfacts.PHP5 {
		if _, ok := o.get("CN_match"); ok {
			out = append(out, Warning{Text: "ssl option CN_match is deprecated in favour of peer_name", Level: levelDeprecated})
		}
	}
	return slices.Clip(out)
}
