package programs

import (
	"fmt"
	"math"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A mask finds what differs from one run to the next by its nature, and says
// which values are such. What has the place but not the form stays, and is
// compared.
type mask struct {
	name  string
	find  *regexp.Regexp // its group is the value
	holds func(string) bool
}

// masks are those of all programs here.
var masks = []mask{
	{"DATE", regexp.MustCompile(`(?m)Date: (\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4})\r?$`), aroundNow},
	{"DATE", regexp.MustCompile(`(?m)^>> (\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4})$`), aroundNow},
	{"QUEUE #", regexp.MustCompile(`queued as ([0-9A-F]{6,15})\b`), nil},
	// PHPMailer's, Swift Mailer's and Symfony Mailer's own identifiers.
	{"ID #", regexp.MustCompile(`<([0-9A-Za-z]{30,43})@client\.example>`), nil},
	{"ID #", regexp.MustCompile(`<([0-9a-f]{32})@swift\.generated>`), nil},
	{"ID #", regexp.MustCompile(`<([0-9a-f]{32})@example\.com>`), nil},
	{"BOUNDARY #", regexp.MustCompile(`(?m)boundary=([0-9A-Za-z_-]{8})\r?$`), nil},
	{"BOUNDARY #", regexp.MustCompile(`boundary="(_=_swift_\d{10}_[0-9a-f]{32}_=_)"`), func(text string) bool {
		seconds, err := strconv.ParseInt(strings.Split(text, "_")[3], 10, 64)
		return err == nil && isNow(time.Unix(seconds, 0))
	}},
}

func aroundNow(text string) bool {
	when, err := mail.ParseDate(text)
	return err == nil && isNow(when)
}

func isNow(when time.Time) bool { return time.Since(when).Abs() < time.Hour }

// A masker masks all that one run left behind: the same value gets the same
// placeholder everywhere, and a further one a further number.
type masker struct {
	holders map[string]string
	counts  map[string]int
	replace *strings.Replacer
}

// newMasker learns the values from texts that have them in a fixed order.
func newMasker(texts ...string) *masker {
	m := &masker{holders: map[string]string{}, counts: map[string]int{}}
	var pairs []string
	for _, text := range texts {
		for _, mask := range masks {
			for _, found := range mask.find.FindAllStringSubmatch(text, -1) {
				value := found[1]
				if _, known := m.holders[value]; known || mask.holds != nil && !mask.holds(value) {
					continue
				}
				m.counts[mask.name]++
				m.holders[value] = "{{" + strings.Replace(mask.name, "#", fmt.Sprint(m.counts[mask.name]), 1) + "}}"
				pairs = append(pairs, value, m.holders[value])
			}
		}
	}
	m.replace = strings.NewReplacer(pairs...)
	return m
}

func (m *masker) mask(text string) string { return m.replace.Replace(text) }

var elapsed = regexp.MustCompile(`after ([0-9]+\.[0-9]{2}) s\b`)

// maskElapsed masks the times that a driver prints, where they lie in between.
func maskElapsed(text string, from, to float64) string {
	return replaceElapsed(text, func(seconds float64) (float64, float64) { return from, to })
}

// maskSeconds masks them by the whole second that they belong to: what waits
// for a timeout takes that long, and a little more.
func maskSeconds(text string) string {
	return replaceElapsed(text, func(seconds float64) (float64, float64) {
		whole := math.Floor(seconds + 0.1)
		return math.Max(0, whole-0.1), whole + 0.9
	})
}

func replaceElapsed(text string, between func(float64) (float64, float64)) string {
	return elapsed.ReplaceAllStringFunc(text, func(found string) string {
		seconds, err := strconv.ParseFloat(elapsed.FindStringSubmatch(found)[1], 64)
		from, to := between(seconds)
		if err != nil || seconds < from || seconds > to {
			return found
		}
		return fmt.Sprintf("after {{ELAPSED %.1f..%.1f}} s", from, to)
	})
}
