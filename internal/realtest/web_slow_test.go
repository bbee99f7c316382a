package realtest

import (
	"testing"

	. "github.com/phpstream-go/phpstream"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

// TestSlowAnswer asks by TLS 1.3 for what takes longer than the timeout. PHP 7.4
// may wait for it all the same, by chance: it looks whether the server has gone by
// reading what comes behind the server's session tickets, without a bound.
func TestSlowAnswer(t *testing.T) {
	w := startWeb(t)
	slow := webCase{on: "PROXIED", path: "/slow", http: map[string]any{"timeout": 0.2}, refused: "HTTP request failed!"}
	v := slow.visits(w)[0]
	for version, profile := range profiles {
		slow.check(t, "phpstream as PHP "+version, version, v.here(NewRuntime(profile)), "")
	}
	for _, php := range phptest.All(t) {
		if php.Version != "7.4" {
			slow.check(t, "PHP "+php.Version, php.Version, v.inPHP(t, php), "")
		}
	}
	patient := webCase{on: "PROXIED", path: "/slow", says: "^at last\n$"}
	a := patient.visits(w)[0].here(NewRuntime())
	if patient.check(t, "phpstream with more patience", "8.4", a, ""); a.Protocol != "TLSv1.3" {
		t.Errorf("it was %s", a.Protocol)
	}
}
