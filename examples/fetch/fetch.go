package main

// One URL into one file, however often that takes.

import (
	"fmt"
	"regexp"
	"strings"

	. "github.com/phpstream-go/phpstream"
)

// A fetch gets one URL into one file.
type fetch struct {
	timeout float64 // seconds in which something must come
	limit   int     // bytes
	tries   int
	cafile  string // empty: the system's authorities
	failure string
	have    int // bytes in the file
	php     *Runtime
	bar     *bar
	tag     string // which version of the page they are of
	size    int    // bytes that this answer brings; -1: the server does not say
	total   int    // bytes in all, once it is clear which ones come
}

func newFetch(php *Runtime, bar *bar) *fetch {
	return &fetch{timeout: 10, limit: 1 << 30, tries: 5, php: php, bar: bar, size: -1, total: -1}
}

// run tries until the file is whole, or another try is of no use.
func (f *fetch) run(url, path string) bool {
	warning := ""
	catchWarnings(f.php, &warning)
	to := f.php.Fopen(path+".part", "w")
	f.php.RestoreErrorHandler()
	if to == nil {
		f.failure = reason(warning)
		return false
	}
	try := 1
	for ; f.attempt(url, to) && try < f.tries; try++ {
		f.bar.stop(fmt.Sprintf("%s: %d of %d bytes", f.failure, f.have, f.total))
		f.bar.begin("")
	}
	if !Fclose(to) && f.failure == "" {
		f.failure = "the file can not be written"
	}
	if f.failure != "" {
		f.php.Unlink(path + ".part")
		f.bar.stop("gave up: " + f.failure)
		return false
	}
	f.php.Rename(path+".part", path)
	text := fmt.Sprintf("%d bytes", f.have)
	if try > 1 {
		text += fmt.Sprintf(", in %d tries", try)
	}
	f.bar.stop(text)
	return true
}

// attempt answers whether another one may help. Where all has come, there is
// no failure.
func (f *fetch) attempt(url string, to *Stream) bool {
	f.failure = ""
	f.size = -1
	f.total = -1
	var headers []string
	if f.have > 0 && f.tag != "" {
		// The rest, unless the page is another one by now.
		headers = []string{fmt.Sprintf("Range: bytes=%d-", f.have), "If-Range: " + f.tag}
	}
	options := Options{
		// What an answer with an error says, we look at ourselves.
		"http": {"header": headers, "user_agent": "fetch", "protocol_version": 1.1, "timeout": f.timeout, "ignore_errors": true},
	}
	if f.cafile != "" {
		options["ssl"] = map[string]any{"cafile": f.cafile}
	}
	context := f.php.StreamContextCreate(options, Params{"notification": f.heard})
	warning := ""
	catchWarnings(f.php, &warning)
	from := f.php.Fopen(url, "r", context)
	f.php.RestoreErrorHandler()
	if from == nil {
		f.failure = reason(warning)
		return f.have > 0
	}
	again := f.receive(from, to)
	Fclose(from)
	return again
}

// heard is called for all that happens to the URL.
func (f *fetch) heard(code NotifyCode, severity NotifySeverity, message string, messageCode, done, max int) {
	if code == STREAM_NOTIFY_FILE_SIZE_IS {
		f.size = max
	} else if code == STREAM_NOTIFY_REDIRECTED {
		f.size = -1 // that was the size of another page
	} else if code == STREAM_NOTIFY_PROGRESS && f.total > 0 {
		f.bar.draw(f.have+done, f.total)
	}
}

// receive takes what comes, and answers as attempt does.
func (f *fetch) receive(from, to *Stream) bool {
	lines, _ := StreamGetMetaData(from).WrapperData.([]string)
	status, headers := lastAnswer(lines)
	if strings.HasPrefix(status, "206") && f.have > 0 {
		if !strings.HasPrefix(headers["content-range"], fmt.Sprintf("bytes %d-", f.have)) {
			f.failure = "the server sends another part"
			return false
		}
	} else if strings.HasPrefix(status, "200") {
		f.have = 0 // all of it, from the start
		Ftruncate(to, 0)
		Rewind(to)
	} else {
		f.failure = status
		return f.have > 0 && strings.HasPrefix(status, "5")
	}
	f.tag = ""
	if tag := headers["etag"]; strings.HasPrefix(tag, `"`) { // a weak one is no use
		f.tag = tag
	}
	if f.size >= 0 {
		f.total = f.have + f.size
		if f.total > f.limit {
			f.failure = fmt.Sprintf("%d bytes, and %d are the limit", f.total, f.limit)
			return false
		}
		f.bar.had(f.have, f.total)
	}

	warning := ""
	catchWarnings(f.php, &warning)
	StreamCopyToStream(from, to, f.limit-f.have+1)
	f.php.RestoreErrorHandler()
	f.have, _ = Ftell(to)
	if f.total > 0 {
		f.bar.draw(f.have, f.total)
	}
	if f.have > f.limit {
		f.failure = fmt.Sprintf("more than %d bytes", f.limit)
		return false
	}
	if StreamGetMetaData(from).TimedOut {
		f.failure = fmt.Sprintf("nothing came for %v seconds", f.timeout)
	} else if warning != "" {
		f.failure = reason(warning)
	} else if f.have < f.total {
		f.failure = "broke off" // of which PHP does not tell
	} else if f.total >= 0 && f.have > f.total {
		f.failure = "more came than the server had said"
		return false
	}
	return f.failure != ""
}

// catchWarnings keeps the first warning instead of printing it.
func catchWarnings(php *Runtime, first *string) {
	php.SetErrorHandler(func(level ErrorLevel, text, file string, line int) bool {
		if *first == "" {
			*first = text
		}
		return true
	})
}

// reason is the end of a warning.
func reason(warning string) string {
	return printable(trim(warning[strings.LastIndex(warning, ":")+1:]))
}

var (
	statusLine = regexp.MustCompile(`(?i)^HTTP/[0-9.]+ ([0-9]{3}.*)$`)
	headerLine = regexp.MustCompile(`^([^:]+):(.*)$`)
)

// lastAnswer is the status and the headers of the answer that the redirections
// have led to.
func lastAnswer(lines []string) (status string, headers map[string]string) {
	headers = map[string]string{}
	for _, line := range lines {
		if match := statusLine.FindStringSubmatch(line); match != nil {
			status = printable(trim(match[1]))
			headers = map[string]string{}
		} else if match := headerLine.FindStringSubmatch(line); match != nil {
			headers[strings.ToLower(match[1])] = trim(match[2])
		}
	}
	return status, headers
}

var unprintable = regexp.MustCompile(`[^\x20-\x7e]`)

// printable is a text that does nothing to a terminal.
func printable(text string) string { return unprintable.ReplaceAllString(text, "?") }
