package phpext

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

const module = "github.com/phpstream-go/phpstream"

// tag is the build tag of package bridge.
const tag = "phpbridge"

// moduleRoot is the folder of this module's sources: those that the program
// was built from, or else what the go command knows by the module's name.
func moduleRoot(ctx context.Context) (string, error) {
	// A program built with -trimpath knows no absolute path of its sources.
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		root := filepath.Dir(filepath.Dir(filepath.Dir(file)))
		if isModule(root) {
			return root, nil
		}
	}
	name := module
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == module && info.Main.Sum != "" {
		name += "@" + info.Main.Version // it was built by "go install", from the module cache
	}
	root, err := goOutput(exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", name))
	if errors.Is(err, ErrMissing) || ctx.Err() != nil {
		return "", err
	}
	if root = strings.TrimSpace(root); err != nil || !isModule(root) {
		return "", missing("the sources of " + name + " are not on this machine: run this in a clone of it")
	}
	return root, nil
}

func isModule(root string) bool {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	return err == nil && strings.Contains(string(text)+"\n", "module "+module+"\n")
}

// goOutput runs the go command.
func goOutput(cmd *exec.Cmd) (string, error) {
	out, err := output(cmd)
	if errors.Is(err, exec.ErrNotFound) {
		err = missing("the go command is not on the PATH: install Go 1.26 or newer")
	}
	return out, err
}

// golang is the Go that builds, and what of the environment it builds with.
type golang struct{ settings map[string]string }

func askGo(ctx context.Context, root string) (golang, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "-json",
		"GOVERSION", "GOOS", "GOARCH", "GOFLAGS", "GOEXPERIMENT", "CC", "CGO_CFLAGS", "CGO_LDFLAGS")
	cmd.Dir = root
	out, err := goOutput(cmd)
	if err != nil {
		return golang{}, err
	}
	g := golang{}
	return g, json.Unmarshal([]byte(out), &g.settings)
}

func (g golang) String() string { return fmt.Sprint(g.settings) } // sorted by key

// compiler complains if there is no C compiler. CC may have arguments.
func (g golang) compiler() error {
	if words := strings.Fields(g.settings["CC"]); len(words) > 0 {
		if _, err := exec.LookPath(words[0]); err != nil {
			return missing(fmt.Sprintf("there is no C compiler (%s): install Debian's packages gcc and libc6-dev", words[0]))
		}
	}
	return nil
}

func (g golang) build(ctx context.Context, root, include, target string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildmode=c-shared", "-tags", tag, "-trimpath", "-buildvcs=false", "-o", target, "./bridge")
	cmd.Dir = root
	flags := g.settings["CGO_CFLAGS"]
	for _, sub := range []string{"", "main", "TSRM", "Zend", "ext"} {
		flags += fmt.Sprintf(" '-I%s'", filepath.Join(include, sub))
	}
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "CGO_CFLAGS="+flags)
	_, err := goOutput(cmd)
	if err != nil && strings.Contains(err.Error(), "stdlib.h: No such file") {
		return missing("the headers of C's library are missing: install Debian's package libc6-dev")
	}
	return err
}

// A listed package, as "go list" shows it.
type listed struct {
	ImportPath, Dir string
	Standard        bool
	Module          *struct {
		Path, Version string
		Main          bool
	}
	GoFiles, CgoFiles, CFiles, HFiles, SFiles, EmbedFiles []string
}

// hashSources is one hash of all that the bridge is made of.
func hashSources(ctx context.Context, root string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-tags", tag,
		"-json=ImportPath,Dir,Standard,Module,GoFiles,CgoFiles,CFiles,HFiles,SFiles,EmbedFiles", "./bridge")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := goOutput(cmd)
	if err != nil {
		return "", err
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	parts := []string{string(mod)}
	for list := json.NewDecoder(strings.NewReader(out)); ; {
		var p listed
		switch err := list.Decode(&p); {
		case err == io.EOF:
			return hash(parts...), nil
		case err != nil:
			return "", err
		case p.Standard || p.Module == nil:
			continue
		case !p.Module.Main:
			parts = append(parts, p.ImportPath, p.Module.Version)
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.CFiles, p.HFiles, p.SFiles, p.EmbedFiles) {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				return "", err
			}
			parts = append(parts, p.ImportPath, name, string(text))
		}
	}
}

// hash tells ["ab", "c"] from ["a", "bc"].
func hash(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d\n%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}
