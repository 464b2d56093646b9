package store

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

const openFlags = 0

// owned is true: the user's cache directory (%LocalAppData%) is closed to other
// users by its access control list, and so is everything that is made in it.
func owned(fs.FileInfo, int) bool { return true }

// private is true for the same reason.
func private(fs.FileInfo) bool { return true }

// replace puts a file in the place of another, in one step. Windows refuses this
// while somebody, also a virus scanner, has the other one open. That is over
// within milliseconds, so it is tried for a tenth of a second.
func replace(from, to string) error {
	var err error
	for range 20 {
		err = os.Rename(from, to)
		if !errors.Is(err, windows.ERROR_ACCESS_DENIED) && !errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return err
}
