package phpvalue_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/phpstream-go/phpstream/internal/phpfacts"
	"github.com/phpstream-go/phpstream/internal/phptest"
	"github.com/phpstream-go/phpstream/internal/phpvalue"
)

var record = flag.Bool("record", false, "write what PHP answers to testdata")

type method int

type named string

type thing struct{}

type texted struct{}

func (*texted) String() string { return "a text" }

// casts is PHP's (bool), (int) and (string) of one value.
type casts struct {
	Bool   bool
	Int    int64
	String string
}

func castsOf(v any) casts {
	text, _ := phpvalue.String(v)
	return casts{phpvalue.Bool(v), phpvalue.Int(v), text}
}

// numbers and texts are the values whose casts are recorded from PHP.
var (
	numbers = []float64{
		0, math.Copysign(0, -1), 1, -1, 0.5, 1.9, -1.9, 30, 2.5, 100000, 0.1 + 0.2, 1.0 / 3, 123456.789,
		1e13, 1e14, 1e15, 99999999999999.9, 999999999999999, 99999999999999.4, 0.001, 0.0001, 0.00012345678901234567, 0.00001, 1.5e-7, 1e-100,
		1e19, -1e19, 1e25, -1e25, 1.5e25, 1e100, 1e300, 9.3e18, 0x1p63, -0x1p63, 0x1p64, 0x1p65 + 1e5, 123456789012345678,
		math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN(),
	}
	texts = []string{
		"", "0", "1", "-1", "00", "0.0", "0 ", " 0", " ", "false", "true", "no", "12abc", " 12", "12 ", "\n12", "\v12", "\f5", "\x0012", "1 2", "a1",
		"1e3", "1E3", "1e3x", "1e+2", "1e-2", "1e", "1e+", "0x1A", "0b11", "017", "1_000", "1,5", "-5.9", "+7", "--1", "+-1", "+", "-", ".", ".5", "-.5", "5.", "5.x", "5.e2", ".e2", "1.5.5",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "09223372036854775807", "99999999999999999999999",
		"1.5e19", "-1.5e19", "1e1000", "-1e1000", "1e308", strings.Repeat("9", 400), "000000000000000000000000000000012", "INF", "NAN", "nan", "infinity", "1.9e1",
	}
)

// script prints the casts of its input, two JSON lists; the numbers come as
// bits, since JSON has no infinity.
const script = `<?php
[$numbers, $texts] = json_decode($input);
$values = array_map(fn($bits) => unpack('d', pack('P', $bits))[1], $numbers);
foreach ($texts as $text) $values[] = base64_decode($text);
echo json_encode(array_map(fn($v) => ['Bool' => (bool)$v, 'Int' => @(int)$v, 'String' => base64_encode((string)$v)], $values));`

// ask returns PHP's casts of the numbers and then of the texts.
func ask(t *testing.T, php phptest.PHP, numbers []float64, texts []string) []casts {
	t.Helper()
	bits := make([]int64, len(numbers))
	for i, number := range numbers {
		bits[i] = int64(math.Float64bits(number))
	}
	encoded := make([][]byte, len(texts))
	for i, text := range texts {
		encoded[i] = []byte(text)
	}
	input, err := json.Marshal([]any{bits, encoded})
	if err != nil {
		t.Fatal(err)
	}
	var answers []struct {
		Bool   bool
		Int    int64
		String []byte
	}
	if err := json.Unmarshal([]byte(php.Run(t, script, string(input))), &answers); err != nil {
		t.Fatalf("PHP %s: %v", php.Version, err)
	}
	if len(answers) != len(numbers)+len(texts) {
		t.Fatalf("PHP %s gave %d answers to %d questions", php.Version, len(answers), len(numbers)+len(texts))
	}
	out := make([]casts, len(answers))
	for i, answer := range answers {
		out[i] = casts{answer.Bool, answer.Int, string(answer.String)}
	}
	return out
}

// compare holds our casts of the numbers and texts against PHP's.
func compare(t *testing.T, from string, want []casts, numbers []float64, texts []string) {
	t.Helper()
	if len(want) != len(numbers)+len(texts) {
		t.Fatalf("%s: %d answers to %d questions", from, len(want), len(numbers)+len(texts))
	}
	for i, number := range numbers {
		if diff := cmp.Diff(want[i], castsOf(number)); diff != "" {
			t.Errorf("%s: float %v (-PHP +here):\n%s", from, number, diff)
		}
	}
	for i, text := range texts {
		if diff := cmp.Diff(want[len(numbers)+i], castsOf(text)); diff != "" {
			t.Errorf("%s: string %q (-PHP +here):\n%s", from, text, diff)
		}
	}
}

func TestCastsAreRecorded(t *testing.T) {
	raw, err := os.ReadFile("testdata/casts.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []casts
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	compare(t, "recorded", want, numbers, texts)
}

func TestCastsArePHPs(t *testing.T) {
	for _, php := range phptest.All(t) {
		want := ask(t, php, numbers, texts)
		if *record {
			raw, err := json.MarshalIndent(want, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile("testdata/casts.json", append(raw, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		compare(t, "PHP "+php.Version, want, numbers, texts)
	}
}

// Generated numbers and almost-numbers, the same ones in every run.
func TestCastsOfManyValuesArePHPs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var numbers []float64
	for range 1000 {
		// json_encode cannot say -0, infinities and NaN, but they come as
		// bits here, so any will do.
		numbers = append(numbers, math.Float64frombits(random.Uint64()))
		numbers = append(numbers, (random.Float64()-0.5)*math.Pow(10, float64(random.IntN(40)-10)))
		numbers = append(numbers, float64(random.IntN(1e6))/1000)
	}
	var texts []string
	const alphabet = "0123456789012345678901234567890.eE+- x\n"
	for range 4000 {
		text := make([]byte, random.IntN(26))
		for i := range text {
			text[i] = alphabet[random.IntN(len(alphabet))]
		}
		texts = append(texts, string(text))
	}
	for _, php := range phptest.All(t) {
		compare(t, "PHP "+php.Version, ask(t, php, numbers, texts), numbers, texts)
	}
}

// Go's own types, read as the PHP value that they stand for.
func TestGoValues(t *testing.T) {
	var nothing *thing
	for _, test := range []struct {
		value any
		want  casts
		ok    bool
	}{
		{nil, casts{false, 0, ""}, true},
		{nothing, casts{false, 0, ""}, true},
		{true, casts{true, 1, "1"}, true},
		{false, casts{false, 0, ""}, true},
		{0, casts{false, 0, "0"}, true},
		{int8(-8), casts{true, -8, "-8"}, true},
		{int16(16), casts{true, 16, "16"}, true},
		{int32(32), casts{true, 32, "32"}, true},
		{int64(math.MinInt64), casts{true, math.MinInt64, "-9223372036854775808"}, true},
		{uint(7), casts{true, 7, "7"}, true},
		{uint8(8), casts{true, 8, "8"}, true},
		{uint16(16), casts{true, 16, "16"}, true},
		{uint32(math.MaxUint32), casts{true, math.MaxUint32, "4294967295"}, true},
		{uint64(math.MaxInt64), casts{true, math.MaxInt64, "9223372036854775807"}, true},
		{uint64(math.MaxUint64), casts{true, 0, "1.844674407371E+19"}, true},
		{float32(0.5), casts{true, 0, "0.5"}, true},
		{2.5, casts{true, 2, "2.5"}, true},
		{method(121), casts{true, 121, "121"}, true},
		{method(0), casts{false, 0, "0"}, true},
		{named("0"), casts{false, 0, "0"}, true},
		{time.Second, casts{true, 1000000000, "1000000000"}, true},
		{[]byte("12 monkeys"), casts{true, 12, "12 monkeys"}, true},
		{[]byte("0"), casts{false, 0, "0"}, true},
		{[]byte(nil), casts{false, 0, ""}, true},
		{[]any{}, casts{false, 0, "Array"}, false},
		{[]any{nil}, casts{true, 1, "Array"}, false},
		{[]string{"a", "b"}, casts{true, 1, "Array"}, false},
		{map[string]any{}, casts{false, 0, "Array"}, false},
		{map[string]any(nil), casts{false, 0, "Array"}, false},
		{map[string]string{"sha256": "x"}, casts{true, 1, "Array"}, false},
		{[0]int{}, casts{false, 0, "Array"}, false},
		{&texted{}, casts{true, 1, "a text"}, true},
		{(*texted)(nil), casts{false, 0, ""}, true},
		{net.IPv4(127, 0, 0, 1), casts{true, 1, "127.0.0.1"}, true},
		{thing{}, casts{true, 1, ""}, false},
		{&thing{}, casts{true, 1, ""}, false},
		{func() {}, casts{true, 1, ""}, false},
	} {
		name := fmt.Sprintf("%T(%v)", test.value, test.value)
		if diff := cmp.Diff(test.want, castsOf(test.value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if _, ok := phpvalue.String(test.value); ok != test.ok {
			t.Errorf("%s: String is ok: %t, want %t", name, ok, test.ok)
		}
	}
}

var typeNames = []struct {
	value any
	php   string // the PHP value that it stands for
	want  map[string]string
}{
	{nil, "null", map[string]string{"5.6": "null", "7.4": "null", "8.2": "null", "8.4": "null"}},
	{true, "true", map[string]string{"5.6": "boolean", "7.4": "bool", "8.2": "bool", "8.4": "true"}},
	{false, "false", map[string]string{"5.6": "boolean", "7.4": "bool", "8.2": "bool", "8.4": "false"}},
	{method(1), "1", map[string]string{"5.6": "integer", "7.4": "int", "8.2": "int", "8.4": "int"}},
	{1.5, "1.5", map[string]string{"5.6": "double", "7.4": "float", "8.2": "float", "8.4": "float"}},
	{"s", "'s'", map[string]string{"5.6": "string", "7.4": "string", "8.2": "string", "8.4": "string"}},
	{[]byte("s"), "'s'", map[string]string{"5.6": "string", "7.4": "string", "8.2": "string", "8.4": "string"}},
	{[]any{}, "[]", map[string]string{"5.6": "array", "7.4": "array", "8.2": "array", "8.4": "array"}},
	{map[string]any{"a": 1}, "['a' => 1]", map[string]string{"5.6": "array", "7.4": "array", "8.2": "array", "8.4": "array"}},
	{thing{}, "new thing", map[string]string{"5.6": "object", "7.4": "object", "8.2": "thing", "8.4": "thing"}},
	{&texted{}, "new texted", map[string]string{"5.6": "object", "7.4": "object", "8.2": "texted", "8.4": "texted"}},
	{&struct{ a int }{}, "", map[string]string{"5.6": "object", "7.4": "object", "8.2": "object", "8.4": "object"}},
}

func TestTypeName(t *testing.T) {
	for _, test := range typeNames {
		for _, version := range phpfacts.Versions() {
			if got, want := phpvalue.TypeName(test.value, version), test.want[version.String()]; got != want {
				t.Errorf("TypeName(%#v, %v) = %q, want %q", test.value, version, got, want)
			}
		}
	}
}

// The table above against PHP: a function that wants a class it cannot get
// names the type of what it got.
func TestTypeNamesArePHPs(t *testing.T) {
	const script = `<?php
class thing {}
class texted { function __toString() { return 'a text'; } }
foreach (explode(';', $input) as $code) {
	try {
		error_clear_last();
		@hash_final(eval("return $code;"));
		$message = error_get_last()['message'];
	} catch (TypeError $e) {
		$message = $e->getMessage();
	}
	preg_match('/, (\w+) given$/', $message, $found);
	echo $found[1], "\n";
}`
	var codes, ours []string
	for _, php := range phptest.All(t) {
		codes, ours = nil, nil
		for _, test := range typeNames {
			if want, ok := test.want[php.Version]; ok && test.php != "" {
				codes, ours = append(codes, test.php), append(ours, want)
			}
		}
		theirs := strings.Fields(php.Run(t, script, strings.Join(codes, ";")))
		if len(codes) == 0 {
			t.Logf("PHP %s is none of the recorded ones", php.Version)
			continue
		}
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("PHP %s (-PHP +here):\n%s", php.Version, diff)
		}
	}
}

func TestElement(t *testing.T) {
	type name string
	for _, v := range []any{map[string]int{"a": 1}, map[name]any{"a": 1}, &map[string]any{"a": 1}} {
		if e, ok := phpvalue.Element(v, "a"); !ok || e != 1 {
			t.Errorf("a of %v is %v, %v", v, e, ok)
		}
		if e, ok := phpvalue.Element(v, "b"); ok {
			t.Errorf("b of %v is %v", v, e)
		}
	}
	for _, v := range []any{nil, 1, "a", []string{"a"}, map[int]int{0: 1}, (*map[string]int)(nil)} {
		if e, ok := phpvalue.Element(v, "a"); ok {
			t.Errorf("a of %v is %v", v, e)
		}
	}
}
