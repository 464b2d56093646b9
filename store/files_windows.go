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

func openFile(path string) (file *os.File, err error) {
	err = patiently(func() error {
		file, err = os.Open(path) // #nosec G304 -- a name that was made by the program itself, below its own directory
		return err
	})
	return file, err
}

// replace puts a file in the place of another, in one step.
func replace(from, to string) error { return patiently(func() error { return os.Rename(from, to) }) }

func remove(path string) error { return patiently(func() error { return os.Remove(path) }) }

// patiently does something with a file that Windows refuses while another process,
// also a virus scanner, has the file open. That is over within milliseconds, so it
// is tried for a fifth of a second.
func patiently(do func() error) error {
	for range 40 {
		err := do()
		if !errors.Is(err, windows.ERROR_ACCESS_DENIED) && !errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return do()
}
