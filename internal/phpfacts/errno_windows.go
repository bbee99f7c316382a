package phpfacts

import "syscall"

// linuxErrnos gives Linux's number for each error of this system that a
// socket call can answer with: Winsock's own codes, the few Win32 codes that
// pipes, unix sockets and files give, and the values that package syscall
// invents for the POSIX names.
var linuxErrnos = map[syscall.Errno]int{
	// Winsock: WSAEINTR is 10004, and so on (winsock2.h).
	10004: 4,   // WSAEINTR
	10009: 9,   // WSAEBADF
	10013: 13,  // WSAEACCES
	10014: 14,  // WSAEFAULT
	10022: 22,  // WSAEINVAL
	10024: 24,  // WSAEMFILE
	10035: 11,  // WSAEAGAIN
	10036: 115, // WSAEINPROGRESS
	10037: 114, // WSAEALREADY
	10038: 88,  // WSAENOTSOCK
	10039: 89,  // WSAEDESTADDRREQ
	10040: 90,  // WSAEMSGSIZE
	10041: 91,  // WSAEPROTOTYPE
	10042: 92,  // WSAENOPROTOOPT
	10043: 93,  // WSAEPROTONOSUPPORT
	10044: 94,  // WSAESOCKTNOSUPPORT
	10045: 95,  // WSAEOPNOTSUPP
	10046: 96,  // WSAEPFNOSUPPORT
	10047: 97,  // WSAEAFNOSUPPORT
	10048: 98,  // WSAEADDRINUSE
	10049: 99,  // WSAEADDRNOTAVAIL
	10050: 100, // WSAENETDOWN
	10051: 101, // WSAENETUNREACH
	10052: 102, // WSAENETRESET
	10053: 103, // WSAECONNABORTED
	10054: 104, // WSAECONNRESET
	10055: 105, // WSAENOBUFS
	10056: 106, // WSAEISCONN
	10057: 107, // WSAENOTCONN
	10058: 108, // WSAESHUTDOWN
	10059: 109, // WSAETOOMANYREFS
	10060: 110, // WSAETIMEDOUT
	10061: 111, // WSAECONNREFUSED
	10062: 40,  // WSAELOOP
	10063: 36,  // WSAENAMETOOLONG
	10064: 112, // WSAEHOSTDOWN
	10065: 113, // WSAEHOSTUNREACH
	10066: 39,  // WSAENOTEMPTY
	10068: 87,  // WSAEUSERS
	10069: 122, // WSAEDQUOT
	10070: 116, // WSAESTALE
	10071: 66,  // WSAEREMOTE

	// Win32 (winerror.h).
	2:    2,   // ERROR_FILE_NOT_FOUND
	3:    2,   // ERROR_PATH_NOT_FOUND
	4:    24,  // ERROR_TOO_MANY_OPEN_FILES
	5:    13,  // ERROR_ACCESS_DENIED
	6:    9,   // ERROR_INVALID_HANDLE
	8:    12,  // ERROR_NOT_ENOUGH_MEMORY
	64:   104, // ERROR_NETNAME_DELETED
	87:   22,  // ERROR_INVALID_PARAMETER
	109:  32,  // ERROR_BROKEN_PIPE
	121:  110, // ERROR_SEM_TIMEOUT
	232:  32,  // ERROR_NO_DATA
	995:  125, // ERROR_OPERATION_ABORTED
	1225: 111, // ERROR_CONNECTION_REFUSED
	1231: 101, // ERROR_NETWORK_UNREACHABLE
	1232: 113, // ERROR_HOST_UNREACHABLE
	1236: 103, // ERROR_CONNECTION_ABORTED

	// package syscall's own.
	syscall.EPERM:           1,
	syscall.EINTR:           4,
	syscall.EIO:             5,
	syscall.EBADF:           9,
	syscall.EAGAIN:          11,
	syscall.ENOMEM:          12,
	syscall.EACCES:          13,
	syscall.EFAULT:          14,
	syscall.EBUSY:           16,
	syscall.EEXIST:          17,
	syscall.EISDIR:          21,
	syscall.EINVAL:          22,
	syscall.ENFILE:          23,
	syscall.EMFILE:          24,
	syscall.ENOSPC:          28,
	syscall.EPIPE:           32,
	syscall.ENAMETOOLONG:    36,
	syscall.ENOSYS:          38,
	syscall.ENOTEMPTY:       39,
	syscall.ENOTSOCK:        88,
	syscall.EDESTADDRREQ:    89,
	syscall.EMSGSIZE:        90,
	syscall.EPROTOTYPE:      91,
	syscall.ENOPROTOOPT:     92,
	syscall.EPROTONOSUPPORT: 93,
	syscall.EOPNOTSUPP:      95,
	syscall.EPFNOSUPPORT:    96,
	syscall.EAFNOSUPPORT:    97,
	syscall.EADDRINUSE:      98,
	syscall.EADDRNOTAVAIL:   99,
	syscall.ENETDOWN:        100,
	syscall.ENETUNREACH:     101,
	syscall.ENETRESET:       102,
	syscall.ECONNABORTED:    103,
	syscall.ECONNRESET:      104,
	syscall.ENOBUFS:         105,
	syscall.EISCONN:         106,
	syscall.ENOTCONN:        107,
	syscall.ESHUTDOWN:       108,
	syscall.ETOOMANYREFS:    109,
	syscall.ETIMEDOUT:       110,
	syscall.ECONNREFUSED:    111,
	syscall.EHOSTDOWN:       112,
	syscall.EHOSTUNREACH:    113,
	syscall.EALREADY:        114,
	syscall.EINPROGRESS:     115,
	syscall.ECANCELED:       125,
	syscall.ENOTSUP:         95,
}

func linuxErrno(number syscall.Errno) (int, bool) {
	errno, ok := linuxErrnos[number]
	return errno, ok
}
