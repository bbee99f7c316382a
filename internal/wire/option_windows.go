package wire

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

const errClosedSocket = windows.WSAEBADF

// errNoOption is what Linux says of an option that it does not know.
const errNoOption = windows.WSAENOPROTOOPT

// natives are the options that Windows has, by Linux's numbers.
var natives = map[Option]Option{
	{1, 1}:   {windows.SOL_SOCKET, 0x0001}, // SO_DEBUG
	{1, 2}:   {windows.SOL_SOCKET, windows.SO_REUSEADDR},
	{1, 3}:   {windows.SOL_SOCKET, 0x1008}, // SO_TYPE
	{1, 4}:   {windows.SOL_SOCKET, 0x1007}, // SO_ERROR
	{1, 5}:   {windows.SOL_SOCKET, windows.SO_DONTROUTE},
	{1, 6}:   {windows.SOL_SOCKET, windows.SO_BROADCAST},
	{1, 7}:   {windows.SOL_SOCKET, windows.SO_SNDBUF},
	{1, 8}:   {windows.SOL_SOCKET, windows.SO_RCVBUF},
	{1, 9}:   {windows.SOL_SOCKET, windows.SO_KEEPALIVE},
	{1, 10}:  {windows.SOL_SOCKET, 0x0100}, // SO_OOBINLINE
	{1, 13}:  {windows.SOL_SOCKET, windows.SO_LINGER},
	{1, 20}:  {windows.SOL_SOCKET, windows.SO_RCVTIMEO},
	{1, 21}:  {windows.SOL_SOCKET, windows.SO_SNDTIMEO},
	{6, 1}:   {windows.IPPROTO_TCP, windows.TCP_NODELAY},
	{6, 4}:   {windows.IPPROTO_TCP, windows.TCP_KEEPIDLE},
	{6, 5}:   {windows.IPPROTO_TCP, windows.TCP_KEEPINTVL},
	{6, 6}:   {windows.IPPROTO_TCP, windows.TCP_KEEPCNT},
	{0, 1}:   {windows.IPPROTO_IP, windows.IP_TOS},
	{0, 2}:   {windows.IPPROTO_IP, windows.IP_TTL},
	{0, 33}:  {windows.IPPROTO_IP, windows.IP_MULTICAST_TTL},
	{0, 34}:  {windows.IPPROTO_IP, windows.IP_MULTICAST_LOOP},
	{41, 16}: {windows.IPPROTO_IPV6, windows.IPV6_UNICAST_HOPS},
	{41, 18}: {windows.IPPROTO_IPV6, windows.IPV6_MULTICAST_HOPS},
	{41, 19}: {windows.IPPROTO_IPV6, windows.IPV6_MULTICAST_LOOP},
	{41, 26}: {windows.IPPROTO_IPV6, windows.IPV6_V6ONLY},
}

func getInt(fd uintptr, level, name int) (int, error) {
	n, err := windows.GetsockoptInt(windows.Handle(fd), level, name)
	return int(int32(n)), err
}

func setInt(fd uintptr, level, name, value int) error {
	return windows.SetsockoptInt(windows.Handle(fd), level, name, value)
}

func getLinger(fd uintptr, level, name int) (on, seconds int, err error) {
	var l struct{ on, seconds uint16 } // Winsock's own form
	size := int32(unsafe.Sizeof(l))
	err = windows.Getsockopt(windows.Handle(fd), int32(level), int32(name), (*byte)(unsafe.Pointer(&l)), &size)
	return int(l.on), int(l.seconds), err
}

func setLinger(fd uintptr, level, name, on, seconds int) error {
	return windows.SetsockoptLinger(windows.Handle(fd), level, name, &windows.Linger{Onoff: int32(on), Linger: int32(seconds)})
}

// getTime and setTime: Windows counts milliseconds here.
func getTime(fd uintptr, level, name int) (seconds, micros int64, err error) {
	ms, err := getInt(fd, level, name)
	return int64(ms / 1000), int64(ms % 1000 * 1000), err
}

func setTime(fd uintptr, level, name int, seconds, micros int64) error {
	return setInt(fd, level, name, int(seconds*1000+micros/1000))
}

// There are no options here that are names.
func getText(uintptr, int, int) (string, error) { return "", errNoOption }
func setText(uintptr, int, int, string) error   { return errNoOption }
