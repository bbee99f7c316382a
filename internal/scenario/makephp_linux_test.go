package scenario

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// makePHPTest runs make-php where nothing can be lost: with mounts and a /tmp
// of its own. Its folders have that /tmp mounted inside, as the real ones have.
const makePHPTest = `set -u
export PHPSTREAM_PHPS="$2/two words/phps"
mkdir -p "$PHPSTREAM_PHPS/8.4/tmp" "$PHPSTREAM_PHPS/8.4/proc" "$PHPSTREAM_PHPS/7.4/tmp" "$PHPSTREAM_PHPS/mine"
cp "$1" "$2/make-php"
mount -t tmpfs none /tmp
mount -t tmpfs none /etc/apt
touch /tmp/dear "$PHPSTREAM_PHPS/8.4.log"
mount --bind /tmp "$PHPSTREAM_PHPS/8.4/tmp"
mount -t proc none "$PHPSTREAM_PHPS/8.4/proc"
mount --bind /tmp "$PHPSTREAM_PHPS/7.4/tmp"
try() {
	echo "- $*"
	sh "$2/make-php" ${3-} 2>&1 | sed "s,$PHPSTREAM_PHPS,PHPS,g; /^umount:/d"
	ls -d /tmp/dear "$PHPSTREAM_PHPS"/* "$PHPSTREAM_PHPS/8.4/tmp/dear" 2>/dev/null | sed "s,$PHPSTREAM_PHPS,PHPS,"
}
try "no source of packages" "$2"
exec 9<"$PHPSTREAM_PHPS/8.4/tmp/dear"
try "in use" "$2" --clean
exec 9<&-
try "not in use" "$2" --clean
try "nothing there" "$2" --clean
ln -s "$PHPSTREAM_PHPS/mine" "$PHPSTREAM_PHPS/7.4"
try "a link" "$2" --clean
rm "$PHPSTREAM_PHPS/7.4"
rmdir "$PHPSTREAM_PHPS/mine"
try "empty" "$2" --clean
ls -d "$PHPSTREAM_PHPS" 2>/dev/null
exit 0
`

const makePHPAnswers = `- no source of packages DIR
PHP 8.4 can't be made: no source of Debian's packages is in /etc/apt
/tmp/dear
PHPS/7.4
PHPS/8.4
PHPS/8.4.log
PHPS/8.4/tmp/dear
PHPS/mine
- in use DIR --clean
PHPS/8.4 stays: it still has mounted inside: PHPS/8.4/tmp
/tmp/dear
PHPS/7.4
PHPS/8.4
PHPS/8.4.log
PHPS/8.4/tmp/dear
PHPS/mine
- not in use DIR --clean
/tmp/dear
PHPS/mine
- nothing there DIR --clean
/tmp/dear
PHPS/mine
- a link DIR --clean
PHPS/7.4 is a link to somewhere else: it is left alone
/tmp/dear
PHPS/7.4
PHPS/mine
- empty DIR --clean
/tmp/dear
`

// TestMakePHPCleans: make-php says why it can't make a PHP, and --clean never
// removes what is mounted in a folder.
func TestMakePHPCleans(t *testing.T) {
	if os.Getuid() != 0 {
		if os.Getenv("REQUIRE_PHP") == "1" {
			t.Fatal("this has to be root")
		}
		t.Skip("only root can mount")
	}
	script, err := filepath.Abs("../../testdata/compat/make-php")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/var/tmp", "make-php") // /tmp is hidden there
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", "--mount", "--propagation", "private", "sh", "-c", makePHPTest, "sh", script, dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%v: %s", err, stderr.Bytes())
	}
	if got := strings.ReplaceAll(string(out), dir, "DIR"); got != makePHPAnswers {
		t.Errorf("it answered\n%s\nwant\n%s", got, makePHPAnswers)
	}
}
