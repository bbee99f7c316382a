package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine says what the figures were measured on. It names no host.
func machine(php string) string {
	facts := []string{fmt.Sprintf("%d cores", runtime.NumCPU())}
	if model := cpuModel(); model != "" {
		facts[0] += " (" + model + ")"
	}
	system := runtime.GOOS + "/" + runtime.GOARCH
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		version, _, _ := strings.Cut(strings.TrimSpace(string(release)), "-")
		system += ", kernel " + version
	}
	facts = append(facts, system, runtime.Version())
	if php != "" {
		out, err := exec.Command(php, "-r", `echo "PHP ", PHP_VERSION, ", ", OPENSSL_VERSION_TEXT;`).Output()
		if err == nil {
			facts = append(facts, string(out))
		}
	}
	return strings.Join(facts, "; ")
}

func cpuModel() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
