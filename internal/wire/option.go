package wire

// Option is a socket option. Level and name are Linux's numbers on every
// platform: PHP programs write them so, and a table turns them into the
// system's own.
type Option struct{ Level, Name int }

// option runs f on the descriptor; EBADF once the socket is closed, which is
// what a program that still holds its number gets.
func (c *Conn) option(o Option, f func(fd uintptr, level, name int) error) error {
	o, known := o.native()
	if !known {
		return errNoOption
	}
	fd, ok := c.Hold()
	if !ok {
		return errClosedSocket
	}
	defer c.Release()
	return f(fd, o.Level, o.Name)
}

// IntOption answers an option that is a number.
func (c *Conn) IntOption(o Option) (value int, err error) {
	err = c.option(o, func(fd uintptr, level, name int) (err error) {
		value, err = getInt(fd, level, name)
		return err
	})
	return value, err
}

// SetIntOption sets an option that is a number. Like a C int it has 32 bits.
func (c *Conn) SetIntOption(o Option, value int) error {
	return c.option(o, func(fd uintptr, level, name int) error { return setInt(fd, level, name, int(int32(value))) })
}

// Linger answers SO_LINGER.
func (c *Conn) Linger(o Option) (on, seconds int, err error) {
	err = c.option(o, func(fd uintptr, level, name int) (err error) {
		on, seconds, err = getLinger(fd, level, name)
		return err
	})
	return on, seconds, err
}

// SetLinger sets SO_LINGER.
func (c *Conn) SetLinger(o Option, on, seconds int) error {
	return c.option(o, func(fd uintptr, level, name int) error { return setLinger(fd, level, name, on, seconds) })
}

// TimeOption answers SO_RCVTIMEO or SO_SNDTIMEO.
func (c *Conn) TimeOption(o Option) (seconds, micros int64, err error) {
	err = c.option(o, func(fd uintptr, level, name int) (err error) {
		seconds, micros, err = getTime(fd, level, name)
		return err
	})
	return seconds, micros, err
}

// SetTimeOption sets SO_RCVTIMEO or SO_SNDTIMEO. Reads and writes of a Conn do
// not wait in the system, and so do not obey them.
func (c *Conn) SetTimeOption(o Option, seconds, micros int64) error {
	return c.option(o, func(fd uintptr, level, name int) error { return setTime(fd, level, name, seconds, micros) })
}

// TextOption answers an option that is a name.
func (c *Conn) TextOption(o Option) (value string, err error) {
	err = c.option(o, func(fd uintptr, level, name int) (err error) {
		value, err = getText(fd, level, name)
		return err
	})
	return value, err
}

// SetTextOption sets an option that is a name.
func (c *Conn) SetTextOption(o Option, value string) error {
	return c.option(o, func(fd uintptr, level, name int) error { return setText(fd, level, name, value) })
}
