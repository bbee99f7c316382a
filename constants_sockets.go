package phpstream

// A SocketLevel is the protocol that an option of [SocketSetOption] belongs to.
// The numbers are Linux's on every system.
//
// PHP: https://www.php.net/manual/en/sockets.constants.php
type SocketLevel int

// The values of SocketLevel.
const (
	IPPROTO_IP   SocketLevel = 0
	SOL_SOCKET   SocketLevel = 1
	SOL_TCP      SocketLevel = 6
	SOL_UDP      SocketLevel = 17
	IPPROTO_IPV6 SocketLevel = 41
	SOL_UDPLITE  SocketLevel = 136
)

// A SocketOption is an option of [SocketSetOption], of the level that its name
// begins with: SO_KEEPALIVE is one of SOL_SOCKET, TCP_NODELAY of SOL_TCP. The
// numbers are Linux's on every system.
//
// PHP: https://www.php.net/manual/en/sockets.constants.php
type SocketOption int

// The options of SOL_SOCKET.
const (
	SO_DEBUG                 SocketOption = 1
	SO_REUSEADDR             SocketOption = 2
	SO_TYPE                  SocketOption = 3
	SO_ERROR                 SocketOption = 4
	SO_DONTROUTE             SocketOption = 5
	SO_BROADCAST             SocketOption = 6
	SO_SNDBUF                SocketOption = 7
	SO_RCVBUF                SocketOption = 8
	SO_KEEPALIVE             SocketOption = 9
	SO_OOBINLINE             SocketOption = 10
	SO_LINGER                SocketOption = 13
	SO_REUSEPORT             SocketOption = 15
	SO_PASSCRED              SocketOption = 16
	SO_RCVLOWAT              SocketOption = 18
	SO_SNDLOWAT              SocketOption = 19
	SO_RCVTIMEO              SocketOption = 20
	SO_SNDTIMEO              SocketOption = 21
	SO_BINDTODEVICE          SocketOption = 25
	SO_DETACH_BPF            SocketOption = 27
	SO_DETACH_FILTER         SocketOption = 27
	SO_MARK                  SocketOption = 36
	SO_BPF_EXTENSIONS        SocketOption = 48
	SO_INCOMING_CPU          SocketOption = 49
	SO_ATTACH_REUSEPORT_CBPF SocketOption = 51
	SO_MEMINFO               SocketOption = 55
	SO_ZEROCOPY              SocketOption = 60
	SO_BINDTOIFINDEX         SocketOption = 62
)

// The options of SOL_TCP.
const (
	TCP_NODELAY       SocketOption = 1
	TCP_KEEPIDLE      SocketOption = 4
	TCP_KEEPINTVL     SocketOption = 5
	TCP_KEEPCNT       SocketOption = 6
	TCP_SYNCNT        SocketOption = 7
	TCP_DEFER_ACCEPT  SocketOption = 9
	TCP_QUICKACK      SocketOption = 12
	TCP_CONGESTION    SocketOption = 13
	TCP_REPAIR        SocketOption = 19
	TCP_NOTSENT_LOWAT SocketOption = 25
)

// The options of IPPROTO_IP.
const (
	IP_MTU_DISCOVER         SocketOption = 10
	IP_BIND_ADDRESS_NO_PORT SocketOption = 24
	IP_MULTICAST_IF         SocketOption = 32
	IP_MULTICAST_TTL        SocketOption = 33
	IP_MULTICAST_LOOP       SocketOption = 34
)

// The values of IP_MTU_DISCOVER.
const (
	IP_PMTUDISC_DONT      = 0
	IP_PMTUDISC_WANT      = 1
	IP_PMTUDISC_DO        = 2
	IP_PMTUDISC_PROBE     = 3
	IP_PMTUDISC_INTERFACE = 4
	IP_PMTUDISC_OMIT      = 5
)

// The options of IPPROTO_IPV6.
const (
	IPV6_UNICAST_HOPS   SocketOption = 16
	IPV6_MULTICAST_IF   SocketOption = 17
	IPV6_MULTICAST_HOPS SocketOption = 18
	IPV6_MULTICAST_LOOP SocketOption = 19
	IPV6_V6ONLY         SocketOption = 26
	IPV6_RECVPKTINFO    SocketOption = 49
	IPV6_PKTINFO        SocketOption = 50
	IPV6_RECVHOPLIMIT   SocketOption = 51
	IPV6_HOPLIMIT       SocketOption = 52
	IPV6_RECVTCLASS     SocketOption = 66
	IPV6_TCLASS         SocketOption = 67
)
