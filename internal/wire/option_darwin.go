package wire

import "golang.org/x/sys/unix"

// natives are the options that macOS has, by Linux's numbers.
var natives = map[Option]Option{
	{1, 1}:   {unix.SOL_SOCKET, unix.SO_DEBUG},
	{1, 2}:   {unix.SOL_SOCKET, unix.SO_REUSEADDR},
	{1, 3}:   {unix.SOL_SOCKET, unix.SO_TYPE},
	{1, 4}:   {unix.SOL_SOCKET, unix.SO_ERROR},
	{1, 5}:   {unix.SOL_SOCKET, unix.SO_DONTROUTE},
	{1, 6}:   {unix.SOL_SOCKET, unix.SO_BROADCAST},
	{1, 7}:   {unix.SOL_SOCKET, unix.SO_SNDBUF},
	{1, 8}:   {unix.SOL_SOCKET, unix.SO_RCVBUF},
	{1, 9}:   {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
	{1, 10}:  {unix.SOL_SOCKET, unix.SO_OOBINLINE},
	{1, 13}:  {unix.SOL_SOCKET, unix.SO_LINGER},
	{1, 15}:  {unix.SOL_SOCKET, unix.SO_REUSEPORT},
	{1, 18}:  {unix.SOL_SOCKET, unix.SO_RCVLOWAT},
	{1, 19}:  {unix.SOL_SOCKET, unix.SO_SNDLOWAT},
	{1, 20}:  {unix.SOL_SOCKET, unix.SO_RCVTIMEO},
	{1, 21}:  {unix.SOL_SOCKET, unix.SO_SNDTIMEO},
	{6, 1}:   {unix.IPPROTO_TCP, unix.TCP_NODELAY},
	{6, 4}:   {unix.IPPROTO_TCP, unix.TCP_KEEPALIVE},
	{6, 5}:   {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	{6, 6}:   {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	{0, 1}:   {unix.IPPROTO_IP, unix.IP_TOS},
	{0, 2}:   {unix.IPPROTO_IP, unix.IP_TTL},
	{0, 33}:  {unix.IPPROTO_IP, unix.IP_MULTICAST_TTL},
	{0, 34}:  {unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP},
	{41, 16}: {unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS},
	{41, 18}: {unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS},
	{41, 19}: {unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP},
	{41, 26}: {unix.IPPROTO_IPV6, unix.IPV6_V6ONLY},
	{41, 67}: {unix.IPPROTO_IPV6, unix.IPV6_TCLASS},
}
