package phpext

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// The versions of PHP whose API the bridge is written for.
const oldest, newest = "8.1", "8.5"

// patience bounds a call of PHP or php-config that only asks.
const patience = time.Minute

// An interpreter is an installed PHP.
type interpreter struct {
	path    string
	version string // "8.2.36"
	build   string // "API20220829,NTS": what an extension must have been built for
}

// short is the version that packages are named by: "8.2".
func (p interpreter) short() string {
	parts := strings.SplitN(p.version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// api is the number that PHP compares with that of an extension.
func (p interpreter) api() string { return strings.TrimPrefix(strings.Split(p.build, ",")[0], "API") }

var (
	versionLine = regexp.MustCompile(`(?m)^PHP Version => (\S+)`)
	buildLine   = regexp.MustCompile(`(?m)^PHP Extension Build => (\S+)`)
)

// ask finds the PHP of that name and lets it tell what it is.
func ask(ctx context.Context, name string) (interpreter, error) {
	if name == "" {
		name = "php"
	}
	path, err := exec.LookPath(name)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return interpreter{}, missing(name + " is not on the PATH: install Debian's package php-cli, or name a PHP with -php")
	case err != nil:
		return interpreter{}, missing(fmt.Sprintf("there is no PHP to run: %v", err))
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := output(exec.CommandContext(ctx, path, "-n", "-r", "phpinfo(INFO_GENERAL);"))
	version, build := versionLine.FindStringSubmatch(out), buildLine.FindStringSubmatch(out)
	if err != nil || version == nil || build == nil {
		return interpreter{}, fmt.Errorf("%s does not answer as PHP's command line does (%v)", path, err)
	}
	p := interpreter{path, version[1], build[1]}
	if p.short() < oldest || p.short() > newest {
		return p, missing(fmt.Sprintf("%s is PHP %s, and the bridge is for PHP %s to %s: install Debian's packages php8.2-cli and php8.2-dev, or name another PHP with -php",
			path, p.version, oldest, newest))
	}
	if strings.Contains(p.build, ",TS") {
		return p, missing(fmt.Sprintf("%s is a thread-safe build (ZTS), and the bridge is for the others (NTS): install Debian's packages php%s-cli and php%[2]s-dev",
			path, p.short()))
	}
	return p, nil
}

// A definition of the API's number in PHP's headers.
var apiDefinition = regexp.MustCompile(`(?m)^#\s*define\s+ZEND_MODULE_API_NO\s+(\d+)`)

// headers is the folder of the headers that belong to this PHP.
func (p interpreter) headers(ctx context.Context, o Options) (string, error) {
	install := fmt.Sprintf("install Debian's package php%s-dev", p.short())
	folder := o.Include
	if folder == "" {
		config, err := p.config(ctx, o.Config)
		if err != nil {
			return "", err
		}
		if config == "" {
			return "", missing(fmt.Sprintf("there is no php-config for PHP %s: %s, or name one with -php-config, or the folder of the headers with -include", p.version, install))
		}
		if folder, err = runConfig(ctx, config, "--include-dir"); err != nil {
			return "", err
		}
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(folder, "Zend", "zend_modules.h"))
	if err != nil {
		return "", missing(fmt.Sprintf("PHP's headers are not in %s: %s", folder, install))
	}
	if found := apiDefinition.FindSubmatch(text); found == nil || string(found[1]) != p.api() {
		return "", missing(fmt.Sprintf("the headers in %s are not those of %s, PHP %s (%s): %s, or name its own with -php-config or -include",
			folder, p.path, p.version, p.build, install))
	}
	return folder, nil
}

// config finds the php-config of this PHP: one of those beside it, or on PATH,
// that is of the same version. None is "".
func (p interpreter) config(ctx context.Context, named string) (string, error) {
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", missing(fmt.Sprintf("there is no php-config to run: %v", err))
		}
		return path, nil
	}
	paths := []string{p.path}
	if real, err := filepath.EvalSymlinks(p.path); err == nil {
		paths = append(paths, real)
	}
	var candidates []string
	for _, path := range paths {
		folder, base := filepath.Split(path)
		for _, name := range []string{strings.Replace(base, "php", "php-config", 1), "php-config" + p.short(), "php-config"} {
			candidates = append(candidates, filepath.Join(folder, name), name)
		}
	}
	for _, name := range candidates {
		path, err := exec.LookPath(name)
		if err != nil || !strings.Contains(filepath.Base(path), "php-config") {
			continue
		}
		version, err := runConfig(ctx, path, "--version")
		if err == nil && strings.HasPrefix(version, p.short()+".") {
			return path, nil
		}
	}
	return "", ctx.Err()
}

func runConfig(ctx context.Context, config, flag string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := output(exec.CommandContext(ctx, config, flag))
	return strings.TrimSpace(out), err
}

// load lets PHP load the extension and say who answers.
func (p interpreter) load(ctx context.Context, extension string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, "-d", "display_errors=stderr", "-d", "extension="+extension, "-r", "echo phpstream_engine();")
	out, err := output(cmd)
	if err == nil && out != "phpstream" {
		err = fmt.Errorf("it says %q", out)
	}
	if err != nil {
		return fmt.Errorf("%s does not load the extension built for it: %w", p.path, err)
	}
	return nil
}
