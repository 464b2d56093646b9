package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/gofrs/flock"
)

// ErrNoLock says that locks are not possible here: no state directory, a disk
// that is read-only, a file system without locks. The caller goes on without.
var ErrNoLock = errors.New("locks are not possible")

// lockPoll is how often a lock that another process holds is tried again, when it
// has been held for a while. At first it is tried more often: most are short.
const lockPoll = 20 * time.Millisecond

// Lock takes the lock of an organization, or of anything else by its name, which
// must not be a secret. It waits until ctx ends; the error then wraps ctx.Err().
// Every other error wraps [ErrNoLock].
//
// unlock is never nil and may be called twice. waited reports whether somebody
// else had the lock at first, even if it could not be had at all.
//
// The operating system gives the lock back when its holder dies, however that
// happens, and what the holder started does not inherit it. Lock files are never
// removed: a process that has opened a file to lock it and one that makes a new
// file of that name would otherwise both hold "the" lock. They are empty.
func (s *State) Lock(ctx context.Context, organization string) (unlock func(), waited bool, err error) {
	release, waited, err := s.acquire(ctx, organization)
	if err != nil {
		return release, waited, err
	}
	s.setHolder(organization)
	return sync.OnceFunc(func() {
		s.unsetHolder(organization)
		release()
	}), waited, nil
}

// acquire takes a lock without saying who holds it.
func (s *State) acquire(ctx context.Context, name string) (release func(), waited bool, err error) {
	none := func() {}
	if err := s.ready(true); err != nil {
		return none, false, fmt.Errorf("%w: %w", ErrNoLock, err)
	}
	path, err := s.lockFile(name)
	if err != nil {
		return none, false, fmt.Errorf("%w: %w", ErrNoLock, err)
	}
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDONLY|openFlags))
	got, err := lock.TryLock() // also with a ctx that has ended: it costs nothing
	for delay := time.Millisecond; err == nil && !got; delay = min(2*delay, lockPoll) {
		waited = true
		select {
		case <-ctx.Done():
			return none, true, fmt.Errorf("waiting for another process: %w", ctx.Err())
		case <-time.After(delay):
			got, err = lock.TryLock()
		}
	}
	if err != nil {
		s.trace.Debug().Err(err).Msg("working without a lock")
		return none, waited, fmt.Errorf("%w: %w", ErrNoLock, err)
	}
	return func() {
		if err := lock.Unlock(); err != nil {
			s.trace.Debug().Err(err).Msg("giving a lock back")
		}
	}, waited, nil
}

// lockFile returns the path of a lock file and makes its folder. What lies there
// already has to be a plain file of this user's.
func (s *State) lockFile(name string) (string, error) {
	path := s.path("locks/" + fileName(nil, name))
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, os.MkdirAll(s.path("locks"), 0o700)
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("locking %s: not a plain file", path)
	case !owned(info, s.user):
		return "", fmt.Errorf("locking %s: it belongs to another user", path)
	}
	return path, nil
}

// holder says who holds a lock.
type holder struct {
	PID     int    `json:"pid"`
	Purpose string `json:"purpose,omitempty"`
}

func (s *State) setHolder(organization string) {
	if file := s.file(holders, organization, true); file != "" {
		who := holder{os.Getpid(), s.Purpose}
		save(s, holders, file, s.now().Add(holders.life), who) //nolint:errcheck // save has traced it
	}
}

func (s *State) unsetHolder(organization string) {
	if file := s.file(holders, organization, false); file != "" {
		s.removeFile(file)
	}
}

// Holder says who holds the lock of an organization, such as "git fetch, pid 4711",
// "" if that is not known. It is for people who wait for that lock: one whose
// holder was killed still has its name on it until the next one takes it.
func (s *State) Holder(organization string) string {
	file := s.file(holders, organization, false)
	if file == "" {
		return ""
	}
	r, ok := load[holder](s, holders, file)
	if !ok || !r.holds(holders, s.now()) {
		return ""
	}
	pid := fmt.Sprintf("pid %d", r.What.PID)
	if purpose := printable(r.What.Purpose); purpose != "" {
		return purpose + ", " + pid
	}
	return pid
}

// printable keeps what is safe on a terminal and short enough for a line: a
// command line may contain anything.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}
