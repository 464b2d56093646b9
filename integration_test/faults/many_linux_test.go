package faults

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Ten thousand gets leave nothing behind. Most of them are calls in this process,
// where descriptors and goroutines that leak add up; three hundred are processes,
// as Git starts them. Every tenth is judged anew, the rest is remembered.
func TestTenThousandGetsLeaveNothingBehind(t *testing.T) {
	r := newRoom(t)
	if err := r.reset(lookalike.Live); err != nil {
		t.Fatal(err)
	}
	inside, processes := 9700, 300
	if testing.Short() {
		inside, processes = 970, 30
	}
	ring := &storetest.MapRing{}
	dir := filepath.Join(t.TempDir(), "ado-guard")
	input := newProgram(r).input
	one := func(i int) {
		state := store.Open(dir, time.Now, zerolog.Nop())
		g := &helper.Guard{
			Wrapped: true,
			Inner: func(context.Context, validate.Request) helper.Inner {
				return helper.Inner{Topology: helper.Wrap, Programs: []helper.Program{answers("username=alice\npassword=" + r.Secret(r.token) + "\n")}}
			},
			Settings: func(context.Context) helper.Settings { return helper.DefaultSettings },
			Judge:    agrees{}, Memory: state, Copies: store.NewCopies(ring, state),
			Notices: notice.Printer{To: io.Discard}, Now: time.Now, Trace: zerolog.Nop(),
		}
		if i%10 == 0 {
			if err := os.RemoveAll(filepath.Join(dir, "records")); err != nil {
				t.Fatal(err)
			}
		}
		var out strings.Builder
		if err := g.Handle(t.Context(), helper.ActionGet, strings.NewReader(input), &out); err != nil || !strings.Contains(out.String(), "password=") {
			t.Fatalf("%v, %q", err, out.String())
		}
	}
	for i := range 20 {
		one(i)
	}
	runtime.GC()
	descriptors, goroutines, files := openFiles(t), runtime.NumGoroutine(), filesBelow(t, dir)
	for i := range inside {
		one(i)
	}
	runtime.GC()
	if n := openFiles(t); n > descriptors+3 {
		t.Errorf("%d open files, before %d", n, descriptors)
	}
	if n := runtime.NumGoroutine(); n > goroutines+3 {
		t.Errorf("%d goroutines, before %d", n, goroutines)
	}
	if n := filesBelow(t, dir); n > files {
		t.Errorf("%d files in the state directory, before %d", n, files)
	}
	if items := ring.Items(); len(items) != 1 {
		t.Errorf("%d items in the keyring", len(items))
	}

	p := newProgram(r)
	temporary := t.TempDir()
	p.env = []string{"TMPDIR=" + temporary}
	r.get(t, p)
	files = filesBelow(t, r.path(stateDir))
	for range processes {
		r.get(t, p)
	}
	if n := filesBelow(t, r.path(stateDir)); n > files {
		t.Errorf("after processes, %d files in the state directory, before %d", n, files)
	}
	if n := filesBelow(t, temporary); n > 0 {
		t.Errorf("%d temporary files", n)
	}
	if left := processesOf(t, r.Home); len(left) > 0 {
		t.Errorf("these processes are left: %q", left)
	}
}

// answers is an inner helper that always says the same.
type answers string

func (answers) Value() string { return "manager" }

func (a answers) Run(context.Context, string, helper.Message, bool) (helper.Message, error) {
	return helper.ReadAnswer(strings.NewReader(string(a)))
}

// agrees is an Azure DevOps for which everything lives.
type agrees struct{}

func (agrees) Judge(context.Context, validate.Target, validate.Credential) validate.Verdict {
	return validate.Verdict{State: validate.Live, Reason: validate.ReasonAccepted}
}
func (agrees) Warm(context.Context, validate.Target) {}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func filesBelow(t *testing.T, directory string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(directory, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// processesOf lists the processes that have a home.
func processesOf(t *testing.T, home string) []string {
	t.Helper()
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range environments {
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains("\x00"+string(text), "\x00HOME="+home+"\x00") {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline")) // it may have ended
			found = append(found, fmt.Sprintf("%q", line))
		}
	}
	return found
}
