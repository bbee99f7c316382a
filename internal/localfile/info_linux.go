package localfile

import (
	"io/fs"
	"syscall"
)

func infoOf(info fs.FileInfo) Info {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Info{Size: info.Size(), Mtime: info.ModTime().Unix()}
	}
	return of(st)
}

func of(st *syscall.Stat_t) Info {
	return Info{
		Dev: int64(st.Dev), Ino: int64(st.Ino), Mode: int64(st.Mode), Nlink: int64(st.Nlink),
		Uid: int64(st.Uid), Gid: int64(st.Gid), Rdev: int64(st.Rdev), Size: st.Size,
		Atime: int64(st.Atim.Sec), Mtime: int64(st.Mtim.Sec), Ctime: int64(st.Ctim.Sec),
		Blksize: int64(st.Blksize), Blocks: st.Blocks,
	}
}

// InfoOfDescriptor asks for what a socket's descriptor has.
func InfoOfDescriptor(raw syscall.RawConn) (Info, error) {
	var st syscall.Stat_t
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Fstat(int(fd), &st) }); err != nil {
		return Info{}, err
	}
	return of(&st), failed
}
