package realtest

import (
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	. "github.com/phpstream-go/phpstream"
)

// most is how much more memory a transfer may take than there was before.
const most = 16 << 20

// TestWebLarge reads 50 MB of each server, by pieces and into a file. None of it
// stays in memory.
func TestWebLarge(t *testing.T) {
	w := startWeb(t)
	want := fmt.Sprintf("%x", sha1.Sum(noise(largeSize)))
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, server := range []string{"NGINX", "SECURE", "OLD", "PHP", "PROXIED"} {
		t.Run(server, func(t *testing.T) {
			rt := NewRuntime(PHP84)
			rt.SetErrorHandler(func(_ ErrorLevel, text, _ string, _ int) bool {
				t.Error(text)
				return true
			})
			runtime.GC()
			before, highest := heap(), uint64(0)
			told, next := 0, 0
			ctx := rt.StreamContextCreate(w.files.options(nil), Params{"notification": func(code NotifyCode, _ NotifySeverity, _ string, _, done, size int) {
				if code != STREAM_NOTIFY_PROGRESS || done < next {
					return
				}
				next += 1 << 20
				told++
				highest = max(highest, heap())
				if size != largeSize {
					t.Errorf("progress: %d of %d", done, size)
				}
			}})
			check := func(how, sum string) {
				t.Helper()
				if sum != want {
					t.Errorf("%s: it is not what the server has", how)
				}
				if told < largeSize>>20 || highest > before+most {
					t.Errorf("%s: looked %d times, %d bytes of memory and then %d", how, told, before, highest)
				}
				told, next, highest = 0, 0, 0
			}

			fp := rt.Fopen(w.bases.Replace(server+"/large.bin"), "r", ctx)
			hash := sha1.New()
			for !Feof(fp) {
				data, ok := Fread(fp, 65536)
				if !ok {
					break
				}
				hash.Write([]byte(data))
			}
			Fclose(fp)
			check("by pieces", fmt.Sprintf("%x", hash.Sum(nil)))

			path := filepath.Join(t.TempDir(), "large")
			from, to := rt.Fopen(w.bases.Replace(server+"/large.bin"), "r", ctx), rt.Fopen(path, "w")
			n, ok := StreamCopyToStream(from, to)
			if Fclose(from); !ok || n != largeSize || !Fclose(to) {
				t.Errorf("copied: %d, %v", n, ok)
			}
			data, err := os.ReadFile(path)
			must(t, err)
			check("into a file", fmt.Sprintf("%x", sha1.Sum(data)))
		})
	}
}
