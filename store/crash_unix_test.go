//go:build unix

package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

func init() {
	children["remember"] = childRemember
	children["fullDisk"] = childFullDisk
}

// childRemember DIR: writes records over each other until it is killed.
func childRemember(args []string) error {
	s := openReal(args[0])
	fingerprint := s.Fingerprint(secret.New("a secret"))
	for i := 0; ; i++ {
		until := time.Now().Add(time.Hour)
		s.Remember("contoso", fingerprint, Remembered{Finding: Live, Reason: strings.Repeat("x", i%5000), Until: until})
		s.SetOutcome("contoso", Outcome{Finding: Live, Reason: strings.Repeat("y", i%300)})
		unlock, _, err := s.Lock(context.Background(), "contoso")
		if err != nil {
			return err
		}
		unlock()
	}
}

func TestWritersThatAreKilledLeaveNoHalfRecordAndNoLock(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "ado-guard")
	s := openReal(dir)
	fingerprint := s.Fingerprint(secret.New("a secret"))
	file := s.recordFile("contoso", fingerprint, verdictSuffix, true)
	read := 0
	look := func() {
		_, err := loadRecord[verdict](s, verdicts, file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("reading while others write: %v", err)
		}
		if err == nil {
			read++
		}
	}
	for range 25 {
		writers := []*child{start(t, "remember", dir), start(t, "remember", dir), start(t, "remember", dir)}
		for _, c := range writers {
			c.begin.Close()
		}
		end := time.Now().Add(time.Duration(20+rand.IntN(60)) * time.Millisecond)
		for time.Now().Before(end) {
			look()
		}
		for _, c := range writers {
			if err := c.Process.Kill(); err != nil {
				t.Errorf("a writer ended by itself: %v: %s", err, c.stderr.String())
			}
		}
		for _, c := range writers {
			c.Wait() //nolint:errcheck // it was killed
		}
		look()
		unlock, waited, err := s.Lock(t.Context(), "contoso")
		if err != nil || waited {
			t.Errorf("after all writers were killed: waited %v, %v", waited, err)
		}
		unlock()
	}
	if read == 0 {
		t.Error("nothing was ever read")
	}
	if openReal(dir).Fingerprint(secret.New("a secret")) != fingerprint {
		t.Error("the key has changed")
	}
}

// childFullDisk DIR: goes on while no file can get a byte more, which is what a
// write sees of a full disk (EFBIG instead of ENOSPC).
func childFullDisk(args []string) error {
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{}); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(args[0]), "probe"), []byte("x"), 0o600); err == nil {
		return errors.New("the disk is not full")
	}
	s := openReal(args[0])
	fingerprint := s.Fingerprint(secret.New("a secret"))
	_, before := s.Recall("contoso", fingerprint)
	s.Remember("contoso", fingerprint, Remembered{Finding: Dead, Until: time.Now().Add(time.Minute)})
	_, after := s.Recall("contoso", fingerprint)
	unlock, _, err := s.Lock(context.Background(), "contoso")
	unlock()
	s.Mark("x", time.Minute)
	s.Know(Known{Key: "x"})
	s.Sweep()
	fmt.Printf("fingerprint %v, live verdict before %v, any verdict after %v, lock %v, problem %v",
		fingerprint != "", before, after, err == nil, s.Problem() != nil)
	return nil
}

func TestAFullDiskForgetsButNeverFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prepare func(s *State)
		want    string
	}{
		"with a memory": {
			prepare: func(s *State) {
				until := time.Now().Add(time.Hour)
				s.Remember("contoso", s.Fingerprint(secret.New("a secret")), Remembered{Finding: Live, Until: until})
			},
			want: "fingerprint true, live verdict before true, any verdict after false, lock true, problem true",
		},
		"from the start": {
			prepare: func(*State) {},
			want:    "fingerprint false, live verdict before false, any verdict after false, lock true, problem true",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "ado-guard")
			s := openReal(dir)
			test.prepare(s)
			if got := start(t, "fullDisk", dir).finish(t); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
			if left := s.list("new"); len(left) > 0 {
				t.Errorf("left %q behind", left)
			}
		})
	}
}

func TestAPipeWhereARecordShouldBeKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	fingerprint := s.Fingerprint(token)
	s.Remember("contoso", fingerprint, live(s))
	for _, name := range []string{s.recordFile("contoso", fingerprint, verdictSuffix, false), keyFile, "locks/" + fileName(nil, "contoso")} {
		os.Remove(s.path(name)) //nolint:errcheck // the lock is not there yet
		if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(s.path(name), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.readFile(name); err == nil || !strings.Contains(err.Error(), "not a plain file") {
			t.Errorf("reading a pipe: %v", err)
		}
	}
	if _, ok := s.Recall("contoso", fingerprint); ok {
		t.Error("believed a pipe")
	}
	if _, _, err := s.Lock(t.Context(), "contoso"); !errors.Is(err, ErrNoLock) {
		t.Errorf("locked a pipe: %v", err)
	}
	if got := again(s).Fingerprint(token); got == "" || got == fingerprint {
		t.Errorf("a pipe as key: fingerprint %q", got)
	}
}

func TestNobodyElseMayReadAnything(t *testing.T) {
	// Not parallel: the umask is the process's.
	s, _ := open(t)
	if err := os.MkdirAll(s.dir, 0o755); err != nil { // as made by hand
		t.Fatal(err)
	}
	if err := os.Chmod(s.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	old := syscall.Umask(0) // also when the user has no umask at all
	useEverything(s)
	syscall.Umask(old)
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && !private(info) {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSweepingNeverLeavesTheDirectory(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	s.Mark("first", time.Minute)
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	victim := filepath.Join(outside, fileName(nil, "victim"))
	write(t, victim, "precious")
	if err := os.Chtimes(victim, time.Unix(0, 0), time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(s.path("records"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"outcomes", "records/" + fileName(nil, "x"), "holders/" + fileName(nil, "x")} {
		if err := os.MkdirAll(filepath.Dir(s.path(link)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, s.path(link)); err != nil {
			t.Fatal(err)
		}
	}
	s.Sweep()
	if diff := cmp.Diff(map[string]string{filepath.Base(victim): "precious"}, files(t, outside)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
