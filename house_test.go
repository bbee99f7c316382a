package phpstream_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/phpstream-go/phpstream"

// mayImport is the one direction of imports: each package, and which packages
// of this module it may reach.
var mayImport = map[string][]string{
	"":                    {"internal/secure", "internal/wire", "internal/resolve", "internal/x509text", "internal/httpwire", "internal/ftpwire", "internal/localfile", "internal/target", "internal/phpfacts", "internal/phpvalue", "internal/x509name", "internal/assoc", "internal/digest", "internal/filter", "internal/idle"},
	"/internal/secure":    {"internal/wire", "internal/phpfacts", "internal/phpvalue", "internal/x509name", "internal/digest", "internal/assoc"},
	"/internal/httpwire":  {"internal/target", "internal/phpfacts", "internal/phpvalue"},
	"/internal/ftpwire":   {"internal/phpfacts", "internal/phpvalue"},
	"/internal/localfile": {},
	"/internal/wire":      {},
	"/internal/filter":    {"internal/phpfacts", "internal/phpvalue", "internal/assoc"},
	"/internal/resolve":   {"internal/target", "internal/phpfacts", "internal/phpvalue", "internal/assoc"},
	"/internal/x509text":  {"internal/digest", "internal/x509name", "internal/phpvalue", "internal/phpfacts", "internal/assoc"},
	"/internal/x509name":  {},
	"/internal/digest":    {"internal/phpfacts"},
	"/internal/assoc":     {},
	"/internal/idle":      {},
	"/internal/target":    {"internal/phpfacts", "internal/phpvalue"},
	"/internal/phpvalue":  {"internal/phpfacts"},
	"/internal/phpfacts":  {},
}

// mayLink are the modules that a program which imports the library links.
var mayLink = []string{
	"golang.org/x/sys/",
	"github.com/youmark/pkcs8", "golang.org/x/crypto/pbkdf2", "golang.org/x/crypto/scrypt",
}

func TestImportsGoOneWay(t *testing.T) {
	for pkg, allowed := range mayImport {
		for dep := range strings.FieldsSeq(goList(t, module+pkg)) {
			inside, isOurs := strings.CutPrefix(dep, module+"/")
			switch {
			case dep == module+pkg:
			case isOurs:
				if !slices.Contains(allowed, inside) {
					t.Errorf("%s reaches %s", module+pkg, inside)
				}
			case strings.Contains(strings.Split(dep, "/")[0], ".") && !strings.HasPrefix(dep, "vendor/"):
				if !slices.ContainsFunc(mayLink, func(p string) bool { return strings.HasPrefix(dep, p) }) {
					t.Errorf("%s links %s", module+pkg, dep)
				}
			}
		}
	}
}

// TestOnlyPhphttpLinksNetHTTP: a program that sends a mail has no net/http in it.
func TestOnlyPhphttpLinksNetHTTP(t *testing.T) {
	for pkg, links := range map[string]bool{"": false, "/phphttp": true} {
		deps := strings.Fields(goList(t, module+pkg))
		if got := slices.Contains(deps, "net/http"); got != links {
			t.Errorf("%s links net/http: %v", module+pkg, got)
		}
		for _, dep := range deps {
			inside, isOurs := strings.CutPrefix(dep, module+"/")
			if isOurs && dep != module+pkg && !slices.Contains(mayImport[""], inside) {
				t.Errorf("%s reaches %s", module+pkg, inside)
			}
		}
	}
}

func goList(t *testing.T, pkg string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	return string(out)
}
