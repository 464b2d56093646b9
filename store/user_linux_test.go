package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// asOrdinaryUser lets the test go on as somebody for whom the modes of files count,
// which they do not for root, and returns a State in a directory of that user's.
func asOrdinaryUser(t *testing.T) *State {
	t.Helper()
	s, _ := open(t)
	if os.Geteuid() != 0 {
		return s
	}
	const nobody = 65534
	// t.TempDir lies two levels below the system's, in a directory of the test's.
	for _, dir := range []string{filepath.Dir(s.dir), filepath.Dir(filepath.Dir(s.dir))} {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread() // the file system's user is one of the thread
	if _, err := unix.SetfsuidRetUid(nobody); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := unix.SetfsuidRetUid(0); err == nil {
			runtime.UnlockOSThread()
		}
	})
	s.user = nobody
	return s
}

func TestADirectoryThatIsReadOnlyStillTellsWhatItHas(t *testing.T) {
	t.Parallel()
	s := asOrdinaryUser(t)
	fingerprint := s.Fingerprint(token)
	s.Remember("contoso", fingerprint, live(s))
	unlock, _, err := s.Lock(t.Context(), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	modes := func(mode os.FileMode) {
		for _, folder := range []string{".", "new", "locks", "holders", "records", "records/" + string(fingerprint)} {
			if err := os.Chmod(s.path(folder), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	modes(0o500)
	defer modes(0o700)
	next := again(s)
	next.user = s.user
	if _, ok := next.Recall("contoso", next.Fingerprint(token)); !ok {
		t.Error("what was remembered is lost")
	}
	next.Remember("contoso", next.Fingerprint(secret.New("new")), live(s))
	next.Mark("host down", time.Minute)
	next.Sweep()
	if next.Marked("host down") {
		t.Error("the directory is not read-only")
	}
	unlock, _, err = next.Lock(t.Context(), "contoso")
	unlock()
	if err != nil {
		t.Errorf("a lock that is there: %v", err)
	}
	unlock, _, err = next.Lock(t.Context(), "fabrikam")
	unlock()
	if !errors.Is(err, ErrNoLock) {
		t.Errorf("a lock that is not there: %v", err)
	}
	if err := next.Problem(); !errors.Is(err, os.ErrPermission) {
		t.Errorf("problem: %v", err)
	}
}

func TestAHomeThatIsReadOnlyMeansNoMemory(t *testing.T) {
	t.Parallel()
	s := asOrdinaryUser(t)
	home := filepath.Dir(s.dir)
	if err := os.Chmod(home, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(home, 0o700) //nolint:errcheck // for the clean-up
	if got := useEverything(s); got != nil {
		t.Errorf("remembered %q", got)
	}
	if err := s.Problem(); !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "making the state directory") {
		t.Errorf("problem: %v", err)
	}
}

func TestAKeyThatCannotBeReadJustNowIsNotReplaced(t *testing.T) {
	t.Parallel()
	s := asOrdinaryUser(t)
	fingerprint := s.Fingerprint(token)
	if err := os.Chmod(s.path(keyFile), 0); err != nil {
		t.Fatal(err)
	}
	next := again(s)
	next.user = s.user
	if got := next.Fingerprint(token); got != "" {
		t.Errorf("fingerprint %q", got)
	}
	if err := os.Chmod(s.path(keyFile), 0o600); err != nil {
		t.Fatal(err)
	}
	later := again(s)
	later.user = s.user
	if got := later.Fingerprint(token); got != fingerprint {
		t.Errorf("fingerprint %q, before %q", got, fingerprint)
	}
}
