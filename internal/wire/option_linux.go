package wire

func (o Option) native() (Option, bool) { return o, true }
