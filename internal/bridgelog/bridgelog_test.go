package bridgelog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestProcessesAddUp(t *testing.T) {
	got, err := Read(write(t, `{"pid":1,"script":"a.php","go":{"fgets":2,"stream_socket_client":1},"php":{"fopen":1},"php_network":{}}
{"pid":2,"script":"w.php","go":{"fgets":1,"fsockopen":2},"php":{"fopen":1},"php_network":{"fopen":1}}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Calls{
		Go:      map[string]int{"fgets": 3, "stream_socket_client": 1, "fsockopen": 2},
		PHP:     map[string]int{"fopen": 2},
		Network: map[string]int{"fopen": 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.ByGo() != 6 || got.Opened() != 3 {
		t.Errorf("%d calls by Go, of which %d opened a stream", got.ByGo(), got.Opened())
	}
}

func TestWhatIsNoLog(t *testing.T) {
	if got, err := Read(filepath.Join(t.TempDir(), "none")); err != nil || got.ByGo() != 0 {
		t.Errorf("no file: %v, %v", got, err)
	}
	if _, err := Read(write(t, "{}\nmade by hand\n")); err == nil {
		t.Error("a line that is no JSON was read")
	}
}
