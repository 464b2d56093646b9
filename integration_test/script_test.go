package integration

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestWithoutTheGuard reproduces what the guard is there for.
func TestWithoutTheGuard(t *testing.T) { runScripts(t, gits(), "bug", "none") }

// TestGuarded runs its scripts with the guard before the stand-in in both of the
// ways that there are, and with a newer Git where there is one.
func TestGuarded(t *testing.T) { runScripts(t, gits(), "guarded", "wrap", "chain") }

// TestWrap runs what only a guard that runs the inner helpers itself can do.
func TestWrap(t *testing.T) { runScripts(t, gits(), "wrap", "wrap") }

// TestAlone runs the guard as the only helper: the keyring is the store.
func TestAlone(t *testing.T) { runScripts(t, gits(), "alone", "alone") }

// TestNewerGit runs what needs Git 2.46, which asks again after a 401.
func TestNewerGit(t *testing.T) {
	able := slices.DeleteFunc(gits(), func(g git) bool { return g.version < 246 })
	if len(able) == 0 {
		t.Skip("git here is older than 2.46, and ADO_GUARD_TEST_NEWER_GIT names no other")
	}
	runScripts(t, able, "newer", "wrap", "chain")
}

// runScripts runs all scripts of a directory, for each topology and each Git.
func runScripts(t *testing.T, with []git, directory string, topologies ...string) {
	deadline, _ := t.Deadline() // the zero time is none
	for _, git := range with {
		for _, topology := range topologies {
			t.Run(topology+" with "+git.name, func(t *testing.T) {
				t.Parallel()
				testscript.RunT(watched{T: t, of: &watch{}}, testscript.Params{
					Dir:                 filepath.Join("testdata", directory),
					Setup:               func(env *testscript.Env) error { return setUp(env, topology, git) },
					Cmds:                commands,
					RequireExplicitExec: true,
					RequireUniqueNames:  true,
					Deadline:            deadline,
				})
			})
		}
	}
}

// git is a Git to test with.
type git struct {
	name    string
	first   string // a directory to put first on PATH, if it is not the system's
	version int    // 239 for 2.39
}

// gits returns the system's Git, and the newer one that .ci/install provides.
func gits() []git {
	found := []git{versionOf("git", "")}
	if directory := os.Getenv("ADO_GUARD_TEST_NEWER_GIT"); directory != "" {
		found = append(found, versionOf(filepath.Join(directory, "git"), directory))
	}
	return found
}

func versionOf(program, first string) git {
	output, err := exec.Command(program, "version").Output()
	var major, minor int
	if err == nil {
		_, err = fmt.Sscanf(string(output), "git version %d.%d", &major, &minor)
	}
	if err != nil {
		panic(fmt.Sprintf("asking %s for its version: %v", program, err))
	}
	return git{fmt.Sprintf("git %d.%d", major, minor), first, 100*major + minor}
}

// setUp makes a script's world.
func setUp(env *testscript.Env, topology string, with git) error {
	s, err := scene.New(env.WorkDir)
	if err != nil {
		return err
	}
	env.Defer(s.Close)
	w := &world{Scene: s, skip: env.T().Skip}
	watch := env.T().(watched).of
	watch.world = w
	env.Defer(func() { watch.files, watch.err = rig.LeakingFiles(s) })
	env.Values[worldKey{}] = w
	for _, variable := range w.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if name == "PATH" && with.first != "" {
			value = with.first + string(filepath.ListSeparator) + value
		}
		env.Setenv(name, value)
	}
	env.Setenv("TOPOLOGY", topology)
	return w.Configure(topology, "")
}

type worldKey struct{}

// watched is a testing.T that keeps what a script logged, so that it can be
// searched for tokens, and shows it as `go test` would.
type watched struct {
	*testing.T
	of *watch
}

// watch is what one script leaves behind.
type watch struct {
	world *world
	log   bytes.Buffer
	files []string // that hold a token
	err   error    // of looking for them
}

func (w watched) Verbose() bool { return true } // so that nothing is left out of the log

func (w watched) Log(arguments ...any) { fmt.Fprintln(&w.of.log, arguments...) }

func (w watched) Fatal(arguments ...any) {
	w.Log(arguments...)
	w.FailNow()
}

func (w watched) Run(name string, script func(testscript.T)) {
	w.T.Run(name, func(t *testing.T) {
		child := watched{T: t, of: &watch{}}
		t.Cleanup(func() { child.of.judge(t) })
		script(child)
	})
}

// judge fails the test if a token stands where it must not.
func (w *watch) judge(t *testing.T) {
	if w.world == nil {
		return
	}
	for _, name := range rig.Leaks(w.world.Server.Tokens(), w.log.Bytes()) {
		t.Errorf("the token %s was printed", name)
	}
	for _, file := range w.files {
		t.Errorf("written to a file: %s", file)
	}
	if w.err != nil {
		t.Errorf("looking for tokens in files: %v", w.err)
	}
	if t.Failed() || testing.Verbose() {
		t.Log(w.world.WithNames(w.log.String()))
	}
}
