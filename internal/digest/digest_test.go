package digest

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
)

func TestNew(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"md5", "900150983cd24fb0d6963f7d28e17f72"},
		{"SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"sha1\x00x", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"RSA-SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"sha512-224", "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"},
		{"sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"},
		{"md5-sha1", "900150983cd24fb0d6963f7d28e17f72a9993e364706816aba3e25717850c26c9cd0d89d"},
	} {
		h, ok := New(phpfacts.PHP74, tt.name)
		if !ok {
			t.Errorf("%s is unknown", tt.name)
			continue
		}
		h.Write([]byte("x"))
		h.Reset()
		h.Write([]byte("abc"))
		if got := hex.EncodeToString(h.Sum(nil)); got != tt.want || h.Size()*2 != len(tt.want) {
			t.Errorf("%s: %s of size %d, want %s", tt.name, got, h.Size(), tt.want)
		}
	}
}

func TestUnknown(t *testing.T) {
	for _, name := range []string{"", "foo", "sha", "SHA512/256", "ecdsa-with-SHA256", "md2", "null"} {
		if _, ok := New(phpfacts.PHP84, name); ok {
			t.Errorf("%q is known", name)
		}
	}
	for _, name := range []string{"SHA-256", "SHA2-256", "2.16.840.1.101.3.4.2.1"} {
		if _, ok := New(phpfacts.PHP74, name); ok {
			t.Errorf("%q is known to OpenSSL 1.1.1", name)
		}
		if _, ok := New(phpfacts.PHP82, name); !ok {
			t.Errorf("%q is unknown to OpenSSL 3", name)
		}
	}
}

// TestDigestsOfOpenSSLAlone: what PHP has and this package hasn't.
func TestDigestsOfOpenSSLAlone(t *testing.T) {
	names := []string{"blake2b512", "blake2s256", "md4", "ripemd160", "shake128", "shake256", "sm3", "whirlpool"}
	for _, name := range names {
		for _, v := range phpfacts.Versions() {
			if _, ok := New(v, name); ok {
				t.Errorf("PHP %v: %q is known", v, name)
			}
		}
	}
	for _, php := range phptest.Installed(t) {
		theirs := strings.Fields(php.Run(t, `<?php echo implode("\n", openssl_get_md_methods(true));`))
		for _, name := range names {
			if !slices.Contains(theirs, name) {
				t.Errorf("PHP %s doesn't know %s either", php.Version, name)
			}
		}
	}
}
