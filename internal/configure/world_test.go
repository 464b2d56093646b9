package configure_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
)

// world is a temporary HOME with a real Git, and helpers that log their calls.
type world struct {
	t       *testing.T
	dir     string
	cwd     string
	extra   []string // environment
	keyring bool
	path    bool // the guard is on PATH
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the logging helpers are shell scripts")
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	w := &world{t: t, dir: t.TempDir(), keyring: true, path: true}
	w.cwd = w.dir
	for _, name := range []string{"manager", "osxkeychain", "libsecret", "oauth", "other"} {
		w.program("bin/git-credential-"+name, `echo "`+name+` $*" >>"$LOG"`)
	}
	// The stand-in for the guard runs its inner helpers as Git would, and notes the path
	// that Git tells it.
	w.program("bin/git-credential-ado-guard", `
echo ado-guard >>"$LOG"
sed -n 's/^path=//p' >"$LOG.path"
while [ $# -gt 1 ]; do
	case $1 in
	--helper)
		case $2 in
		'!'*) sh -c "${2#?} get" ;;
		/*) sh -c "$2 get" ;;
		*) sh -c "git credential-$2 get" ;;
		esac </dev/null
		shift ;;
	--host) echo "--host $2" >>"$LOG"; shift ;;
	*) echo "$1" >>"$LOG" ;;
	esac
	shift
done`)
	return w
}

func (w *world) file(name string) string { return filepath.Join(w.dir, name) }

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.file(name)), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.file(name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(name string) string {
	text, _ := os.ReadFile(w.file(name)) // not there: empty
	return string(text)
}

func (w *world) program(name, script string) string {
	w.t.Helper()
	w.write(name, "#!/bin/sh\n"+script+"\n")
	if err := os.Chmod(w.file(name), 0o700); err != nil {
		w.t.Fatal(err)
	}
	return w.file(name)
}

func (w *world) env() []string {
	return append([]string{
		"HOME=" + w.dir, "PATH=" + w.file("bin") + ":" + os.Getenv("PATH"), "LOG=" + w.file("log"), "BIN=" + w.file("bin"),
		"GIT_CONFIG_SYSTEM=" + w.file("system"), "GIT_TERMINAL_PROMPT=0", "GIT_CEILING_DIRECTORIES=" + filepath.Dir(w.dir),
	}, w.extra...)
}

func (w *world) git(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = w.cwd, w.env()
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// called returns which helpers a real Git asks for url, and the guard in its turn.
func (w *world) called(url string) string {
	_ = os.Remove(w.file("log")) // may not be there
	cmd := exec.Command("git", "credential", "fill")
	cmd.Dir, cmd.Env, cmd.Stdin = w.cwd, w.env(), strings.NewReader("url="+url+"\n\n")
	_ = cmd.Run() // nobody answers, so it fails
	return strings.ReplaceAll(strings.TrimSpace(w.read("log")), "\n", ", ")
}

func (w *world) environment() configure.Environment {
	return configure.Environment{
		Git: gitconfig.Git(w.cwd, w.env()),
		Find: func(program string) (string, error) {
			if filepath.IsAbs(program) {
				return exec.LookPath(program)
			}
			if !w.path {
				return "", exec.ErrNotFound
			}
			return exec.LookPath(w.file("bin/" + program))
		},
		Executable: w.file("My Tools/git-credential-ado-guard"),
		Keyring:    func(context.Context) bool { return w.keyring },
	}
}

func (w *world) configure(o configure.Options) configure.Report {
	w.t.Helper()
	r, err := configure.Configure(w.t.Context(), o, w.environment())
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) unconfigure(o configure.Options) configure.Report {
	w.t.Helper()
	r, err := configure.Unconfigure(w.t.Context(), o, w.environment())
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// text is a report as people see it, stderr after stdout.
func (w *world) text(r configure.Report) string {
	w.t.Helper()
	var b strings.Builder
	b.WriteString(r.Format(report.Style{}))
	for _, n := range r.Notices {
		b.WriteString("! " + n.What + "\n? " + n.Hint + "\n")
	}
	return strings.ReplaceAll(b.String(), w.dir, "HOME")
}
