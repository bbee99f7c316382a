package secure

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
)

// errCipherList says that OpenSSL refuses a cipher string as such.
var errCipherList = errors.New("invalid cipher string")

// A cipherList is what OpenSSL makes of a cipher string.
type cipherList struct {
	suites   []phpfacts.Cipher // in OpenSSL's order, without those of TLS 1.3
	secLevel int               // what @SECLEVEL=n asks for, or -1
	suiteB   bool              // a SUITEB word: it also limits keys and curves
	words    []cipherWord
}

// A cipherWord is one part of the string that added suites.
type cipherWord struct {
	text string
	ids  []uint16
}

// parseCipherList reads a cipher string as the OpenSSL of a version does:
// words select suites by name, class, or several classes joined by +; they
// add, or with !, - and + remove for good, remove, and move to the end.
//
// OpenSSL: ssl/ssl_ciph.c, ssl_create_cipher_list.
func parseCipherList(v phpfacts.Version, text string) (*cipherList, error) {
	p := &cipherParser{
		version: v,
		list:    slices.Clone(cipherBase(v)),
		out:     &cipherList{secLevel: -1},
	}
	for _, s := range suiteBWords {
		if strings.HasPrefix(text, s.prefix) {
			text, p.out.suiteB = s.means, true
			break
		}
	}
	ok := true
	if rest, found := strings.CutPrefix(text, "DEFAULT"); found {
		ok = p.run("ALL:!COMPLEMENTOFDEFAULT:!eNULL")
		text = strings.TrimPrefix(rest, ":")
	}
	if !p.run(text) || !ok {
		return nil, errCipherList
	}
	for _, e := range p.list {
		if e.active {
			p.out.suites = append(p.out.suites, e.Cipher)
		}
	}
	if len(p.out.suites) == 0 {
		return nil, errCipherList
	}
	return p.out, nil
}

// suiteBWords, longest first: OpenSSL looks at the start of the string only
// and then forgets the rest of it.
var suiteBWords = []struct{ prefix, means string }{
	{"SUITEB128ONLY", "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{"SUITEB128C2", "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{"SUITEB128", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"},
	{"SUITEB192", "ECDHE-ECDSA-AES256-GCM-SHA384"},
}

// cipherEntry is a place in the list that the words work on. Suites that are
// not selected keep their places, since later words add them in that order.
type cipherEntry struct {
	phpfacts.Cipher
	active bool
}

type cipherOp int

const (
	cipherAdd  cipherOp = iota
	cipherKill          // !: for good
	cipherDel           // -: may be added again, and then comes first
	cipherOrd           // +: to the end
	cipherBump          // to the front; no word does that, OpenSSL's own order does
)

// applyCipherOp does op to the entries that match.
func applyCipherOp(list []cipherEntry, op cipherOp, match func(*cipherEntry) bool) []cipherEntry {
	var moved, rest []cipherEntry
	for i := range list {
		e := list[i]
		hit := match(&e)
		switch {
		case hit && op == cipherKill:
		case hit && (op == cipherAdd) == !e.active:
			e.active = op != cipherDel
			moved = append(moved, e)
		default:
			rest = append(rest, e)
		}
	}
	if op == cipherDel || op == cipherBump {
		return append(moved, rest...)
	}
	return append(rest, moved...)
}

// sortByStrength is @STRENGTH: strongest first, otherwise in the order it was.
func sortByStrength(list []cipherEntry, v phpfacts.Version) []cipherEntry {
	var strengths []int
	for _, e := range list {
		if s := e.Strength(v); e.active && !slices.Contains(strengths, s) {
			strengths = append(strengths, s)
		}
	}
	slices.Sort(strengths)
	for _, s := range slices.Backward(strengths) {
		list = applyCipherOp(list, cipherOrd, func(e *cipherEntry) bool { return e.Strength(v) == s })
	}
	return list
}

var (
	cipherBaseMu sync.Mutex
	cipherBases  = map[phpfacts.Version][]cipherEntry{}
)

// cipherBase is the order in which OpenSSL adds suites that one word selects.
func cipherBase(v phpfacts.Version) []cipherEntry {
	cipherBaseMu.Lock()
	defer cipherBaseMu.Unlock()
	if list := cipherBases[v]; list != nil {
		return list
	}
	var list []cipherEntry
	for _, c := range slices.Backward(phpfacts.Ciphers(v)) {
		if c.Protocol != "TLSv1.3" {
			list = append(list, cipherEntry{Cipher: c})
		}
	}
	apply := func(op cipherOp, words string) {
		sel, _ := selectCiphers(v, list, strings.Split(words, "+"))
		list = applyCipherOp(list, op, sel)
	}
	everything := func(op cipherOp) {
		list = applyCipherOp(list, op, func(*cipherEntry) bool { return true })
	}
	// Ephemeral keys and ECDSA first, then the better encryptions.
	apply(cipherAdd, "kECDHE+aECDSA")
	apply(cipherAdd, "kECDHE")
	apply(cipherDel, "kECDHE")
	for _, w := range []string{"AESGCM", "CHACHA20", "AES"} {
		apply(cipherAdd, w)
	}
	everything(cipherAdd)
	for _, w := range []string{"MD5", "aNULL", "kRSA", "kPSK"} {
		apply(cipherOrd, w)
	}
	list = sortByStrength(list, v)
	list = applyCipherOp(list, cipherBump, func(e *cipherEntry) bool { return e.Protocol == "TLSv1.2" })
	isAEAD := func(e *cipherEntry) bool { return e.Mac == "AEAD" }
	ephemeral := func(e *cipherEntry) bool { return e.Kx == "DHE" || e.Kx == "ECDHE" }
	list = applyCipherOp(list, cipherBump, isAEAD)
	list = applyCipherOp(list, cipherBump, ephemeral)
	list = applyCipherOp(list, cipherBump, func(e *cipherEntry) bool { return ephemeral(e) && isAEAD(e) })
	everything(cipherDel)
	cipherBases[v] = list
	return list
}

type cipherParser struct {
	version phpfacts.Version
	list    []cipherEntry
	out     *cipherList
}

func isCipherSeparator(c byte) bool { return c == ':' || c == ' ' || c == ';' || c == ',' }

// isWordByte: OpenSSL 3.2 took the underscore in, with the standard names.
func (p *cipherParser) isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '=' ||
		c == '_' && p.version >= phpfacts.PHP84
}

// run carries out the words of s; it reports false where OpenSSL gives up on
// the whole string.
func (p *cipherParser) run(s string) bool {
	ok := true
	for s != "" {
		if isCipherSeparator(s[0]) {
			s = s[1:]
			continue
		}
		start := s
		op := cipherAdd
		special := false
		switch s[0] {
		case '!':
			op, s = cipherKill, s[1:]
		case '-':
			op, s = cipherDel, s[1:]
		case '+':
			op, s = cipherOrd, s[1:]
		case '@':
			special, s = true, s[1:]
		}
		words, rest, valid := p.splitWords(s, special)
		if !valid {
			// OpenSSL skips the byte it can't read and goes on, but will
			// answer with an error whatever follows.
			ok = false
			s = rest
			continue
		}
		if special {
			ok = p.command(words[0]) && ok
			s = skipToSeparator(rest)
			continue
		}
		match, known := selectCiphers(p.version, p.list, words)
		if !known {
			s = skipToSeparator(rest)
			continue
		}
		if op == cipherAdd {
			p.remember(start[:len(start)-len(rest)], match)
		}
		p.list = applyCipherOp(p.list, op, match)
		s = rest
	}
	return ok
}

// splitWords takes words joined by + off s. A place where no word
// stands makes it invalid.
func (p *cipherParser) splitWords(s string, single bool) (words []string, rest string, valid bool) {
	for {
		n := 0
		for n < len(s) && p.isWordByte(s[n]) {
			n++
		}
		if n == 0 {
			return nil, s[min(1, len(s)):], false
		}
		words = append(words, s[:n])
		s = s[n:]
		if single || s == "" || s[0] != '+' {
			return words, s, true
		}
		s = s[1:]
	}
}

func skipToSeparator(s string) string {
	for s != "" && !isCipherSeparator(s[0]) {
		s = s[1:]
	}
	return s
}

// command carries out what stands behind an @.
func (p *cipherParser) command(word string) bool {
	if word == "STRENGTH" {
		p.list = sortByStrength(p.list, p.version)
		return true
	}
	level, ok := strings.CutPrefix(word, "SECLEVEL=")
	if !ok || len(level) != 1 || level[0] < '0' || level[0] > '5' {
		return false
	}
	p.out.secLevel = int(level[0] - '0')
	return true
}

// remember notes what a word adds, for the report of what can't be had.
func (p *cipherParser) remember(text string, match func(*cipherEntry) bool) {
	w := cipherWord{text: text}
	for i := range p.list {
		if match(&p.list[i]) {
			w.ids = append(w.ids, p.list[i].ID)
		}
	}
	p.out.words = append(p.out.words, w)
}
