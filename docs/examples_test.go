// Package docs_test keeps the documents true: their examples are run, their links
// are followed, and every word of the program that people type is looked for in them.
package docs_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/standin"
	"github.com/ado-guard/git-credential-ado-guard/internal/cli"
)

// TestMain makes this test binary be the guard, or the stand-in for Git Credential
// Manager, when it is started under such a name.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "git-credential-ado-guard":
		os.Exit(cli.Run(context.Background(), cli.World{
			Args: os.Args[1:], Environ: os.Environ(),
			Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now,
		}))
	case "git-credential-manager":
		os.Exit(standin.Main())
	}
	os.Exit(m.Run())
}

// TestExamplesDoWhatTheySay runs every example of every document.
func TestExamplesDoWhatTheySay(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("nothing keeps the user's own keyring out of an example's reach there")
	}
	all := examplesOfManual(t)
	for _, file := range documents(t) {
		all = append(all, examplesOf(t, file)...)
	}
	for _, e := range all {
		t.Run(strings.TrimPrefix(e.place, "../"), func(t *testing.T) {
			t.Parallel()
			e.run(t)
		})
	}
}

// An example is a fenced block of a document. In a "console" block, each line that
// begins with "$ " is a command, and what stands below it is all that it prints;
// there "…" is any text within a line, and alone on a line any lines. An "sh" block
// is run as a whole and has to succeed. A comment before the block says what is there
// when it begins (see world.prepare), or why it cannot be run:
//
//	<!-- given: manager, expired -->
//	<!-- not run: it installs something -->
type example struct {
	place   string // file and line, joined so that they can name a test
	console bool
	given   []string
	text    string
}

var comment = regexp.MustCompile(`^<!-- (given|not run): (.+) -->$`)

// examplesOf finds the examples of a document that can be run.
func examplesOf(t *testing.T, file string) []example {
	t.Helper()
	var all []example
	var next example
	var inside, notRun bool
	var indent string
	for i, line := range strings.Split(read(t, file), "\n") {
		text := strings.TrimLeft(line, " ")
		language, fence := strings.CutPrefix(text, "```")
		switch {
		case !fence && inside:
			next.text += strings.TrimPrefix(line, indent) + "\n"
		case !fence:
			if m := comment.FindStringSubmatch(text); m != nil {
				notRun = m[1] == "not run"
				next.given = strings.Split(m[2], ", ")
			}
		case inside:
			if next.place != "" && !notRun {
				all = append(all, next)
			}
			next, inside, notRun = example{}, false, false
		default:
			inside, indent = true, line[:len(line)-len(text)] // of a list
			if language == "console" || language == "sh" {
				next.place = file + ":" + strconv.Itoa(i+1)
				next.console = language == "console"
			}
		}
	}
	if inside {
		t.Errorf("%s: a block does not end", file)
	}
	return all
}

// examplesOfManual are the commands that the manual shows. They are run where a token
// is alive, and have to succeed.
func examplesOfManual(t *testing.T) []example {
	t.Helper()
	var all []example
	for i, line := range strings.Split(read(t, manual), "\n") {
		if command, ok := strings.CutPrefix(line, ".Dl $ "); ok {
			all = append(all, example{place: manual + ":" + strconv.Itoa(i+1), given: []string{"manager", "live", "a clone"}, text: command})
		}
	}
	return all
}

func (e example) run(t *testing.T) {
	t.Helper()
	w := newWorld(t)
	for _, what := range e.given {
		w.prepare(what)
	}
	if !e.console {
		if out, err := w.shell(e.text); err != nil {
			t.Errorf("%s: %v\n%s", e.place, err, out)
		}
		return
	}
	for _, step := range strings.Split("\n"+e.text, "\n$ ")[1:] {
		command, wanted, _ := strings.Cut(step, "\n")
		got, err := w.shell(command)
		if err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Fatalf("%s: %s: %v", e.place, command, err)
		}
		wanted, got = strings.Trim(wanted, "\n"), strings.Trim(got, "\n")
		if !pattern(wanted).MatchString(got) {
			t.Errorf("%s: $ %s printed something else (-wanted +got):\n%s\nin full:\n%s", e.place, command, cmp.Diff(wanted, got), got)
		}
	}
}

// pattern is what an expected output stands for.
func pattern(wanted string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(wanted)
	quoted = regexp.MustCompile(`(?m)^…$`).ReplaceAllString(quoted, `(?s:.*)`)
	return regexp.MustCompile(`^` + strings.ReplaceAll(quoted, "…", ".*") + `$`)
}

// world is where an example is run: a home of its own, and a look-alike of Azure
// DevOps with the organization contoso and its repository web.
type world struct {
	t       *testing.T
	home    string
	here    string // the working directory
	server  *lookalike.Server
	clone   string // the repository's URL
	manager standin.Directory
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, home: t.TempDir(), server: lookalike.Start()}
	t.Cleanup(w.server.Close)
	w.here = w.home
	w.clone = w.server.Organization("contoso").Repository("web", "web").URL()
	w.manager = standin.Directory(filepath.Join(w.home, ".standin", "standin"))
	w.write(".gitconfig", w.server.GitConfig())
	w.write("system", "")
	w.write("bin/sudo", "#!/bin/sh\nexec \"$@\"\n")
	self, err := os.Executable()
	for _, name := range []string{"git-credential-ado-guard", "git-credential-manager"} {
		err = errors.Join(err, os.Symlink(self, filepath.Join(w.home, "bin", name)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// prepare makes one thing of a "given" comment so.
func (w *world) prepare(what string) {
	w.t.Helper()
	stored := func(b lookalike.Behaviour) error {
		return w.manager.Store(standin.Credential{
			Service: "https://dev.azure.com/contoso", Username: "alice", Password: w.server.Token("old", b).Secret(),
		})
	}
	do := func(command string) error {
		out, err := w.shell(command)
		if err != nil {
			w.t.Log(out)
		}
		return err
	}
	var err error
	switch what {
	case "manager": // Git Credential Manager is Git's only helper
		err = do("git config --global credential.helper manager && git config --global credential.https://dev.azure.com.useHttpPath true")
	case "configured": // the guard is in front of it
		err = do("git credential-ado-guard configure")
	case "live", "revoked", "expired": // the manager holds a token that is so
		err = stored(map[string]lookalike.Behaviour{
			"live":    lookalike.Live,
			"revoked": lookalike.Revoked.At(lookalike.Repository, lookalike.SignInPage),
			"expired": lookalike.Expired.At(lookalike.Repository, lookalike.SignInPage),
		}[what])
	case "a person": // signs in when asked
		err = w.manager.Queue("alice", w.server.Token("new", lookalike.Live).Secret())
	case "a clone": // of the repository is where the example begins
		err = do("git init --quiet web && git -C web remote add origin " + w.clone)
		w.here = filepath.Join(w.home, "web")
	default:
		w.t.Fatalf("nobody knows how to make %q so", what)
	}
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

func (w *world) write(name, content string) {
	w.t.Helper()
	path := filepath.Join(w.home, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o755)); err != nil {
		w.t.Fatal(err)
	}
}

// shell runs a command and returns what it printed. Nothing of the machine's own
// configuration, keyring or network is within its reach.
func (w *world) shell(command string) (string, error) {
	cmd := exec.CommandContext(w.t.Context(), "sh", "-c", command)
	cmd.Dir = w.here
	cmd.Env = []string{
		"PATH=" + filepath.Join(w.home, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + w.home, "GIT_CONFIG_SYSTEM=" + filepath.Join(w.home, "system"), "GIT_TERMINAL_PROMPT=0",
		"LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(w.home, "no-bus"),
	}
	out, err := cmd.CombinedOutput()
	return strings.ReplaceAll(string(out), w.home, "/home/alice"), err
}

// documents are all that people read, at the top and here.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, folder := range []string{"..", "."} {
		found, err := fs.Glob(os.DirFS(folder), "*.md")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			all = append(all, filepath.Join(folder, name))
		}
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
