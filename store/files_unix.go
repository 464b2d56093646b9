//go:build unix

package store

import (
	"io/fs"
	"os"
	"syscall"
)

// openFlags keep a planted link from being followed, and a planted pipe from
// making the guard wait for somebody to write into it.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// owned reports whether a file belongs to this user.
func owned(info fs.FileInfo, user int) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == user
}

// private reports whether nobody but the owner may do anything with a file.
func private(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 == 0 }

func openFile(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|openFlags, 0) } // #nosec G304 -- a name that was made by the program itself, below its own directory

// replace puts a file in the place of another, in one step.
func replace(from, to string) error { return os.Rename(from, to) }

func remove(path string) error { return os.Remove(path) }
