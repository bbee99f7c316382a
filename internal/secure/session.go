package secure

import (
	"crypto/tls"
	"fmt"
	"sync"
)

// sessionBox is crypto/tls's cache of sessions for one connection of a client:
// it hands out the session that is to be taken up, and keeps the newest that the
// server gave.
type sessionBox struct {
	mu      sync.Mutex
	offered *tls.ClientSessionState
	given   *tls.ClientSessionState
}

func (b *sessionBox) Get(string) (*tls.ClientSessionState, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.offered, b.offered != nil
}

func (b *sessionBox) Put(_ string, session *tls.ClientSessionState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if session != nil {
		b.given = session
	}
}

func (b *sessionBox) newest() *tls.ClientSessionState {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.given != nil {
		return b.given
	}
	return b.offered
}

// TakeUp has the handshake that is to come go on with another connection's
// session, where the server agrees. It answers false where that must not be: the
// session holds what was found out about the peer under the other policy, and
// what the peer was told of this side. A session that does not exist (yet) is
// none.
//
// The peer's certificate, which is in the session, is checked again in any case.
func (c *Conn) TakeUp(from *Conn) bool {
	if c.feed.server || from.feed.server {
		return true // a server's own affair: its tickets are with the clients
	}
	if c.policy.sessionKey() != from.policy.sessionKey() {
		return false
	}
	session := from.session.newest()
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	c.session.offered = session
	return true
}

// sessionKey tells apart policies of clients that must not share sessions.
func (p *Policy) sessionKey() string {
	return fmt.Sprintf("%v %v %v\n%s %s", p.version, p.protocols, p.level, identity(p.local), p.trustKey())
}
