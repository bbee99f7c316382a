// Package bridgelog reads the log of the bridge: a line of JSON for each process,
// with the calls that it made and who answered them.
package bridgelog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Calls counts calls by function: answered by Go; passed on to PHP; and of
// these, those that opened or used a network stream.
type Calls struct {
	Go      map[string]int `json:"go"`
	PHP     map[string]int `json:"php"`
	Network map[string]int `json:"php_network"`
}

// Read adds up what the processes wrote. A file that isn't there has none: plain
// PHP writes nothing, and a process does so when it ends.
func Read(file string) (Calls, error) {
	sum := Calls{map[string]int{}, map[string]int{}, map[string]int{}}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return sum, nil
	} else if err != nil {
		return sum, err
	}
	for line := range strings.Lines(string(text)) {
		var c Calls
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			return sum, fmt.Errorf("the bridge's log %s: %w in %q", file, err, line)
		}
		add(sum.Go, c.Go)
		add(sum.PHP, c.PHP)
		add(sum.Network, c.Network)
	}
	return sum, nil
}

func add(sum, more map[string]int) {
	for name, n := range more {
		sum[name] += n
	}
}

// ByGo is the number of calls that Go answered.
func (c Calls) ByGo() int {
	n := 0
	for _, of := range c.Go {
		n += of
	}
	return n
}

// URLs is the name under which openings of URLs are counted, whatever opens them.
const URLs = "url"

// Paths is the name under which what is done with URLs' paths is counted: deleting,
// renaming, what there is to know of a file.
const Paths = "path"

// Openers are the functions of the library that make network streams.
var Openers = []string{"fsockopen", "pfsockopen", "stream_socket_client",
	"stream_socket_server", "stream_socket_accept", "stream_socket_pair", URLs}

// Opened is the number of calls of these that Go answered, and of what it did with
// paths, each over a connection of its own.
func (c Calls) Opened() int {
	n := c.Go[Paths]
	for _, name := range Openers {
		n += c.Go[name]
	}
	return n
}
