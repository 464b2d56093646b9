package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// State is the guard's memory in files. All methods may be called by many
// goroutines and many processes at once. None of them fails: what goes wrong is
// traced, and the first reason why nothing can be kept is [State.Problem].
type State struct {
	// Purpose is what this process is doing, such as "git fetch", for those who
	// wait for a lock that it holds. It must not contain a secret. It is set
	// before the first lock is taken.
	Purpose string

	dir   string
	now   func() time.Time
	trace zerolog.Logger
	user  int // the only owner who is trusted, see owned

	mu      sync.Mutex
	checked bool  // the directory was looked at and the finding is final
	problem error // that finding

	keyMu  sync.Mutex
	keys   *keys
	keyErr error // making a key failed, which is not tried twice
}

// DefaultDir is where the state belongs: ado-guard in the user's cache directory
// ([os.UserCacheDir]). The error says that there is no such directory, for
// instance because $HOME is not set; [Open] takes the empty name all the same.
func DefaultDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache directory: %w", err)
	}
	return filepath.Join(cache, "ado-guard"), nil
}

// Open names the directory of a State and touches nothing yet. The directory is
// looked at when it is first read, and made when it is first written to. It has
// to be absolute; "" means that there is none, which is no memory.
func Open(dir string, now func() time.Time, trace zerolog.Logger) *State {
	return &State{dir: dir, now: now, trace: trace, user: os.Geteuid()}
}

// Problem is why nothing can be remembered, nil if all is well. It makes the
// directory and the key if they are not there yet, and writes a file to see.
func (s *State) Problem() error {
	if _, err := s.key(true); err != nil {
		return err
	}
	path, err := s.writeNew([]byte("can this be written?\n"))
	if err != nil {
		return fmt.Errorf("writing into the state directory: %w", err)
	}
	return os.Remove(path)
}

// ready reports whether the directory may be used, after making it if create is
// set. Without create, an absent directory is fs.ErrNotExist and is looked for
// again next time.
func (s *State) ready(create bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.checked {
		return s.problem
	}
	err := s.check(create)
	if !create && errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.checked, s.problem = true, err
	if err != nil {
		s.trace.Debug().Err(err).Msg("working without memory")
	}
	return err
}

// check refuses every directory that somebody else could have put there or could
// look into: a link, another's, one open to the group or to all that cannot be
// closed (file systems without modes).
func (s *State) check(create bool) error {
	if !filepath.IsAbs(s.dir) {
		return fmt.Errorf("opening the state directory: %q is not an absolute path", s.dir)
	}
	info, err := os.Lstat(s.dir)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err := s.create(); err != nil {
			return fmt.Errorf("making the state directory: %w", err)
		}
		info, err = os.Lstat(s.dir)
	}
	switch {
	case err != nil:
		return fmt.Errorf("opening the state directory: %w", err)
	case !info.IsDir():
		return fmt.Errorf("opening the state directory: %s is not a directory", s.dir)
	case !owned(info, s.user):
		return fmt.Errorf("opening the state directory: %s belongs to another user", s.dir)
	case private(info):
		return nil
	}
	if err := os.Chmod(s.dir, 0o700); err != nil { // #nosec G302 -- a directory needs x
		return fmt.Errorf("closing the state directory to others: %w", err)
	}
	if info, err = os.Lstat(s.dir); err != nil || !private(info) {
		return fmt.Errorf("closing the state directory to others: %s stays open to them", s.dir)
	}
	return nil
}

// create makes the directory, but not for somebody else: `sudo git fetch` that
// keeps $HOME would leave a directory of root's in a user's home, and the guard
// would have no memory there ever after.
func (s *State) create() error {
	if s.user == 0 {
		parent := filepath.Dir(s.dir)
		info, err := os.Stat(parent)
		for errors.Is(err, fs.ErrNotExist) && parent != filepath.Dir(parent) {
			parent = filepath.Dir(parent)
			info, err = os.Stat(parent)
		}
		if err != nil {
			return err
		}
		if !owned(info, s.user) {
			return fmt.Errorf("not as root in %s, which belongs to another user", parent)
		}
	}
	return os.MkdirAll(s.dir, 0o700)
}
