package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFile bounds what is read of any file, in bytes. Records have a few hundred.
const maxFile = 16 << 10

// newPrefix begins the names of files that are being written.
const newPrefix = "new-"

// path is where a file of the state lies; name is written with slashes.
func (s *State) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// readFile returns a file of the state. It has to be a plain file of this user's.
func (s *State) readFile(name string) ([]byte, fs.FileInfo, error) {
	if err := s.ready(false); err != nil {
		return nil, nil, err
	}
	file, err := openFile(s.path(name))
	if err != nil {
		return nil, nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("reading %s: not a plain file", name)
	case !owned(info, s.user):
		return nil, nil, fmt.Errorf("reading %s: it belongs to another user", name)
	case info.Size() > maxFile:
		return nil, nil, fmt.Errorf("reading %s: it has %d bytes, at most %d are read", name, info.Size(), maxFile)
	}
	content := make([]byte, info.Size())
	if _, err := io.ReadFull(file, content); err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return content, info, nil
}

// writeFile puts a whole file in place with mode 0600, or leaves what was there.
// It is written elsewhere and renamed, so nobody ever reads a part of it. It is
// not forced to the disk: what a power failure leaves is recognized as broken,
// and all that is lost is memory.
func (s *State) writeFile(name string, content []byte) error {
	if err := s.ready(true); err != nil {
		return err
	}
	if len(content) > maxFile {
		return fmt.Errorf("writing %s: %d bytes are more than the %d that are read again", name, len(content), maxFile)
	}
	fresh, err := s.writeNew(content)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	// The folder may be missing, and may vanish between being made and being
	// used: another process sweeps empty ones.
	for range 3 {
		if err = replace(fresh, s.path(name)); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err = os.MkdirAll(filepath.Dir(s.path(name)), 0o700); err != nil {
			break
		}
	}
	if err != nil {
		os.Remove(fresh) //nolint:errcheck // swept later
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// writeNew writes content to a new file and returns its path.
func (s *State) writeNew(content []byte) (path string, err error) {
	folder := s.path("new")
	file, err := os.CreateTemp(folder, newPrefix) // makes it with mode 0600
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", err
		}
		file, err = os.CreateTemp(folder, newPrefix)
	}
	if err != nil {
		return "", err
	}
	_, err = file.Write(content)
	if closeErr := file.Close(); err == nil {
		err = closeErr // where some network file systems say that the disk is full
	}
	if err != nil {
		os.Remove(file.Name()) //nolint:errcheck // swept later
		return "", err
	}
	return file.Name(), nil
}

// removeFile removes a file of the state. Absent is as good as removed.
func (s *State) removeFile(name string) {
	if s.ready(false) != nil {
		return
	}
	if err := remove(s.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.trace.Debug().Err(err).Msg("removing a record")
	}
}

// list returns the names in a folder of the state, in no particular order, and
// nothing for one that is absent or only a link to somewhere else.
func (s *State) list(folder string) []string {
	if s.ready(false) != nil {
		return nil
	}
	if info, err := os.Lstat(s.path(folder)); err != nil || !info.IsDir() {
		return nil
	}
	file, err := os.Open(s.path(folder))
	if err != nil {
		s.trace.Debug().Err(err).Msg("listing a folder")
		return nil
	}
	defer file.Close() //nolint:errcheck // nothing was written
	names, err := file.Readdirnames(-1)
	if err != nil {
		s.trace.Debug().Err(err).Msg("listing a folder")
	}
	return names
}
