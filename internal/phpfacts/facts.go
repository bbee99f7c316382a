package phpfacts

// Facts is what differs between the recorded PHP versions outside the
// messages of single functions (see complaints.go for those).
type Facts struct {
	Connect             string // the verb of the connect warning
	Send                string // the verb of the write notice
	WritesChunks        bool   // fwrite sends a chunk at a time, and its notice counts that
	Bind                string // the verb of the bindto warning
	Accept              string // the verb of the accept warning
	NoHandshake         string // why nobody is accepted whose handshake failed
	Create              string // the verb of stream_socket_pair's warning
	Read                string // the verb of the notice of a file that can't be read
	Write               string // and of one that can't be written
	OpenFailed          string // the caption of what fopen says
	OpenDirFailed       string // and of what opendir says
	DirEntry            int    // how far an entry moves a directory's position
	CutsEntries         bool   // of an FTP server's directory two bytes off each, whatever they are
	EmptyDirectory      Complaint
	ExactFlags          bool   // file minds each bit of its flags, not their sum
	SeeksPastEnd        bool   // in memory
	TempGoesOnAtEnd     bool   // php://temp goes to a file by the size of what it has, and goes on behind that
	KeepsBuckets        bool   // what a program's filter leaves, or does not pass on, is there when more is read for it
	DropsUnpassed       bool   // what a program's filter puts out is lost where it asks for more
	RefusalIsNoLine     bool   // what has come of a line is lost where a filter refuses what follows
	RefusesNegative     bool   // fseek to a negative position fails before anything moves
	WritesData          bool   // what a data: URL holds can be written to
	HTTPVersion         string // of a request
	KeepsMethod         bool   // a redirection with 307 or 308 is a POST where the first request was
	EmptyQuery          bool   // "?" with nothing behind it goes out
	RemoteFile          string // how the warning of another host's file:// begins
	EmptyPath           Complaint
	Seek                string // "Stream does not support seeking"
	Unable              string // how some warnings begin: "unable to set socket option", "unable to locate filter"
	Cannot              string // "Cannot represent a stream", which cannot be cast
	NoCrypto            string // "This stream does not support SSL/crypto"
	SessionStream       string // "Supplied session stream must be an SSL enabled stream"
	SessionSetUp        string // "Supplied SSL session stream is not initialized"
	GaiNamesHost        bool   // getaddrinfo's warning names the host
	Throws              bool   // wrong arguments throw instead of warning
	UnixNUL             bool   // a UNIX path leaves room for its NUL
	TimeoutReadsNothing bool   // fread on a timeout is "", not false
	ResetIsAlive        bool   // feof does not mind a reset
	DeafIsEnd           bool   // feof is true on a blocking udp stream that is shut down for reading
	Quantities          bool   // ini values are checked as numbers with units
	LineEndsDeprecated  bool   // the ini value auto_detect_line_endings
	ErrorLevels         int    // E_ALL, where error_reporting() begins
	SessionMeta         string // the deprecation of capture_session_meta, where it is more than ignored
	MetaURI             bool   // meta data carry the target as "uri"
	FalseGiven          bool   // type errors say "false given", not "bool given"
	Silence             int    // what error_reporting() answers under @, and-ed with the old value
	ResourceID          bool   // get_resource_id exists
	SetOptions          bool   // stream_context_set_option with an array is deprecated
	FsockTimeout        string // the ValueError for fsockopen's timeout, "" where there is none
	FiniteClient        bool   // stream_socket_client refuses INF and NAN
	ShutByEnd           bool   // TLS: nothing is written any more once a read has met an end without close_notify
	QuietAfterEnd       bool   // TLS: a write that the system refuses behind the peer's end is not told
	ArrayOptions        bool   // socket_set_option: a value that must be an array, and is none, is a TypeError
	BufferedAtOnce      bool   // with bytes in the buffer, or a timeout of 0, fread takes what the socket has without waiting
	NotifiesEnd         bool   // a context's callback hears that a read has met the end
	CountsBuffered      bool   // a context's callback hears of the body that came along with the header
	LegacyTLS           bool   // before the peer verification of PHP 5.6
	StreamFilter        string // how a filter's own warnings begin
	ZlibParameter       string // what zlib's filters say of a bad parameter
	ZlibIsSilent        bool   // zlib.inflate does not say what is wrong with the data
	FlushesReadOnly     bool   // filters are flushed of what can't be written to, too
	FlushEndsBase64     bool   // a flush in between makes convert.base64-encode write padding
	SmallHexIsOff       bool   // convert.quoted-printable-decode misreads small hexadecimal letters
	CRIsBreak           bool   // convert.quoted-printable-decode does not wait for what follows a \r
	StatFlags           int    // of the url_stat of a program's wrapper, but for those that PHP has a name for
	CopyStatFlags       int    // the same, of where a file is to be copied to
	CopyStats           bool   // what is copied is asked for its size first
	CopiesRange         bool   // from file to file within the system
	TellsMinusOne       bool   // file_put_contents says that -1 bytes were written
	KeepsPlace          bool   // a seek of compress.zlib:// that fails leaves the position
	HugeChunkIsNone     bool   // dechunk takes a size that does not fit in 64 bits for no chunk
}

// Under @, PHP 8 leaves the levels that cannot be silenced:
// E_ERROR, E_CORE_ERROR, E_COMPILE_ERROR, E_USER_ERROR, E_RECOVERABLE_ERROR
// and E_PARSE (Zend/zend_vm_def.h, ZEND_BEGIN_SILENCE).
const unsilenced = 4437

var facts = [...]Facts{
	PHP5: {
		DropsUnpassed:       true,
		CopyStatFlags:       6,
		CopyStats:           true,
		TellsMinusOne:       true,
		ResetIsAlive:        true,
		DeafIsEnd:           true,
		TimeoutReadsNothing: true,
		ErrorLevels:         32767,
		WritesChunks:        true,
		Connect:             "unable to connect",
		Bind:                "failed to bind",
		Accept:              "accept failed",
		NoHandshake:         "Success",
		Create:              "failed to create",
		Send:                "send",
		Read:                "read",
		Write:               "write",
		OpenFailed:          "failed to open stream",
		OpenDirFailed:       "failed to open dir",
		DirEntry:            4096,
		CutsEntries:         true,
		EmptyDirectory:      emptyDirectory(""),
		RemoteFile:          "remote",
		HTTPVersion:         "1.0",
		WritesData:          true,
		TempGoesOnAtEnd:     true,
		EmptyPath:           emptyPath(""),
		Seek:                "stream does not support seeking",
		Unable:              "unable",
		Cannot:              "cannot",
		NoCrypto:            "this stream does not support SSL/crypto",
		ShutByEnd:           true,
		QuietAfterEnd:       true,
		LegacyTLS:           true,
		StreamFilter:        "stream filter",
		ZlibParameter:       "Invalid parameter give for %s. (%d)",
		ZlibIsSilent:        true,
		FlushEndsBase64:     true,
		FlushesReadOnly:     true,
		SmallHexIsOff:       true,
		CRIsBreak:           true,
		SessionStream:       "supplied session stream must be an SSL enabled stream",
		SessionSetUp:        "supplied SSL session stream is not initialized",
	},
	PHP74: {
		DropsUnpassed:       true,
		CopyStatFlags:       6,
		CopyStats:           true,
		TellsMinusOne:       true,
		SessionMeta:         "capture_session_meta is deprecated; its information is now available via stream_get_meta_data()",
		ResetIsAlive:        true,
		DeafIsEnd:           true,
		TimeoutReadsNothing: true,
		ErrorLevels:         32767,
		WritesChunks:        true,
		Connect:             "unable to connect",
		Bind:                "failed to bind",
		Accept:              "accept failed",
		NoHandshake:         "Success",
		Create:              "failed to create",
		Send:                "send",
		Read:                "read",
		Write:               "write",
		OpenFailed:          "failed to open stream",
		OpenDirFailed:       "failed to open dir",
		DirEntry:            4096,
		CutsEntries:         true,
		EmptyDirectory:      emptyDirectory(""),
		RemoteFile:          "remote",
		HTTPVersion:         "1.0",
		WritesData:          true,
		TempGoesOnAtEnd:     true,
		EmptyPath:           emptyPath(""),
		Seek:                "stream does not support seeking",
		Unable:              "unable",
		Cannot:              "cannot",
		NoCrypto:            "this stream does not support SSL/crypto",
		ShutByEnd:           true,
		QuietAfterEnd:       true,
		StreamFilter:        "stream filter",
		ZlibParameter:       "Invalid parameter give for %s. (%d)",
		ZlibIsSilent:        true,
		FlushEndsBase64:     true,
		FlushesReadOnly:     true,
		SmallHexIsOff:       true,
		CRIsBreak:           true,
		SessionStream:       "supplied session stream must be an SSL enabled stream",
		SessionSetUp:        "supplied SSL session stream is not initialized",
	},
	PHP82: {
		CopiesRange:        true,
		KeepsBuckets:       true,
		Quantities:         true,
		ErrorLevels:        32767,
		Connect:            "Unable to connect",
		Bind:               "Failed to bind",
		Accept:             "Accept failed",
		NoHandshake:        "Success",
		Create:             "Failed to create",
		UnixNUL:            true,
		Send:               "Send",
		Read:               "Read",
		Write:              "Write",
		OpenFailed:         "Failed to open stream",
		RemoteFile:         "Remote",
		HTTPVersion:        "1.1",
		EmptyQuery:         true,
		KeepsMethod:        true,
		CountsBuffered:     true,
		EmptyPath:          emptyPath("Path cannot be empty"),
		Seek:               "Stream does not support seeking",
		Unable:             "Unable",
		Cannot:             "Cannot",
		SessionStream:      "Supplied session stream must be an SSL enabled stream",
		SessionSetUp:       "Supplied SSL session stream is not initialized",
		NoCrypto:           "This stream does not support SSL/crypto",
		GaiNamesHost:       true,
		Throws:             true,
		Silence:            unsilenced,
		ResourceID:         true,
		QuietAfterEnd:      true,
		LineEndsDeprecated: true,
		OpenDirFailed:      "Failed to open directory",
		DirEntry:           4096,
		CutsEntries:        true,
		EmptyDirectory:     emptyDirectory("cannot be empty"),
		StatFlags:          4,
		CopyStatFlags:      2,
		// PHP 8.2 numbers the argument wrongly and prints a double as an integer.
		FsockTimeout: "Argument #6 must be -1 or between 0 and 18446744073709",
		FiniteClient: true,
		StreamFilter: "Stream filter", ZlibParameter: "Invalid parameter given for %s (%d)",
		FlushEndsBase64: true,
		FlushesReadOnly: true,
		SmallHexIsOff:   true,
	},
	PHP84: {
		CopiesRange:        true,
		KeepsPlace:         true,
		StatFlags:          4,
		CopyStatFlags:      2,
		Quantities:         true,
		ErrorLevels:        30719,
		Connect:            "Unable to connect",
		Bind:               "Failed to bind",
		Accept:             "Accept failed",
		NoHandshake:        "Cannot enable crypto",
		Create:             "Failed to create",
		UnixNUL:            true,
		Send:               "Send",
		Read:               "Read",
		Write:              "Write",
		OpenFailed:         "Failed to open stream",
		RemoteFile:         "Remote",
		ExactFlags:         true,
		SeeksPastEnd:       true,
		KeepsBuckets:       true,
		DropsUnpassed:      true,
		RefusalIsNoLine:    true,
		RefusesNegative:    true,
		HTTPVersion:        "1.1",
		EmptyQuery:         true,
		KeepsMethod:        true,
		EmptyPath:          emptyPath("Path must not be empty"),
		Seek:               "Stream does not support seeking",
		Unable:             "Unable",
		Cannot:             "Cannot",
		SessionStream:      "Supplied session stream must be an SSL enabled stream",
		SessionSetUp:       "Supplied SSL session stream is not initialized",
		NoCrypto:           "This stream does not support SSL/crypto",
		GaiNamesHost:       true,
		Throws:             true,
		MetaURI:            true,
		FalseGiven:         true,
		Silence:            unsilenced,
		ResourceID:         true,
		SetOptions:         true,
		BufferedAtOnce:     true,
		NotifiesEnd:        true,
		ArrayOptions:       true,
		FsockTimeout:       "Argument #5 ($timeout) must be -1 or between 0 and 18446744073709",
		FiniteClient:       true,
		StreamFilter:       "Stream filter",
		ZlibParameter:      "Invalid parameter given for %s (%d)",
		HugeChunkIsNone:    true,
		CountsBuffered:     true,
		LineEndsDeprecated: true,
		OpenDirFailed:      "Failed to open directory",
		DirEntry:           4097,
		EmptyDirectory:     emptyDirectory("must not be empty"),
	},
}

// Of answers the facts of a version; an unknown one counts as the newest.
func Of(v Version) *Facts {
	if v < PHP5 || v > PHP84 {
		v = PHP84
	}
	return &facts[v]
}
