package phpfacts

import (
	"fmt"
	"strings"
)

// Complaint is what PHP says of a wrong argument: an exception since 8.0, a
// warning before. Texts begin after the function's name; Bare ones have none
// in front when thrown.
type Complaint struct {
	Class string // of the exception, 8.x
	Text  string // its message
	Bare  bool   // the thrown message has no "function(): " in front
	Old   string // the warning of 7.4; empty: PHP 7.4 accepted the argument
}

// The classes of what PHP throws.
const (
	ValueError = "ValueError"
	TypeError  = "TypeError"
)

// The complaints, by what is wrong. Recorded from PHP 7.4, 8.2 and 8.4.
var (
	NotAStream = Complaint{Class: TypeError, Text: "supplied resource is not a valid stream resource",
		Old: "supplied resource is not a valid stream resource"}
	NotStreamOrContext = Complaint{Class: TypeError, Text: "Argument #1 ($stream_or_context) must be a valid stream/context",
		Old: "Invalid stream/context parameter"}
	NotContext = Complaint{Class: TypeError, Text: "Argument #1 ($context) must be a valid stream/context",
		Old: "Invalid stream/context parameter"}
	LengthPositive = Complaint{Class: ValueError, Text: "Argument #2 ($length) must be greater than 0",
		Old: "Length parameter must be greater than 0"}
	LineLength = Complaint{Class: ValueError, Text: "Argument #2 ($length) must be greater than or equal to 0",
		Old: "The maximum allowed length must be greater than or equal to zero"}
	ContentsLength = Complaint{Class: ValueError, Text: "Argument #2 ($length) must be greater than or equal to -1",
		Old: "Length must be greater than or equal to zero, or -1"}
	ChunkPositive = Complaint{Class: ValueError, Text: "Argument #2 ($size) must be greater than 0",
		Old: "The chunk size must be a positive integer, given %d"}
	ChunkTooLarge = Complaint{Class: ValueError, Text: "Argument #2 ($size) is too large",
		Old: "The chunk size cannot be larger than 2147483647"}
	NoArrays = Complaint{Class: ValueError, Text: "No stream arrays were passed", Bare: true,
		Old: "No stream arrays were passed"}
	SelectSeconds = Complaint{Class: ValueError, Text: "Argument #4 ($seconds) must be greater than or equal to 0",
		Old: "The seconds parameter must be greater than 0"}
	SelectMicroseconds = Complaint{Class: ValueError, Text: "Argument #5 ($microseconds) must be greater than or equal to 0",
		Old: "The microseconds parameter must be greater than 0"}
	OptionsForm = Complaint{Class: ValueError, Text: `Options should have the form ["wrappername"]["optionname"] = $value`, Bare: true,
		Old: `options should have the form ["wrappername"]["optionname"] = $value`}
	ParamsForm = Complaint{Class: TypeError, Text: "Invalid stream/context parameter", Bare: true,
		Old: "Invalid stream/context parameter"}
	NoCryptoMethod = Complaint{Class: ValueError, Text: "Argument #3 ($crypto_method) must be specified when enabling encryption",
		Old: "When enabling encryption you must specify the crypto type"}
	FileLength = Complaint{Class: ValueError, Text: "Argument #5 ($length) must be greater than or equal to 0",
		Old: "length must be greater than or equal to zero"}
	LockOperation = Complaint{Class: ValueError, Text: "Argument #2 ($operation) must be one of LOCK_SH, LOCK_EX, or LOCK_UN",
		Old: "Illegal operation argument"}
	TruncateSize = Complaint{Class: ValueError, Text: "Argument #2 ($size) must be greater than or equal to 0",
		Old: "Negative size is not supported"}
	ShutdownMode = Complaint{Class: ValueError, Text: "Argument #2 ($mode) must be one of STREAM_SHUT_RD, STREAM_SHUT_WR, or STREAM_SHUT_RDWR",
		Old: "Second parameter $how needs to be one of STREAM_SHUT_RD, STREAM_SHUT_WR or STREAM_SHUT_RDWR"}
	OptionKey = Complaint{Class: ValueError, Text: `Argument #4 ($value) must have key "%s"`,
		Old: `no key "%s" passed in optval`}
	OptionByte = Complaint{Class: ValueError, Text: "Argument #4 ($value) must be between %d and 255",
		Old: "Expected a value between %d and 255"}
	OptionShort   = Complaint{Class: ValueError, Text: `Argument #4 ($value) "%s" must be between 0 and 65535`}
	ErrorCode     = Complaint{Class: ValueError, Text: "Argument #1 ($error_code) must be between -2147483648 and 2147483647"}
	ClientTimeout = Complaint{Class: ValueError, Text: "Argument #4 ($timeout) must be a finite value"}
	AcceptTimeout = Complaint{Class: ValueError, Text: "Argument #2 ($timeout) must be a finite value"}
	NotAFilter    = Complaint{Class: TypeError, Text: "supplied resource is not a valid stream filter resource",
		Old: "Invalid resource given, not a stream filter"}
	FilterName = Complaint{Class: ValueError, Text: "Argument #1 ($filter_name) must be a non-empty string",
		Old: "Filter name cannot be empty"}
	FilterClass = Complaint{Class: ValueError, Text: "Argument #2 ($class) must be a non-empty string",
		Old: "Class name cannot be empty"}
	WrapperClass = Complaint{Class: TypeError, Text: "Argument #2 ($class) must be a valid class name,  given",
		Old: "class '' is undefined"}
	NoBucket = Complaint{Class: TypeError, Text: "Argument #2 ($bucket) must be of type object, null given",
		Old: "expects parameter 2 to be object, null given"}
	NoDirectory     = Complaint{Class: TypeError, Text: "No resource supplied", Bare: true}
	DirectoryClosed = Complaint{Class: TypeError, Text: "supplied resource is not a valid Directory resource",
		Old: "supplied resource is not a valid Directory resource"}
	NotADirectory = Complaint{Class: TypeError, Text: "Argument #1 ($dir_handle) must be a valid Directory resource"}
	NotResource   = Complaint{Class: TypeError, Text: "Argument #1 ($%s) must be of type resource, %s given",
		Old: "expects parameter 1 to be resource, %[2]s given"}
)

// With puts values into both texts.
func (c Complaint) With(values ...any) Complaint {
	c.Text = fmt.Sprintf(c.Text, values...)
	if c.Old != "" {
		c.Old = fmt.Sprintf(c.Old, values...)
	}
	return c
}

// emptyPath is what is said of an empty file name.
func emptyPath(text string) Complaint {
	return Complaint{Class: ValueError, Text: text, Bare: true, Old: "Filename cannot be empty"}
}

func emptyDirectory(text string) Complaint {
	return Complaint{Class: ValueError, Text: "Argument #1 ($directory) " + text, Old: "Directory name cannot be empty"}
}

// secondArgument is what the second parameter of a function that opens is called.
var secondArgument = map[string]string{"file": "flags", "file_get_contents": "use_include_path", "readfile": "use_include_path",
	"file_put_contents": "data", "copy": "to"}

// MaxMemory is what is said of php://temp/maxmemory with a negative number: PHP blames
// the second argument, whatever that is.
func MaxMemory(function string) Complaint {
	name := secondArgument[function]
	if name == "" {
		name = "mode"
	}
	return Complaint{Class: ValueError, Text: "Argument #2 ($" + name + ") must be greater than or equal to 0"}
}

// FileFlags is what is said of flags that file does not know.
func FileFlags(flags int) Complaint {
	return Complaint{Class: ValueError, Text: "Argument #2 ($flags) must be a valid flag value",
		Old: fmt.Sprintf("'%d' flag is not supported", flags)}
}

// PathNUL is what is said of a path with a NUL byte in it.
func PathNUL(number int, parameter string) Complaint {
	return Complaint{Class: ValueError,
		Text: fmt.Sprintf("Argument #%d ($%s) must not contain any null bytes", number, parameter),
		Old:  fmt.Sprintf("expects parameter %d to be a valid path, string given", number)}
}

// OldPrefix is how PHP 7.4 puts the function's name before a warning: some of
// its own argument checks have no colon.
func OldPrefix(function, text string) string {
	if strings.HasPrefix(text, "expects ") {
		return function + "() " + text
	}
	return function + "(): " + text
}
