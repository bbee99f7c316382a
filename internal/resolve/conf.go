package resolve

import (
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// The C library's limits and defaults for resolv.conf.
const (
	systemConf  = "/etc/resolv.conf"
	maxServers  = 3
	maxNdots    = 15
	maxTimeout  = 30
	maxAttempts = 5
)

// conf is what resolv.conf says.
type conf struct {
	servers    []netip.AddrPort
	searchList []string
	ndots      int
	timeout    time.Duration
	attempts   int
	rotate     bool
	useTCP     bool
	noTLDQuery bool
	named      bool // the file named a server
}

// conf reads the configuration. A file that is missing or names no server
// means the one on this machine, as the C library has it.
func (r *Resolver) conf() conf {
	path, port := r.ConfPath, r.Port
	if path == "" {
		path = systemConf
	}
	if port == 0 {
		port = 53
	}
	text, _ := os.ReadFile(path)
	c := parseConf(string(text), port)
	c.named = len(c.servers) > 0
	if !c.named {
		c.servers = []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)}
	}
	if c.searchList == nil {
		c.searchList = hostDomain()
	}
	return c
}

// hostDomain is the search list of a machine whose configuration has none.
func hostDomain() []string {
	name, _ := os.Hostname()
	if _, domain, ok := strings.Cut(name, "."); ok && domain != "" {
		return []string{domain}
	}
	return []string{}
}

func parseConf(text string, port uint16) conf {
	c := conf{ndots: 1, timeout: 5 * time.Second, attempts: 2}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 2 || !strings.HasPrefix(line, words[0]) {
			continue // the C library wants the word at the start of the line
		}
		switch words[0] {
		case "nameserver":
			if addr, ok := parseNumeric(words[1]); ok && len(c.servers) < maxServers {
				c.servers = append(c.servers, netip.AddrPortFrom(addr, port))
			}
		case "domain":
			c.searchList = words[1:2]
		case "search":
			c.searchList = words[1:]
		case "options":
			for _, o := range words[1:] {
				c.option(o)
			}
		}
	}
	return c
}

func (c *conf) option(word string) {
	name, value, _ := strings.Cut(word, ":")
	number := func(limit int) int {
		n, _ := strconv.Atoi(value)
		return min(max(n, 0), limit)
	}
	switch name {
	case "ndots":
		c.ndots = number(maxNdots)
	case "timeout":
		c.timeout = time.Duration(number(maxTimeout)) * time.Second
	case "attempts":
		c.attempts = number(maxAttempts)
	case "rotate":
		c.rotate = true
	case "use-vc":
		c.useTCP = true
	case "no-tld-query":
		c.noTLDQuery = true
	}
}
