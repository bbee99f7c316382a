package phpvalue

import (
	"fmt"
	"testing"
)

func TestStrtol(t *testing.T) {
	for text, want := range map[string]string{
		"": `0 "" 0`, "12": `12 "" 12`, " \t+7,8": `7 ",8" 7`, "-3x": `-3 "x" -3`,
		"x": `0 "x" 0`, " -": `0 " -" 0`, "4294967297": `4294967297 "" 1`,
		"99999999999999999999.": `9223372036854775807 "." -1`, "-99999999999999999999": `-9223372036854775808 "" 0`,
	} {
		n, rest := Strtol(text)
		if got := fmt.Sprintf("%d %q %d", n, rest, Atoi(text)); got != want {
			t.Errorf("of %q: %s, want %s", text, got, want)
		}
	}
}
