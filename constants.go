package phpstream

// The names are PHP's, underscores and all, so that ported code reads the same
// and a search for one finds the other. The values are those of PHP 8.4.

// An ErrorLevel is a PHP error level, or a mask of several: what an error
// handler is given and [ErrorReporting] takes.
//
// PHP: https://www.php.net/manual/en/errorfunc.constants.php
type ErrorLevel int

// The values of ErrorLevel.
const (
	E_ERROR           ErrorLevel = 1
	E_WARNING         ErrorLevel = 2
	E_PARSE           ErrorLevel = 4
	E_NOTICE          ErrorLevel = 8
	E_CORE_ERROR      ErrorLevel = 16
	E_CORE_WARNING    ErrorLevel = 32
	E_COMPILE_ERROR   ErrorLevel = 64
	E_COMPILE_WARNING ErrorLevel = 128
	E_USER_ERROR      ErrorLevel = 256
	E_USER_WARNING    ErrorLevel = 512
	E_USER_NOTICE     ErrorLevel = 1024
	// E_STRICT is deprecated in PHP 8.4, and not raised since 8.0.
	E_STRICT            ErrorLevel = 2048
	E_RECOVERABLE_ERROR ErrorLevel = 4096
	E_DEPRECATED        ErrorLevel = 8192
	E_USER_DEPRECATED   ErrorLevel = 16384
	// E_ALL is PHP 8.4's, without E_STRICT; it was 32767 up to PHP 8.3.
	E_ALL ErrorLevel = 30719
)

// A ClientFlag is a flag of [StreamSocketClient]; flags are joined with |.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-client.php
type ClientFlag int

// The values of ClientFlag.
const (
	STREAM_CLIENT_PERSISTENT ClientFlag = 1
	// STREAM_CLIENT_ASYNC_CONNECT does not wait for the connection.
	STREAM_CLIENT_ASYNC_CONNECT ClientFlag = 2
	STREAM_CLIENT_CONNECT       ClientFlag = 4
)

// A CryptoMethod is a mask of protocol versions for [StreamSocketEnableCrypto]
// and for the context option crypto_method; its lowest bit says that this side
// is the client. TLS is 1.0 to 1.3, since PHP 7.4; SSLv23 as a client is 1.0 to
// 1.2. SSL 2 and 3 have a name and a bit, and no PHP speaks them any more.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-enable-crypto.php
type CryptoMethod int

// The values of CryptoMethod.
const (
	STREAM_CRYPTO_METHOD_SSLv2_CLIENT   CryptoMethod = 3
	STREAM_CRYPTO_METHOD_SSLv3_CLIENT   CryptoMethod = 5
	STREAM_CRYPTO_METHOD_SSLv23_CLIENT  CryptoMethod = 57
	STREAM_CRYPTO_METHOD_ANY_CLIENT     CryptoMethod = 127
	STREAM_CRYPTO_METHOD_TLS_CLIENT     CryptoMethod = 121
	STREAM_CRYPTO_METHOD_TLSv1_0_CLIENT CryptoMethod = 9
	STREAM_CRYPTO_METHOD_TLSv1_1_CLIENT CryptoMethod = 17
	STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT CryptoMethod = 33
	STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT CryptoMethod = 65
	STREAM_CRYPTO_METHOD_SSLv2_SERVER   CryptoMethod = 2
	STREAM_CRYPTO_METHOD_SSLv3_SERVER   CryptoMethod = 4
	STREAM_CRYPTO_METHOD_SSLv23_SERVER  CryptoMethod = 120
	STREAM_CRYPTO_METHOD_ANY_SERVER     CryptoMethod = 126
	STREAM_CRYPTO_METHOD_TLS_SERVER     CryptoMethod = 120
	STREAM_CRYPTO_METHOD_TLSv1_0_SERVER CryptoMethod = 8
	STREAM_CRYPTO_METHOD_TLSv1_1_SERVER CryptoMethod = 16
	STREAM_CRYPTO_METHOD_TLSv1_2_SERVER CryptoMethod = 32
	STREAM_CRYPTO_METHOD_TLSv1_3_SERVER CryptoMethod = 64
)

// A CryptoProto is one protocol version, as the context options
// min_proto_version and max_proto_version take it.
//
// PHP: https://www.php.net/manual/en/context.ssl.php
type CryptoProto int

// The values of CryptoProto.
const (
	STREAM_CRYPTO_PROTO_SSLv3   CryptoProto = 4
	STREAM_CRYPTO_PROTO_TLSv1_0 CryptoProto = 8
	STREAM_CRYPTO_PROTO_TLSv1_1 CryptoProto = 16
	STREAM_CRYPTO_PROTO_TLSv1_2 CryptoProto = 32
	STREAM_CRYPTO_PROTO_TLSv1_3 CryptoProto = 64
)

// A ShutdownMode says which direction [StreamSocketShutdown] closes.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-shutdown.php
type ShutdownMode int

// The values of ShutdownMode.
const (
	STREAM_SHUT_RD   ShutdownMode = 0
	STREAM_SHUT_WR   ShutdownMode = 1
	STREAM_SHUT_RDWR ShutdownMode = 2
)

// A ServerFlag is a flag of stream_socket_server; flags are joined with |.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-server.php
type ServerFlag int

// The values of ServerFlag.
const (
	STREAM_SERVER_BIND   ServerFlag = 4
	STREAM_SERVER_LISTEN ServerFlag = 8
)

// A MessageFlag is a flag of stream_socket_recvfrom and stream_socket_sendto.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-recvfrom.php
type MessageFlag int

// The values of MessageFlag.
const (
	STREAM_OOB  MessageFlag = 1
	STREAM_PEEK MessageFlag = 2
)

// A ProtocolFamily is a domain of stream_socket_pair. The values are Linux's.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-pair.php
type ProtocolFamily int

// The values of ProtocolFamily.
const (
	STREAM_PF_UNIX  ProtocolFamily = 1
	STREAM_PF_INET  ProtocolFamily = 2
	STREAM_PF_INET6 ProtocolFamily = 10
)

// A SocketType is a type of stream_socket_pair. The values are Linux's.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-pair.php
type SocketType int

// The values of SocketType.
const (
	STREAM_SOCK_STREAM    SocketType = 1
	STREAM_SOCK_DGRAM     SocketType = 2
	STREAM_SOCK_RAW       SocketType = 3
	STREAM_SOCK_RDM       SocketType = 4
	STREAM_SOCK_SEQPACKET SocketType = 5
)

// An IPProtocol is a protocol of stream_socket_pair.
//
// PHP: https://www.php.net/manual/en/function.stream-socket-pair.php
type IPProtocol int

// The values of IPProtocol.
const (
	STREAM_IPPROTO_IP   IPProtocol = 0
	STREAM_IPPROTO_ICMP IPProtocol = 1
	STREAM_IPPROTO_TCP  IPProtocol = 6
	STREAM_IPPROTO_UDP  IPProtocol = 17
	STREAM_IPPROTO_RAW  IPProtocol = 255
)

// A NotifyCode says what a context's notification callback is called for.
//
// PHP: https://www.php.net/manual/en/function.stream-notification-callback.php
type NotifyCode int

// The values of NotifyCode.
const (
	STREAM_NOTIFY_RESOLVE       NotifyCode = 1
	STREAM_NOTIFY_CONNECT       NotifyCode = 2
	STREAM_NOTIFY_AUTH_REQUIRED NotifyCode = 3
	STREAM_NOTIFY_MIME_TYPE_IS  NotifyCode = 4
	STREAM_NOTIFY_FILE_SIZE_IS  NotifyCode = 5
	STREAM_NOTIFY_REDIRECTED    NotifyCode = 6
	STREAM_NOTIFY_PROGRESS      NotifyCode = 7
	STREAM_NOTIFY_COMPLETED     NotifyCode = 8
	STREAM_NOTIFY_FAILURE       NotifyCode = 9
	STREAM_NOTIFY_AUTH_RESULT   NotifyCode = 10
)

// A NotifySeverity is how grave a notification is.
//
// PHP: https://www.php.net/manual/en/function.stream-notification-callback.php
type NotifySeverity int

// The values of NotifySeverity.
const (
	STREAM_NOTIFY_SEVERITY_INFO NotifySeverity = 0
	STREAM_NOTIFY_SEVERITY_WARN NotifySeverity = 1
	STREAM_NOTIFY_SEVERITY_ERR  NotifySeverity = 2
)

// A DNSType is a kind of resource record, or a mask of several, for
// [DnsGetRecord]. These are PHP's own bits, not the numbers of the DNS.
//
// PHP: https://www.php.net/manual/en/function.dns-get-record.php
type DNSType int

// The values of DNSType.
const (
	DNS_A     DNSType = 1
	DNS_NS    DNSType = 2
	DNS_CNAME DNSType = 16
	DNS_SOA   DNSType = 32
	DNS_PTR   DNSType = 2048
	DNS_HINFO DNSType = 4096
	DNS_CAA   DNSType = 8192
	DNS_MX    DNSType = 16384
	DNS_TXT   DNSType = 32768
	DNS_A6    DNSType = 16777216
	DNS_SRV   DNSType = 33554432
	DNS_NAPTR DNSType = 67108864
	DNS_AAAA  DNSType = 134217728
	// DNS_ALL asks for each type in turn.
	DNS_ALL DNSType = 251721779
	// DNS_ANY is one question for whatever the server likes to give.
	DNS_ANY DNSType = 268435456
)

// What a user-made stream wrapper is asked and told: the settings that PHP's
// stream functions hand on, the kinds of buffering, and why a stream is cast.
//
// PHP: https://www.php.net/manual/en/class.streamwrapper.php
const (
	STREAM_OPTION_BLOCKING     = 1
	STREAM_OPTION_READ_BUFFER  = 2
	STREAM_OPTION_WRITE_BUFFER = 3
	STREAM_OPTION_READ_TIMEOUT = 4
	STREAM_BUFFER_NONE         = 0
	STREAM_BUFFER_LINE         = 1
	STREAM_BUFFER_FULL         = 2
	STREAM_CAST_AS_STREAM      = 0
	STREAM_CAST_FOR_SELECT     = 3
	STREAM_USE_PATH            = 1
	STREAM_REPORT_ERRORS       = 8
	STREAM_MUST_SEEK           = 16
	STREAM_URL_STAT_LINK       = 1
	STREAM_URL_STAT_QUIET      = 2
	STREAM_MKDIR_RECURSIVE     = 1
	STREAM_META_TOUCH          = 1
	STREAM_META_OWNER_NAME     = 2
	STREAM_META_OWNER          = 3
	STREAM_META_GROUP_NAME     = 4
	STREAM_META_GROUP          = 5
	STREAM_META_ACCESS         = 6
	STREAM_IS_URL              = 1
	STREAM_IGNORE_URL          = 2
)

// FilterMode says which way a stream's filter works.
type FilterMode int

// Which chain stream_filter_append puts a filter into.
//
// PHP: https://www.php.net/manual/en/function.stream-filter-append.php
const (
	STREAM_FILTER_READ  FilterMode = 1
	STREAM_FILTER_WRITE FilterMode = 2
	STREAM_FILTER_ALL   FilterMode = 3
)

// FilterStatus is what a filter of the program's own answers: PHP's PSFS_*
// constants.
type FilterStatus int

// What a filter answers: the data can't be converted; more is needed before
// there is something to pass on; there is.
//
// PHP: https://www.php.net/manual/en/class.php-user-filter.php
const (
	PSFS_ERR_FATAL FilterStatus = 0
	PSFS_FEED_ME   FilterStatus = 1
	PSFS_PASS_ON   FilterStatus = 2
)

// How PHP calls a filter; a program's own is told by closing.
//
// PHP: https://www.php.net/manual/en/filters.php
const (
	PSFS_FLAG_NORMAL      = 0
	PSFS_FLAG_FLUSH_INC   = 1
	PSFS_FLAG_FLUSH_CLOSE = 2
)

// The errno that comes back from an opener, under the names of PHP's extension
// sockets. The values are Linux's on every system, as the errno is.
//
// PHP: https://www.php.net/manual/en/sockets.constants.php
const (
	SOCKET_EPERM           = 1
	SOCKET_ENOENT          = 2
	SOCKET_EINTR           = 4
	SOCKET_EIO             = 5
	SOCKET_ENXIO           = 6
	SOCKET_E2BIG           = 7
	SOCKET_EBADF           = 9
	SOCKET_EAGAIN          = 11
	SOCKET_EWOULDBLOCK     = 11
	SOCKET_ENOMEM          = 12
	SOCKET_EACCES          = 13
	SOCKET_EFAULT          = 14
	SOCKET_ENOTBLK         = 15
	SOCKET_EBUSY           = 16
	SOCKET_EEXIST          = 17
	SOCKET_EXDEV           = 18
	SOCKET_ENODEV          = 19
	SOCKET_ENOTDIR         = 20
	SOCKET_EISDIR          = 21
	SOCKET_EINVAL          = 22
	SOCKET_ENFILE          = 23
	SOCKET_EMFILE          = 24
	SOCKET_ENOTTY          = 25
	SOCKET_ENOSPC          = 28
	SOCKET_ESPIPE          = 29
	SOCKET_EROFS           = 30
	SOCKET_EMLINK          = 31
	SOCKET_EPIPE           = 32
	SOCKET_ENAMETOOLONG    = 36
	SOCKET_ENOLCK          = 37
	SOCKET_ENOSYS          = 38
	SOCKET_ENOTEMPTY       = 39
	SOCKET_ELOOP           = 40
	SOCKET_ENOMSG          = 42
	SOCKET_EIDRM           = 43
	SOCKET_ECHRNG          = 44
	SOCKET_EL2NSYNC        = 45
	SOCKET_EL3HLT          = 46
	SOCKET_EL3RST          = 47
	SOCKET_ELNRNG          = 48
	SOCKET_EUNATCH         = 49
	SOCKET_ENOCSI          = 50
	SOCKET_EL2HLT          = 51
	SOCKET_EBADE           = 52
	SOCKET_EBADR           = 53
	SOCKET_EXFULL          = 54
	SOCKET_ENOANO          = 55
	SOCKET_EBADRQC         = 56
	SOCKET_EBADSLT         = 57
	SOCKET_ENOSTR          = 60
	SOCKET_ENODATA         = 61
	SOCKET_ETIME           = 62
	SOCKET_ENOSR           = 63
	SOCKET_ENONET          = 64
	SOCKET_EREMOTE         = 66
	SOCKET_ENOLINK         = 67
	SOCKET_EADV            = 68
	SOCKET_ESRMNT          = 69
	SOCKET_ECOMM           = 70
	SOCKET_EPROTO          = 71
	SOCKET_EMULTIHOP       = 72
	SOCKET_EBADMSG         = 74
	SOCKET_ENOTUNIQ        = 76
	SOCKET_EBADFD          = 77
	SOCKET_EREMCHG         = 78
	SOCKET_ERESTART        = 85
	SOCKET_ESTRPIPE        = 86
	SOCKET_EUSERS          = 87
	SOCKET_ENOTSOCK        = 88
	SOCKET_EDESTADDRREQ    = 89
	SOCKET_EMSGSIZE        = 90
	SOCKET_EPROTOTYPE      = 91
	SOCKET_ENOPROTOOPT     = 92
	SOCKET_EPROTONOSUPPORT = 93
	SOCKET_ESOCKTNOSUPPORT = 94
	SOCKET_EOPNOTSUPP      = 95
	SOCKET_EPFNOSUPPORT    = 96
	SOCKET_EAFNOSUPPORT    = 97
	SOCKET_EADDRINUSE      = 98
	SOCKET_EADDRNOTAVAIL   = 99
	SOCKET_ENETDOWN        = 100
	SOCKET_ENETUNREACH     = 101
	SOCKET_ENETRESET       = 102
	SOCKET_ECONNABORTED    = 103
	SOCKET_ECONNRESET      = 104
	SOCKET_ENOBUFS         = 105
	SOCKET_EISCONN         = 106
	SOCKET_ENOTCONN        = 107
	SOCKET_ESHUTDOWN       = 108
	SOCKET_ETOOMANYREFS    = 109
	SOCKET_ETIMEDOUT       = 110
	SOCKET_ECONNREFUSED    = 111
	SOCKET_EHOSTDOWN       = 112
	SOCKET_EHOSTUNREACH    = 113
	SOCKET_EALREADY        = 114
	SOCKET_EINPROGRESS     = 115
	SOCKET_EISNAM          = 120
	SOCKET_EREMOTEIO       = 121
	SOCKET_EDQUOT          = 122
	SOCKET_ENOMEDIUM       = 123
	SOCKET_EMEDIUMTYPE     = 124
)
