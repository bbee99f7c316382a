package scenario

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// World is the surroundings of one run: its peers, its scratch directory,
// and what the placeholders stand for.
type World struct {
	Tmp     string
	certs   *Certs
	mu      sync.Mutex // guards peers while they are being started
	peers   []*running
	refused *refusedPort
	known   map[string]string // what the program has told with known(NAME, VALUE)
}

// NewWorld starts a scenario's peers. Everything that PHP reads is below
// /tmp, which the folders of the other PHPs share.
func NewWorld(s *Scenario, certs *Certs) (*World, error) {
	tmp, err := os.MkdirTemp("/tmp", "scenario")
	if err != nil {
		return nil, err
	}
	w := &World{Tmp: tmp, certs: certs}
	if err := os.Chmod(tmp, 0o777); err != nil {
		return nil, err
	}
	if strings.Contains(s.Calls, "{{REFUSED}}") {
		if w.refused, err = newRefusedPort(); err != nil {
			w.Close()
			return nil, err
		}
	}
	for _, p := range s.Peers {
		r, err := startPeer(w, p)
		if err != nil {
			w.Close()
			return nil, err
		}
		w.mu.Lock()
		w.peers = append(w.peers, r)
		w.mu.Unlock()
	}
	return w, nil
}

// peer finds a peer by its name, for the script of another.
func (w *World) peer(name string) (*running, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.peers {
		if p.Name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no peer %q", name)
}

// Close ends the peers and returns what they hold against the run.
func (w *World) Close() error {
	var err error
	for _, p := range w.peers {
		p.stop()
		if p.failure != nil {
			err = p.failure
		}
	}
	if w.refused != nil {
		w.refused.close()
	}
	if e := w.readKnown(); err == nil {
		err = e
	}
	os.RemoveAll(w.Tmp)
	return err
}

var knownName = regexp.MustCompile(`^[A-Z][A-Z0-9]*$`)

// readKnown reads what the program has told.
func (w *World) readKnown() error {
	const prefix = "known-"
	files, err := filepath.Glob(filepath.Join(w.Tmp, prefix+"*"))
	if err != nil {
		return err
	}
	w.known = map[string]string{}
	for _, file := range files {
		name := strings.TrimPrefix(filepath.Base(file), prefix)
		if _, err := w.value(name); err == nil || !knownName.MatchString(name) {
			return fmt.Errorf("{{%s}} can't stand for what the program knows", name)
		}
		value, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		w.known[name] = string(value)
	}
	return nil
}

// value answers a placeholder. Known before a run:
//
//	{{ADDR}} {{PORT}} {{SOCK}}   the main peer's host:port, its port, its path
//	{{PEER:name}} {{PORT:name}}  another peer's
//	{{REFUSED}}                  a port of 127.0.0.1 that refuses
//	{{DIR}} {{TMP}}              the certificates; the run's own scratch directory
//	{{SHA1:cert}} {{SHA256:cert}}  a fingerprint in hex
func (w *World) value(name string) (string, error) {
	kind, arg, _ := strings.Cut(name, ":")
	switch kind {
	case "ADDR", "SOCK", "PEER", "PORT":
		for _, p := range w.peers {
			if p.Name == arg && !p.Client {
				if kind == "PORT" {
					return p.addr[strings.LastIndexByte(p.addr, ':')+1:], nil
				}
				return p.addr, nil
			}
		}
	case "REFUSED":
		if w.refused != nil {
			return strconv.Itoa(w.refused.port), nil
		}
	case "DIR":
		return w.certs.Dir, nil
	case "TMP":
		return w.Tmp, nil
	case "SHA1", "SHA256":
		return w.certs.fingerprint(kind, arg)
	}
	return "", fmt.Errorf("no value for {{%s}}", name)
}

// Expand puts the run's values in.
func (w *World) Expand(text string) (string, error) {
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(h string) string {
		v, err := w.value(h[2 : len(h)-2])
		if err != nil {
			failed = err
		}
		return v
	})
	return out, failed
}

// Collapse replaces the run's values by their placeholders, the longest
// first. Ports count only as whole numbers. {{CLIENT}} and {{CLIENTPORT}} are
// the other end of the main peer's first connection, {{CLIENT2}} of the
// second, {{CLIENT:name}} of another peer's first. What the program has told by
// known("NAME", "127.0.0.1:1234") is {{NAME}}, and its port {{NAMEPORT}}.
func (w *World) Collapse(text string) string {
	type pair struct{ value, holder string }
	pairs := []pair{{w.certs.Dir, "{{DIR}}"}, {w.Tmp, "{{TMP}}"}}
	number := func(value, holder string) {
		if value != "" {
			pairs = append(pairs, pair{value, holder})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.known)) {
		value := w.known[name]
		number(value, "{{"+name+"}}")
		if _, port, err := net.SplitHostPort(value); err == nil {
			number(port, "{{"+name+"PORT}}")
		}
	}
	for _, p := range w.peers {
		suffix := ""
		addr := "{{ADDR}}"
		if p.Name != "" {
			suffix, addr = ":"+p.Name, "{{PEER:"+p.Name+"}}"
		}
		if p.Client {
			// It has no address of its own, only those of its connections.
		} else if strings.HasPrefix(p.addr, "/") {
			if p.Name == "" {
				addr = "{{SOCK}}"
			}
			number(p.addr, addr)
		} else {
			number(p.addr, addr)
			number(p.addr[strings.LastIndexByte(p.addr, ':')+1:], "{{PORT"+suffix+"}}")
		}
		p.mu.Lock()
		for i, c := range p.clients {
			n := ""
			if i > 0 {
				n = strconv.Itoa(i + 1)
			}
			if i := strings.LastIndexByte(c, ':'); i > 0 {
				number(c, "{{CLIENT"+n+suffix+"}}")
				number(c[i+1:], "{{CLIENTPORT"+n+suffix+"}}")
			}
		}
		p.mu.Unlock()
	}
	if w.refused != nil {
		number(strconv.Itoa(w.refused.port), "{{REFUSED}}")
	}
	for _, hash := range []string{"SHA1", "SHA256"} {
		for name := range w.certs.byID {
			if v, err := w.certs.fingerprint(hash, name); err == nil && strings.Contains(text, v) {
				pairs = append(pairs, pair{v, "{{" + hash + ":" + name + "}}"})
			}
		}
	}
	sort.SliceStable(pairs, func(i, j int) bool { return len(pairs[i].value) > len(pairs[j].value) })
	for _, p := range pairs {
		if _, err := strconv.Atoi(p.value); err == nil {
			number := regexp.MustCompile(`(^|[^0-9A-Za-z])` + p.value + `([^0-9]|$)`)
			text = number.ReplaceAllString(text, "${1}"+p.holder+"${2}")
		} else {
			text = strings.ReplaceAll(text, p.value, p.holder)
		}
	}
	return text
}

// Wire returns what the peers saw, as answers, with their bytes in the form that
// quote gives them. Call it after Close.
func (w *World) Wire(quote func(string) string) []Field {
	var out []Field
	for _, p := range w.peers {
		if p.Quiet {
			continue
		}
		name := p.Name
		if name == "" {
			name = "main"
		}
		for i, log := range p.logs {
			out = append(out, Field{Name: fmt.Sprintf("wire %s/%d", name, i+1), Value: log.show(quote)})
		}
	}
	return out
}
