package scenario

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/phpstream-go/phpstream/phpcall"
)

// helpers are the functions of scripts whose own answers are of no interest:
// the driver's, and some of PHP's that make values. A statement that calls
// nothing else isn't recorded.
var helpers = map[string]bool{
	"mark": true, "wait_mark": true, "handler_returns": true, "handler_push": true,
	"usleep": true, "str_repeat": true, "strlen": true, "substr": true, "count": true,
	"array_keys": true, "sha1": true, "is_string": true, "peer_connect": true, "known": true,
	"plan": true,
}

// recordedHelpers are those whose answers are recorded: last_message, which is
// error_get_last()["message"] or null, filter_log and wrapper_log, what the script's
// filters and wrappers were called with, notify_log, what the callback "hears" of a
// context was called with, fstat_size, which is fstat()["size"] or null, and ob_start and ob_get_clean: [ob_start(), readfile($name),
// ob_get_clean()] shows what is put out.
var recordedHelpers = map[string]bool{
	"last_message": true, "filter_log": true, "wrapper_log": true, "notify_log": true,
	"fstat_size": true, "ob_start": true, "ob_get_clean": true,
}

// recorded says whether a statement's answer is part of the recording.
func recorded(x Expr) bool {
	for _, c := range calls(x) {
		if !helpers[c.Name] {
			return true
		}
	}
	return false
}

func (in *interpreter) helper(name string, args []phpcall.Value) (phpcall.Value, error) {
	text := func(i int) string { s, _ := args[i].(string); return s }
	number := func(i int) int { n, _ := args[i].(int64); return int(n) }
	switch name {
	case "filter_log":
		return taken(&in.filterLog), nil
	case "wrapper_log":
		return taken(&in.shelves.log), nil
	case "notify_log":
		return taken(&in.heard), nil
	case "fstat_size":
		r := phpcall.Call(in.rt, "fstat", args)
		if r.Thrown != nil {
			return nil, thrown{r.Thrown}
		}
		if a, ok := r.Value.(*phpcall.Array); ok {
			size, _ := a.Get("size")
			return size, nil
		}
	case "ob_start":
		in.printed.Reset()
		in.rt.SetOutput(&in.printed)
		return true, nil
	case "ob_get_clean":
		in.rt.SetOutput(nil)
		return in.printed.String(), nil
	case "last_message":
		if a, ok := phpcall.Call(in.rt, "error_get_last", nil).Value.(*phpcall.Array); ok {
			message, _ := a.Get("message")
			return message, nil
		}
	case "usleep":
		time.Sleep(in.patience * time.Duration(number(0)) * time.Microsecond)
	case "str_repeat":
		return strings.Repeat(text(0), number(1)), nil
	case "strlen":
		return int64(len(text(0))), nil
	case "is_string":
		_, is := args[0].(string)
		return is, nil
	case "sha1":
		sum := sha1.Sum([]byte(text(0)))
		return hex.EncodeToString(sum[:]), nil
	case "substr":
		s := text(0)
		return s[min(number(1), len(s)):min(number(1)+number(2), len(s))], nil
	case "count":
		a, _ := args[0].(*phpcall.Array)
		return int64(a.Len()), nil
	case "array_keys":
		a, _ := args[0].(*phpcall.Array)
		keys := &phpcall.Array{}
		for k := range a.All() {
			keys.Append(k)
		}
		return keys, nil
	case "mark":
		return nil, os.WriteFile(filepath.Join(in.world.Tmp, "mark-"+text(0)), nil, 0o666)
	case "wait_mark":
		return nil, in.awaitFile("mark-" + text(0))
	case "peer_connect":
		in.connects++
		name := fmt.Sprintf("%s-%d", text(0), in.connects)
		if err := in.writeFile("connect-"+name, text(1)); err != nil {
			return nil, err
		}
		return nil, in.awaitFile("connected-" + name)
	case "known":
		if value, ok := args[1].(string); ok {
			return value, in.writeFile("known-"+text(0), value)
		}
		return args[1], nil
	case "plan":
		answers, _ := args[1].(*phpcall.Array)
		in.plans.set(text(0), answers)
	case "handler_returns":
		in.handled, _ = args[0].(bool)
	case "handler_push":
		in.rt.SetErrorHandler(in.handler(text(0)))
	}
	return nil, nil
}

// writeFile and awaitFile are how a program and its peers talk to each other.
func (in *interpreter) writeFile(name, text string) error {
	part := filepath.Join(in.world.Tmp, "part")
	if err := os.WriteFile(part, []byte(text), 0o666); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(in.world.Tmp, name))
}

func (in *interpreter) awaitFile(name string) error {
	path := filepath.Join(in.world.Tmp, name)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
	}
	return fmt.Errorf("the peer never came to %s", name)
}
