// Package phpfacts holds what is known about PHP and the C libraries under it
// as tables, one fact a row: error texts, and what differs between versions.
// It is pure: it opens nothing, and imports nothing else of this module.
package phpfacts

// A Version is one recorded generation of PHP. Rows of a table name the
// version that they hold for; versions are ordered, older first.
type Version int

const (
	// PHP5 is PHP 5.6 as its manual describes it; it is not recorded.
	PHP5 Version = iota
	// PHP74 is PHP 7.4 with OpenSSL 1.1.1 (Debian bullseye).
	PHP74
	// PHP82 is PHP 8.2 with OpenSSL 3.0 (Debian bookworm).
	PHP82
	// PHP84 is PHP 8.4 with OpenSSL 3.5 (Debian trixie).
	PHP84
)

var versionNames = [...]string{PHP5: "5.6", PHP74: "7.4", PHP82: "8.2", PHP84: "8.4"}

// Versions lists all versions, oldest first.
func Versions() []Version { return []Version{PHP5, PHP74, PHP82, PHP84} }

// String returns the version's number as PHP prints it, without the patch
// level: "8.4". It returns "unknown" for a value that is no Version.
func (v Version) String() string {
	if v < 0 || int(v) >= len(versionNames) {
		return "unknown"
	}
	return versionNames[v]
}
