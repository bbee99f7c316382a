package scenario

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// fullPort is a port on which the kernel answers no further connection: its
// listen queue holds one and is full. Connecting to it times out.
type fullPort struct {
	addr  string
	file  *os.File
	conns []net.Conn
}

func newFullPort() (*fullPort, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &fullPort{file: os.NewFile(uintptr(fd), "full port")}
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		err = syscall.Listen(fd, 0)
	}
	var name syscall.Sockaddr
	if err == nil {
		name, err = syscall.Getsockname(fd)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	p.addr = fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	// A backlog of 0 still takes one or two: fill it until one isn't answered.
	for range 8 {
		c, err := net.DialTimeout("tcp4", p.addr, 100*time.Millisecond)
		if err != nil {
			return p, nil
		}
		p.conns = append(p.conns, c)
	}
	p.close()
	return nil, fmt.Errorf("the queue of %s doesn't fill", p.addr)
}

func (p *fullPort) close() {
	for _, c := range p.conns {
		c.Close()
	}
	p.file.Close()
}

// refusedPort is a port of 127.0.0.1 on which nobody listens, and that nobody
// else is given while it is held: TCP connections and datagrams are refused.
type refusedPort struct {
	port int
	tcp  *os.File
	udp  net.PacketConn
}

func newRefusedPort() (*refusedPort, error) {
	for range 20 {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		r := &refusedPort{tcp: os.NewFile(uintptr(fd), "refused port")}
		if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			r.close()
			return nil, err
		}
		name, err := syscall.Getsockname(fd)
		if err != nil {
			r.close()
			return nil, err
		}
		r.port = name.(*syscall.SockaddrInet4).Port
		// A connected datagram socket refuses what others send to it.
		local := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: r.port}
		udp, err := net.DialUDP("udp4", local, &net.UDPAddr{IP: local.IP, Port: 9})
		if err == nil {
			r.udp = udp
			return r, nil
		}
		r.close() // somebody has the port for datagrams
	}
	return nil, fmt.Errorf("no port to refuse on")
}

func (r *refusedPort) close() {
	r.tcp.Close()
	if r.udp != nil {
		r.udp.Close()
	}
}
