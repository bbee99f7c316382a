package secure

import (
	"crypto/tls"
	"fmt"
	"strings"
	"sync"
	"time"
)

// A server reads its options anew for each connection, as PHP does. What came of
// them is mostly what came of them before: then the configuration is that of
// before, too, which spares its making, and lets a client take up a session of
// an earlier connection. crypto/tls makes and changes the keys of the tickets.
//
// A ticket is only good for a policy that is the same in all that counts, and
// even then the client's certificate in it is checked again.
var (
	sharedMu sync.Mutex
	sharedBy = map[string]*sharedConfig{}
)

type sharedConfig struct {
	config *tls.Config
	policy *Policy // keeps alive what the key has the addresses of
	used   time.Time
}

const maxShared = 256

func (p *Policy) shared() *tls.Config {
	if p.chain != nil && p.chain.otherClock {
		return p.serverConfig()
	}
	key := p.key()
	sharedMu.Lock()
	defer sharedMu.Unlock()
	s := sharedBy[key]
	if s == nil {
		if len(sharedBy) >= maxShared {
			oldest := ""
			for k, s := range sharedBy {
				if oldest == "" || s.used.Before(sharedBy[oldest].used) {
					oldest = k
				}
			}
			delete(sharedBy, oldest)
		}
		s = &sharedConfig{config: p.serverConfig(), policy: p}
		sharedBy[key] = s
	}
	s.used = time.Now()
	return s.config
}

// key tells policies of servers apart. Certificates and files of authorities are
// told by their addresses, which their caches keep as long as the files don't
// change.
func (p *Policy) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v %v %v %q %v %v\n", p.version, p.protocols, p.suites, p.level, p.alpn, p.noTicket, p.server.clientsOrder)
	b.WriteString(identity(p.local))
	for _, h := range p.server.hosts {
		fmt.Fprintf(&b, " %q %s", h.name, identity(h.cert))
	}
	fmt.Fprintf(&b, "\n%v %p\n", p.server.requires, p.server.doomed)
	b.WriteString(p.trustKey())
	return b.String()
}

// trustKey tells apart what is asked of a peer's certificate.
func (p *Policy) trustKey() string {
	var b strings.Builder
	if c := p.chain; c != nil {
		fmt.Fprintf(&b, "%p %p %q %v %v %v", c.store.file, c.store.pool, c.store.dirs, c.level, c.depth, c.allowSelfSigned)
	}
	fmt.Fprintf(&b, "\n%v %q %v", p.server != nil && p.server.authorities != nil, fingerprintKey(p.fingerprint), p.name)
	if p.name != nil {
		fmt.Fprintf(&b, " %q %v", p.name.name, p.name.given)
	}
	return b.String()
}

func fingerprintKey(f *fingerprintCheck) string {
	if f == nil {
		return ""
	}
	return fmt.Sprintf("%+v", *f)
}

func identity(cert *tls.Certificate) string {
	if cert == nil {
		return "none"
	}
	return fmt.Sprintf("%p %d", cert.Leaf, len(cert.Certificate))
}
