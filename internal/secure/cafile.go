package secure

import (
	"os"
	"strings"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// loadCAStream is PHP's second try, through its stream wrappers.
func loadCAStream(o *options, file string) (*trusted, error) {
	if file == "" {
		switch {
		case o.version >= phpfacts.PHP84:
			o.throw("ValueError", "Path must not be empty")
		case o.version >= phpfacts.PHP82:
			o.throw("ValueError", "Path cannot be empty")
		default:
			o.warn("Filename cannot be empty")
			o.warnBare("failed loading cafile stream: `%s'", file)
		}
		return nil, errSetup
	}
	if data, ok := o.foreign[file]; ok {
		t := newTrusted(readCAStream([]byte(data)), o.peer)
		if t.broken {
			o.warnBare("no valid certs found cafile stream: `%s'", file)
			return nil, errSetup
		}
		return t, nil
	}
	path, kind := wrapperPath(file)
	switch kind {
	case wrapperRemote:
		o.warnBare("remote cafile streams are disabled for security purposes")
		return nil, errSetup
	case wrapperUnknown:
		o.warn("Unable to find the wrapper %q - did you forget to enable it when you configured PHP?", path)
		fallthrough
	case wrapperOther:
		o.warnBare("failed loading cafile stream: `%s'", file)
		return nil, errSetup
	}
	if !o.may(path) {
		o.warnBare("failed loading cafile stream: `%s'", file)
		return nil, errSetup
	}
	t := caStreams.trusted(path, o.peer)
	if t == nil {
		o.warnBare("failed loading cafile stream: `%s'", file)
		return nil, errSetup
	}
	if t.broken {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			o.warnings = append(o.warnings, directoryNotice(o.version))
		}
		o.warnBare("no valid certs found cafile stream: `%s'", file)
		return nil, errSetup
	}
	return t, nil
}

func directoryNotice(v phpfacts.Version) Warning {
	text := "Read of 8192 bytes failed with errno=21 Is a directory"
	if v < phpfacts.PHP82 {
		text = "read of 8192 bytes failed with errno=21 Is a directory"
	}
	return Warning{Text: text, Level: levelNotice}
}

type wrapperKind int

const (
	wrapperFile    wrapperKind = iota
	wrapperRemote              // PHP may open it, and then refuses
	wrapperOther               // PHP's own; not here
	wrapperUnknown             // not even PHP's
)

// wrapperPath splits what PHP takes for a URL. The path of an unknown wrapper
// is its scheme.
func wrapperPath(file string) (path string, kind wrapperKind) {
	n := 0
	for n < len(file) && isSchemeByte(file[n]) {
		n++
	}
	scheme, rest := lowerASCII(file[:n]), file[n:]
	switch {
	case scheme == "data" && strings.HasPrefix(rest, ":"):
		return file, wrapperRemote
	case n < 2 || !strings.HasPrefix(rest, "://"):
		return file, wrapperFile
	}
	switch scheme {
	case "file":
		return localPath(rest[len("://"):])
	case "http", "https", "ftp", "ftps":
		return file, wrapperRemote
	case "php", "glob", "phar", "compress.zlib", "compress.bzip2", "zip":
		return file, wrapperOther
	}
	return file[:n], wrapperUnknown
}

// localPath takes file:///path and file://localhost/path.
func localPath(path string) (string, wrapperKind) {
	const host = "localhost/"
	if len(path) >= len(host) && equalFold(path[:len(host)], host) {
		path = path[len(host)-1:]
	}
	return path, wrapperFile
}

func isSchemeByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}
