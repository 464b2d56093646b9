package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// childCount DIR FILE N: adds one to the number in FILE, N times, each time under
// a lock, in a way that loses additions if two do it at once.
func childCount(args []string) error {
	s := openReal(args[0])
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	for range n {
		unlock, _, err := s.Lock(context.Background(), "contoso")
		if err != nil {
			return err
		}
		content, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		before, err := strconv.Atoi(string(content))
		if err != nil {
			return err
		}
		if err := os.WriteFile(args[1], []byte(strconv.Itoa(before+1)), 0o600); err != nil {
			return err
		}
		unlock()
	}
	return nil
}

func TestALockHasOneHolderAmongManyProcesses(t *testing.T) {
	t.Parallel()
	const processes, times = 8, 25
	tmp := t.TempDir()
	counter := filepath.Join(tmp, "counter")
	write(t, counter, "0")
	together(t, processes, "count", func(int) []string {
		return []string{filepath.Join(tmp, "ado-guard"), counter, strconv.Itoa(times)}
	})
	content, err := os.ReadFile(counter)
	if err != nil || string(content) != strconv.Itoa(processes*times) {
		t.Errorf("counted %s, want %d: %v", content, processes*times, err)
	}
}

// childHold DIR READY: takes a lock, starts a process that outlives it, makes the
// file READY and holds the lock until it is killed.
func childHold(args []string) error {
	s := openReal(args[0])
	s.Purpose = "git fetch"
	if _, _, err := s.Lock(context.Background(), "contoso"); err != nil {
		return err
	}
	heir := exec.Command(os.Args[0])
	heir.Env = append(os.Environ(), childVariable+"=idle")
	if err := heir.Start(); err != nil {
		return err
	}
	if err := os.WriteFile(args[1], []byte(strconv.Itoa(heir.Process.Pid)), 0o600); err != nil {
		return err
	}
	time.Sleep(time.Minute)
	return errors.New("was not killed")
}

// holding starts a process that holds the lock of contoso in a directory.
func holding(t *testing.T, dir string) *child {
	t.Helper()
	ready := filepath.Join(t.TempDir(), "ready")
	c := start(t, "hold", dir, ready)
	c.begin.Close()
	for range 1000 {
		if content, err := os.ReadFile(ready); err == nil && len(content) > 0 {
			heir, err := strconv.Atoi(string(content))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if process, err := os.FindProcess(heir); err == nil {
					process.Kill() //nolint:errcheck // it may have ended
				}
			})
			return c
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the lock was not taken: %s", c.stderr.String())
	return nil
}

func TestAHolderThatIsKilledBlocksNobody(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "ado-guard")
	c := holding(t, dir)
	s := openReal(dir)
	if got, want := s.Holder("contoso"), fmt.Sprintf("git fetch, pid %d", c.Process.Pid); got != want {
		t.Errorf("holder %q, want %q", got, want)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	unlock, waited, err := s.Lock(ctx, "contoso")
	unlock()
	if !waited || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNoLock) {
		t.Errorf("while it is held: waited %v, %v", waited, err)
	}
	unlock, waited, err = s.Lock(t.Context(), "fabrikam")
	if waited || err != nil {
		t.Errorf("the lock of another organization: waited %v, %v", waited, err)
	}
	unlock()
	go func() {
		time.Sleep(50 * time.Millisecond)
		c.Process.Kill() //nolint:errcheck // then Lock waits until the test's end
	}()
	unlock, waited, err = s.Lock(t.Context(), "contoso")
	if !waited || err != nil {
		t.Errorf("after it was killed: waited %v, %v", waited, err)
	}
	if got, want := s.Holder("contoso"), fmt.Sprintf("pid %d", os.Getpid()); got != want {
		t.Errorf("holder %q, want %q", got, want)
	}
	unlock()
	if got := s.Holder("contoso"); got != "" {
		t.Errorf("a lock that nobody holds is held by %q", got)
	}
	c.Wait() //nolint:errcheck // it was killed
}

func TestAFreeLockIsTakenAtOnceEvenWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	unlock, waited, err := s.Lock(ctx, "contoso")
	if err != nil || waited {
		t.Fatalf("waited %v, %v", waited, err)
	}
	_, waited, err = again(s).Lock(ctx, "contoso")
	if !waited || !errors.Is(err, context.Canceled) {
		t.Errorf("the second one: waited %v, %v", waited, err)
	}
	unlock()
	unlock() // twice is once
	second, _, err := s.Lock(ctx, "contoso")
	if err != nil {
		t.Fatal(err)
	}
	unlock() // nor does it give back another's
	if _, _, err := s.Lock(ctx, "contoso"); !errors.Is(err, context.Canceled) {
		t.Errorf("a lock that is held was taken: %v", err)
	}
	if s.Holder("contoso") == "" {
		t.Error("its holder's name was taken off")
	}
	second()
}

func TestWhereLocksAreNotPossibleTheErrorSaysSo(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, s *State, path string){
		"a file instead of the folder": func(t *testing.T, s *State, _ string) {
			instead(t, s.path("locks"), "")
		},
		"a folder instead of the file": func(t *testing.T, _ *State, path string) {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"a link instead of the file": func(t *testing.T, s *State, path string) {
			write(t, s.path("elsewhere"), "")
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(s.path("elsewhere"), path); err != nil {
				t.Fatal(err)
			}
		},
		"another user's file": func(t *testing.T, s *State, path string) {
			write(t, path, "")
			if err := s.ready(true); err != nil {
				t.Fatal(err)
			}
			s.user++
		},
	}
	onlyUnix(tests, "a link instead of the file", "another user's file")
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := open(t)
			s.Mark("first", time.Minute)
			spoil(t, s, s.path("locks/"+fileName(nil, "contoso")))
			unlock, waited, err := s.Lock(t.Context(), "contoso")
			unlock()
			if waited || !errors.Is(err, ErrNoLock) {
				t.Errorf("waited %v, %v", waited, err)
			}
		})
	}
}

func TestTheHolderOfALockIsToldInOneHarmlessLine(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	pid := fmt.Sprintf("pid %d", os.Getpid())
	tests := map[string]string{
		"":                                  pid,
		"git fetch":                         "git fetch, " + pid,
		"git \x1b]0;evil\afetch\r\n\u202eo": "git ]0;evilfetcho, " + pid,
		strings.Repeat("é", 61):             strings.Repeat("é", 60) + "…, " + pid,
	}
	for purpose, want := range tests {
		s.Purpose = purpose
		unlock, _, err := s.Lock(t.Context(), "contoso")
		if err != nil {
			t.Fatal(err)
		}
		if got := again(s).Holder("contoso"); got != want {
			t.Errorf("holder %q, want %q", got, want)
		}
		unlock()
	}
	if got := Open("", time.Now, zerolog.Nop()).Holder("contoso"); got != "" {
		t.Errorf("holder %q", got)
	}
}
