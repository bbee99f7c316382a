package phpstream_test

import (
	"os"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/scenario"
)

// writeManifest names the PHPs of a recording. A recording from other ones
// than before must be of everything.
func writeManifest(t *testing.T, phps map[string]*scenario.PHP, everything bool) {
	text, err := os.ReadFile(compatManifest)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	manifest, err := scenario.ParseManifest(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for version, php := range phps {
		identity, err := php.Identity()
		if err != nil {
			t.Fatal(err)
		}
		if manifest[version] != identity && !everything {
			t.Errorf("this is %s, and the rest was recorded from %s: record everything", identity, manifest[version])
			continue
		}
		manifest[version] = identity
	}
	if err := os.WriteFile(compatManifest, []byte(manifest.Text()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCompatManifest holds that each version's recording names its PHP.
func TestCompatManifest(t *testing.T) {
	text, err := os.ReadFile(compatManifest)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := scenario.ParseManifest(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range scenario.Versions {
		if !strings.HasPrefix(manifest[version], "PHP "+version+".") || !strings.Contains(manifest[version], "; glibc ") {
			t.Errorf("%s: PHP %s was recorded from %q", compatManifest, version, manifest[version])
		}
	}
}
