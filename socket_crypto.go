package phpstream

import "github.com/phpstream-go/phpstream/internal/secure"

// prepared is the TLS connection that was set up, in whatever state.
func (k *socket) prepared() *secure.Conn { return k.tls.Load() }

// inHandshake tells whether a handshake is under way in the background, or over
// but not yet asked for.
func (k *socket) inHandshake() bool {
	t := k.prepared()
	if t == nil || k.crypto.Load() != nil || k.spent.Load() {
		return false
	}
	under, over := t.InFlight()
	return under || over && !k.refuse.Load()
}

// keepReceived leaves what a failed handshake has received, and not looked at,
// to whoever reads the stream in clear: in PHP it is still in the socket.
func (k *socket) keepReceived(t *secure.Conn) {
	if under, _ := t.InFlight(); !under {
		k.clear = append(k.clear, t.Received()...)
	}
}

// stopCrypto goes back to clear, having told the peer.
func (k *socket) stopCrypto(t *secure.Conn) {
	if k.crypto.CompareAndSwap(t, nil) {
		t.CloseNotify()
		k.clear = t.Received()
		k.spent.Store(true)
	}
}
