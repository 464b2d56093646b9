package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/zalando/go-keyring"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// fakeLibrary stands for go-keyring.
type fakeLibrary struct {
	do    func() (string, error)
	mu    sync.Mutex
	calls []string
}

func (f *fakeLibrary) call(name string, args ...string) (string, error) {
	f.mu.Lock()
	f.calls = append(f.calls, name+" "+strings.Join(args, " "))
	f.mu.Unlock()
	return f.do()
}

// made returns the calls that were made.
func (f *fakeLibrary) made() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *fakeLibrary) Get(service, user string) (string, error) { return f.call("get", service, user) }
func (f *fakeLibrary) Delete(service, user string) error {
	_, err := f.call("delete", service, user)
	return err
}

func (f *fakeLibrary) Set(service, user, _ string) error {
	_, err := f.call("set", service, user)
	return err
}

// fakeKeyring is a Keyring over a library that always does the same.
func fakeKeyring(t *testing.T, do func() (string, error)) (*Keyring, *fakeLibrary) {
	t.Helper()
	s, _ := open(t)
	library := &fakeLibrary{do: do}
	return &Keyring{
		state: s, library: library, goos: "linux", user: 1000,
		getenv: func(name string) string { return map[string]string{busVariable: "unix:path=/bus"}[name] },
		setenv: func(string, string) error { return errors.New("not to be set") },
		socket: func(string) bool { return false },
	}, library
}

func TestTheErrorsOfTheKeyringAreTyped(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		do   func() (string, error)
		want error
	}{
		"all well":    {func() (string, error) { return "text", nil }, nil},
		"not there":   {func() (string, error) { return "", keyring.ErrNotFound }, ErrNotFound},
		"too big":     {func() (string, error) { return "", keyring.ErrSetDataTooBig }, ErrTooBig},
		"no platform": {func() (string, error) { return "", keyring.ErrUnsupportedPlatform }, ErrUnavailable},
		"locked":      {func() (string, error) { return "", errors.New("failed to unlock") }, ErrUnavailable},
		"a panic":     {func() (string, error) { panic("the text") }, ErrUnavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, library := fakeKeyring(t, test.do)
			text, getting := k.Get(t.Context(), "item")
			if getting == nil && string(text) != "text" {
				t.Errorf("got %q", string(text))
			}
			for _, err := range []error{getting, k.Set(t.Context(), "item", "text"), k.Delete(t.Context(), "item")} {
				if !errors.Is(err, test.want) {
					t.Errorf("%v, want %v", err, test.want)
				}
				if err != nil && strings.Contains(err.Error(), "the text") {
					t.Errorf("%v tells what it should not", err)
				}
			}
			if got, want := fmt.Sprint(library.made()), "[get ado-guard item set ado-guard item delete ado-guard item]"; got != want {
				t.Errorf("calls %s, want %s", got, want)
			}
			if k.Hung() {
				t.Error("an answer counts as hanging")
			}
		})
	}
}

// late is a context whose end is noticed late, as on a machine that is too busy.
type late struct {
	context.Context
	done chan struct{}
}

func (l late) Done() <-chan struct{} { return l.done }

func TestABusyMachineIsNotTakenForAKeyringThatHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	k, _ := fakeKeyring(t, func() (string, error) { <-release; return "", nil })
	ctx, cancel := context.WithTimeout(t.Context(), hungAfter/2)
	defer cancel()
	l := late{ctx, make(chan struct{})}
	time.AfterFunc(hungAfter+10*time.Millisecond, func() { close(l.done) })
	if _, err := k.Get(l, "item"); !errors.Is(err, context.DeadlineExceeded) || k.Hung() {
		t.Errorf("%v, hung %v", err, k.Hung())
	}
}

func TestAKeyringThatHungIsLeftAloneForTenMinutes(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	k, library := fakeKeyring(t, func() (string, error) { <-release; return "", nil })
	get := func(patience time.Duration) (time.Duration, error) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		start := time.Now()
		_, err := k.Get(ctx, "item")
		if !errors.Is(err, ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
		return time.Since(start), err
	}
	if took, err := get(50 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) || k.Hung() {
		t.Errorf("in haste: %s, %v, hung %v", took, err, k.Hung())
	}
	if took, err := get(hungAfter + time.Second/2); took > hungAfter+2*time.Second || !errors.Is(err, context.DeadlineExceeded) || !k.Hung() {
		t.Errorf("with patience: %s, %v, hung %v", took, err, k.Hung())
	}
	alone := func(what string) {
		t.Helper()
		calls := len(library.made())
		if took, _ := get(5 * time.Second); took > time.Second || len(library.made()) != calls {
			t.Errorf("%s it was not left alone: %s", what, took)
		}
	}
	alone("in this process")
	state := k.state
	k.hung.Store(false) // as the next process has it
	alone("in the next process")
	clock := state.now()
	state.now = func() time.Time { return clock.Add(hungFor) }
	if k.Hung() {
		t.Error("left alone for longer than ten minutes")
	}
	state.now = func() time.Time { return clock }
	k.Retry()
	if k.Hung() {
		t.Error("left alone although it is to be tried again")
	}
	k.state = Open("", time.Now, zerolog.Nop())
	get(hungAfter + time.Second/2)
	alone("without memory")
}

func TestNoCallIsMadeWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	k, library := fakeKeyring(t, func() (string, error) { return "", nil })
	k.getenv = func(string) string { t.Error("a bus is looked for"); return "" }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.Get(ctx, "item"); !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) || library.made() != nil {
		t.Errorf("%v, calls %q", err, library.made())
	}
}

func TestWhereTheSessionBusIs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env    map[string]string
		socket string
		want   string
	}{
		"named":                   {env: map[string]string{busVariable: "unix:abstract=/tmp/x,guid=1"}, want: "unix:abstract=/tmp/x,guid=1"},
		"named, and a socket too": {env: map[string]string{busVariable: "tcp:host=x", "XDG_RUNTIME_DIR": "/run/user/1000"}, socket: "/run/user/1000/bus", want: "tcp:host=x"},
		"nowhere":                 {},
		"to be launched":          {env: map[string]string{busVariable: "autolaunch:"}},
		"to be launched, scoped":  {env: map[string]string{busVariable: "autolaunch:scope=*user"}},
		"to be launched, but it is there": {
			env: map[string]string{busVariable: "autolaunch:"}, socket: "/run/user/1000/bus", want: "unix:path=/run/user/1000/bus",
		},
		"a runtime directory without a socket": {env: map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000"}},
		"a socket in the runtime directory": {
			env: map[string]string{"XDG_RUNTIME_DIR": "/tmp/rün time,x"}, socket: "/tmp/rün time,x/bus", want: "unix:path=/tmp/r%C3%BCn%20time%2Cx/bus",
		},
		"a socket in the usual place":          {socket: "/run/user/1000/bus", want: "unix:path=/run/user/1000/bus"},
		"a socket in another user's place":     {socket: "/run/user/0/bus"},
		"a runtime directory that is relative": {env: map[string]string{"XDG_RUNTIME_DIR": "run"}, socket: "run/bus"},
	}
	for name, test := range tests {
		getenv := func(name string) string { return test.env[name] }
		socket := func(path string) bool { return path == test.socket && path != "" }
		if got := busAddress(getenv, 1000, socket); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestWithoutABusNoCallIsMadeOnLinuxOnly(t *testing.T) {
	t.Parallel()
	for goos, want := range map[string]bool{"linux": false, "freebsd": false, "darwin": true, "windows": true} {
		k, library := fakeKeyring(t, func() (string, error) { return "", nil })
		k.goos = goos
		k.getenv = func(string) string { return "" }
		_, err := k.Get(t.Context(), "item")
		if called := library.made() != nil; called != want || called == errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: called %v: %v", goos, called, err)
		}
	}
}

func TestABusThatWasFoundIsNamedForTheLibrary(t *testing.T) {
	t.Parallel()
	env := map[string]string{"XDG_RUNTIME_DIR": "/tmp/run"}
	k, library := fakeKeyring(t, func() (string, error) { return "", nil })
	k.getenv = func(name string) string { return env[name] }
	k.setenv = func(name, value string) error { env[name] = value; return nil }
	k.socket = func(path string) bool { return path == "/tmp/run/bus" }
	if _, err := k.Get(t.Context(), "item"); err != nil || env[busVariable] != "unix:path=/tmp/run/bus" {
		t.Errorf("%v, %q", err, env)
	}
	delete(env, busVariable)
	k.setenv = func(string, string) error { return errors.New("no") }
	if _, err := k.Get(t.Context(), "item"); !errors.Is(err, ErrUnavailable) || len(library.made()) != 1 {
		t.Errorf("%v, calls %q", err, library.made())
	}
}

func TestATextThatIsTooLongIsRefusedBeforeTheLibraryIsAsked(t *testing.T) {
	t.Parallel()
	// The limits of go-keyring: 2 560 bytes on Windows; on macOS a command of
	// 4 096 bytes, which has the service, the item, and the text in base64.
	for goos, fits := range map[string]func(n int) bool{
		"windows": func(n int) bool { return n <= 2560 },
		"darwin": func(n int) bool {
			command := fmt.Sprintf("add-generic-password -U -s '%s' -a '%s' -w '%s'\n",
				service, "dev.azure.com/contoso", "go-keyring-base64:"+strings.Repeat("x", (n+2)/3*4))
			return len(command) <= 4096
		},
	} {
		most := limit(goos, "dev.azure.com/contoso")
		if !fits(most) || fits(most+3) {
			t.Errorf("%s: limit %d does not fit", goos, most)
		}
		k, library := fakeKeyring(t, func() (string, error) { return "", nil })
		k.goos = goos
		if err := k.Set(t.Context(), "dev.azure.com/contoso", Text(strings.Repeat("x", most))); err != nil {
			t.Error(err)
		}
		err := k.Set(t.Context(), "dev.azure.com/contoso", Text(strings.Repeat("x", most+1)))
		if !errors.Is(err, ErrTooBig) || len(library.made()) != 1 {
			t.Errorf("%s: %v, calls %q", goos, err, library.made())
		}
	}
}

func TestTheSystemKeyringIsOfThisProcess(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	k := SystemKeyring(s)
	if k.goos != runtime.GOOS || k.user != os.Geteuid() || k.getenv("PATH") != os.Getenv("PATH") || k.socket(s.dir) {
		t.Errorf("%+v", k)
	}
}

// fileRing is a Ring in files that many processes can use, each change of which is
// one step, as in a keyring.
type fileRing struct{ dir string }

func (r fileRing) Get(_ context.Context, item string) (Text, error) {
	content, err := os.ReadFile(filepath.Join(r.dir, fileName(nil, item)))
	if errors.Is(err, os.ErrNotExist) {
		err = ErrNotFound
	}
	return Text(content), err
}

func (r fileRing) Set(_ context.Context, item string, text Text) error {
	file, err := os.CreateTemp(r.dir, "ring-")
	if err != nil {
		return err
	}
	_, err = file.WriteString(string(text))
	return errors.Join(err, file.Close(), replace(file.Name(), filepath.Join(r.dir, fileName(nil, item))))
}

func (r fileRing) Delete(_ context.Context, item string) error {
	return os.Remove(filepath.Join(r.dir, fileName(nil, item)))
}

// childSave DIR NAME N: saves N accounts whose names begin with NAME into one item,
// and removes every other one of them again.
func childSave(args []string) error {
	copies := NewCopies(fileRing{args[0]}, openReal(filepath.Join(args[0], "ado-guard")))
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	for i := range n {
		name := fmt.Sprintf("%s-%d", args[1], i)
		if err := copies.Save(context.Background(), "item", Entry{Username: name, Password: secret.New(name)}); err != nil {
			return err
		}
		if i%2 == 1 {
			continue
		}
		removed, err := copies.Remove(context.Background(), "item", func(e Entry) bool { return e.Username == name })
		if err != nil || removed != 1 {
			return fmt.Errorf("removed %d: %v", removed, err)
		}
	}
	return nil
}

func TestProcessesThatChangeOneItemAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	const processes, each = 8, 20
	dir := t.TempDir()
	together(t, processes, "save", func(i int) []string {
		return []string{dir, "user" + strconv.Itoa(i), strconv.Itoa(each)}
	})
	copies := NewCopies(fileRing{dir}, openReal(filepath.Join(dir, "ado-guard")))
	entries, err := copies.Load(t.Context(), "item")
	if err != nil || len(entries) != processes*each/2 {
		t.Errorf("%d entries, want %d: %v", len(entries), processes*each/2, err)
	}
	for _, e := range entries {
		if e.Password.Reveal() != e.Username {
			t.Errorf("%s has another's password", e.Username)
		}
	}
}

// childKeyring DIR PATIENCE ACTION ITEM [TEXT]: makes one call to the real keyring
// and prints what came of it.
func childKeyring(args []string) error {
	patience, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	k := SystemKeyring(openReal(args[0]))
	start := time.Now()
	text := Text("")
	switch args[2] {
	case "get":
		text, err = k.Get(ctx, args[3])
	case "set":
		err = k.Set(ctx, args[3], Text(args[4]))
	case "delete":
		err = k.Delete(ctx, args[3])
	}
	took := time.Since(start)
	for _, typed := range []error{ErrNotFound, ErrUnavailable, ErrTooBig} {
		if errors.Is(err, typed) {
			text, err = Text(typed.Error()), nil
		}
	}
	fmt.Printf("%d %s", took.Milliseconds(), string(text))
	return err
}
