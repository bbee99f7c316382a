package phpstream

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

// Profile is the PHP version whose texts, defaults and errors a [Runtime]
// speaks.
type Profile int

const (
	// PHP84 is PHP 8.4 with OpenSSL 3.5, the default.
	PHP84 Profile = iota
	// PHP82 is PHP 8.2 with OpenSSL 3.0.
	PHP82
	// PHP74 is PHP 7.4 with OpenSSL 1.1.1: wrong arguments warn instead of
	// throwing.
	PHP74
	// PHP5 is PHP before 5.6, from its manual alone: peers are not verified
	// unless verify_peer is set, and CN_match alone decides the name. Choose it
	// only for programs that rely on that.
	PHP5
)

var versions = [...]phpfacts.Version{
	PHP84: phpfacts.PHP84,
	PHP82: phpfacts.PHP82,
	PHP74: phpfacts.PHP74,
	PHP5:  phpfacts.PHP5,
}

// Runtime is what PHP keeps for each request: the error handlers and the last
// error, the ini values, the default context. The package's functions use one
// that they share; a server gives each of its jobs its own, so that one job's
// handler never sees another's warnings. Functions that take a [Stream] use the
// Runtime that opened it.
//
// A Runtime is safe for concurrent use.
type Runtime struct {
	version phpfacts.Version
	facts   *phpfacts.Facts

	openBasedir string            // not set while something is opened
	foreign     map[string]string // nor this
	interrupts  atomic.Bool       // signals end a StreamSelect
	socketError atomic.Int64      // the last errno of the sockets extension
	persistent  persistent

	mu             sync.Mutex
	handlers       []ErrorHandler // the last is in force; a nil one is PHP's own
	lastError      *PHPError
	lastCause      error
	reporting      ErrorLevel
	silenced       int
	ini            map[string]string
	defaultContext *Context
	lastDir        *Stream // what opendir has opened last
	filters        map[string]func() UserFilter
	filterNames    []string       // of filters, in the order in which they came
	lastResponse   []string       // the header lines of the last answer over HTTP; nil where there is none
	out            io.Writer      // nil: os.Stdout
	wrappers       []namedWrapper // in the order of stream_get_wrappers
	opening        map[string]int // URLs that programs' wrappers are just opening
}

var defaultRuntime = NewRuntime()

// lastID numbers streams and contexts of the whole process, as PHP numbers its
// resources. PHP's command line begins after STDIN, STDOUT and STDERR.
var lastID atomic.Int64

func init() { lastID.Store(3) }

func nextID() int { return int(lastID.Add(1)) }

// NewRuntime makes a Runtime with PHP's defaults, speaking the given profile
// (PHP84 where none is named).
func NewRuntime(profile ...Profile) *Runtime {
	version := phpfacts.PHP84
	if len(profile) > 0 && profile[0] >= 0 && int(profile[0]) < len(versions) {
		version = versions[profile[0]]
	}
	return &Runtime{
		version:   version,
		facts:     phpfacts.Of(version),
		reporting: ErrorLevel(phpfacts.Of(version).ErrorLevels),
		ini:       iniDefaults(),
		wrappers:  builtInWrappers(),
	}
}

// Profile answers the PHP version that the Runtime speaks.
func (rt *Runtime) Profile() Profile {
	for p, v := range versions {
		if v == rt.version {
			return Profile(p)
		}
	}
	return PHP84
}

func iniDefaults() map[string]string {
	return map[string]string{
		"allow_url_fopen":          "1",
		"auto_detect_line_endings": "0",
		"default_socket_timeout":   "60",
		"include_path":             ".:/usr/share/php",
		"memory_limit":             "128M",
		"openssl.cafile":           "",
		"openssl.capath":           "",
		"user_agent":               "",
		"from":                     "",
	}
}

// IniGet answers the value of a configuration option, false for one that is not
// there: default_socket_timeout (seconds), memory_limit (bytes that one call may
// gather; -1: no limit), openssl.cafile, openssl.capath, user_agent, from,
// auto_detect_line_endings (whether lines may end in a single "\r"), include_path,
// allow_url_fopen (which [Runtime.SetPHPIni] alone can set).
//
//	PHP: ini_get(string $option): string|false
//
// php-src: ext/standard/basic_functions.c, main/main.c.
func IniGet(option string) (string, bool) { return defaultRuntime.IniGet(option) }

// IniGet is [IniGet] for this Runtime.
func (rt *Runtime) IniGet(option string) (string, bool) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	v, ok := rt.ini[option]
	return v, ok
}

// IniSet sets a configuration option and answers the old value, false for an
// option that is not there (see [IniGet]).
//
//	PHP: ini_set(string $option, string|int|float|bool|null $value): string|false
//
// php-src: ext/standard/basic_functions.c, main/main.c.
func IniSet(option, value string) (old string, ok bool) { return defaultRuntime.IniSet(option, value) }

// IniSet is [IniSet] for this Runtime.
func (rt *Runtime) IniSet(option, value string) (old string, ok bool) {
	c := rt.call("ini_set")
	defer c.deliver()
	if option == "default_socket_timeout" && rt.facts.Quantities {
		if _, complaint := phpvalue.Quantity(value); complaint != "" {
			c.bare(E_WARNING, `Invalid "`+option+`" setting. `+complaint)
		}
	}
	if option == "auto_detect_line_endings" && rt.facts.LineEndsDeprecated && phpvalue.IniBool(value) {
		c.bare(E_DEPRECATED, option+" is deprecated")
	}
	if option == "allow_url_fopen" || option == "include_path" && value == "" {
		return "", false
	}
	return rt.setIni(option, value)
}

// SetPHPIni sets a configuration option as PHP's php.ini does: one that [IniSet]
// can't set, too. With allow_url_fopen off, no URL of another machine is opened, and
// no data: one: "http:// wrapper is disabled in the server configuration by
// allow_url_fopen=0". It is false for an option that is not there.
func (rt *Runtime) SetPHPIni(option, value string) (ok bool) {
	_, ok = rt.setIni(option, value)
	return ok
}

func (rt *Runtime) setIni(option, value string) (old string, ok bool) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if old, ok = rt.ini[option]; ok {
		rt.ini[option] = value
	}
	return old, ok
}

// socketTimeout is default_socket_timeout.
func (rt *Runtime) socketTimeout() time.Duration {
	v, _ := rt.IniGet("default_socket_timeout")
	n, _ := phpvalue.Quantity(v)
	return seconds(n)
}

// seconds turns PHP's seconds into a duration without running over.
func seconds(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(max(n, -most), most)) * time.Second
}
