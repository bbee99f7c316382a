package main

import (
	"strings"
	"testing"
)

func TestDemo(t *testing.T) {
	var stdout, stderr strings.Builder
	if code := demo(&stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout.String(), stderr.String())
	}
	text := stdout.String()
	for _, want := range []string{"10 messages are stored, each as it was sent.", "with ESMTPSA id ", "bytes from <ann@example.com> to <bob9@example.net>\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the demo doesn't print %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, demoPassword) {
		t.Errorf("the demo prints the password")
	}
}
