package store

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/rs/zerolog"
)

// childVariable makes this test binary be one of the children instead of running
// tests, so that tests can have real processes.
const childVariable = "ADO_GUARD_STORE_TEST_CHILD"

// children are what such a process can do. Each gets its arguments, writes to
// standard output, and begins when its standard input is closed.
var children = map[string]func(args []string) error{
	"fingerprint": childFingerprint,
	"count":       childCount,
	"hold":        childHold,
	"idle":        func([]string) error { time.Sleep(5 * time.Second); return nil },
	"save":        childSave,
	"keyring":     childKeyring,
}

func TestMain(m *testing.M) {
	name := os.Getenv(childVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	io.Copy(io.Discard, os.Stdin) //nolint:errcheck // any end of it is the sign to begin
	if err := children[name](os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child is a process that was started.
type child struct {
	*exec.Cmd
	begin  io.Closer
	stdout bytes.Buffer
	stderr bytes.Buffer
}

func start(t *testing.T, name string, args ...string) *child {
	t.Helper()
	c := prepare(t, name, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func prepare(t *testing.T, name string, args ...string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(os.Args[0], args...)}
	c.Env = append(os.Environ(), childVariable+"="+name)
	c.Stdout, c.Stderr = &c.stdout, &c.stderr
	begin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.begin = begin
	return c
}

// finish lets a child begin and waits for it.
func (c *child) finish(t *testing.T) string {
	t.Helper()
	c.begin.Close()
	if err := c.Wait(); err != nil {
		t.Fatalf("child: %v\n%s", err, c.stderr.String())
	}
	return c.stdout.String()
}

// together runs n children that begin at the same moment, and returns what each
// of them wrote.
func together(t *testing.T, n int, name string, args func(i int) []string) []string {
	t.Helper()
	all := make([]*child, n)
	for i := range all {
		all[i] = start(t, name, args(i)...)
	}
	for _, c := range all {
		c.begin.Close()
	}
	out := make([]string, n)
	for i, c := range all {
		out[i] = c.finish(t)
	}
	return out
}

// onlyUnix removes those cases of a table that Windows does not know: there, links
// are for administrators, and access control lists stand for owners and modes (see
// files_windows.go).
func onlyUnix[Case any](tests map[string]Case, names ...string) {
	for _, name := range names {
		if _, ok := tests[name]; !ok {
			panic(name)
		}
		if runtime.GOOS == "windows" {
			delete(tests, name)
		}
	}
}

// clock is a time that moves only by hand. It begins now, because files get their
// times from the operating system.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now().UTC().Round(0)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// open makes a State in a new directory.
func open(t *testing.T) (*State, *clock) {
	t.Helper()
	c := newClock()
	return Open(filepath.Join(t.TempDir(), "ado-guard"), c.now, zerolog.Nop()), c
}

// again opens the directory of another State, as the next process would.
func again(s *State) *State { return Open(s.dir, s.now, zerolog.Nop()) }

// openReal opens a directory as a child does, by the real clock.
func openReal(dir string) *State { return Open(dir, time.Now, zerolog.Nop()) }

var token = secret.New("q5xvxq6yzlwqm4x2yxw3qk7mzq5xvxq6yzlwqm4x2yxw3qk7mzqa")

func live(s *State) Remembered {
	now := s.now()
	return Remembered{Finding: Live, Reason: "proven live", Until: now.Add(5 * time.Minute), Proven: now}
}

// files returns every file below a directory, with its content.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// only returns the one file whose name has a prefix.
func only(t *testing.T, s *State, prefix string) string {
	t.Helper()
	var found []string
	for name := range files(t, s.dir) {
		if strings.HasPrefix(name, prefix) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		t.Fatalf("files %s…: %q, want one", prefix, found)
	}
	return found[0]
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// instead puts a file in the place of a folder and of what is in it.
func instead(t *testing.T, path, content string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	write(t, path, content)
}
