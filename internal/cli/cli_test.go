package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOptionsStandBeforeTheWord(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  []string
		want  options
		words []string
		err   string
	}{
		{"none", []string{"get"}, options{}, []string{"get"}, ""},
		{"wrap", []string{"--helper", "manager", "get"}, options{helpers: []string{"manager"}}, []string{"get"}, ""},
		{"several", []string{"--helper=cache --timeout=60", "--helper", "oauth", "--host", "https://tfs.example/tfs", "--no-copy", "store"},
			options{helpers: []string{"cache --timeout=60", "oauth"}, hosts: []string{"https://tfs.example/tfs"}, noCopy: true}, []string{"store"}, ""},
		{"a command's own options stay with it", []string{"check", "--json"}, options{}, []string{"check", "--json"}, ""},
		{"misspelt", []string{"--helpr", "manager", "get"}, options{}, nil, "there is no option --helpr (did you mean --helper?)"},
		{"nothing like it", []string{"--frobnicate", "get"}, options{}, nil, "there is no option --frobnicate"},
		{"empty", []string{"--helper", "", "get"}, options{}, nil, `invalid value "" for flag -helper: it is empty`},
		{"without a value", []string{"--helper"}, options{}, nil, "flag needs an argument: -helper"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, words, err := parse(c.args)
			if message(err) != c.err {
				t.Errorf("error is %q, want %q", message(err), c.err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(options{})); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.words, words); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestExitStatusesAndWhereTheyAreExplained(t *testing.T) {
	for _, c := range []struct {
		name, stdin    string
		args, env      []string
		exit           int
		stdout, stderr string // what they begin with; "" for nothing at all
	}{
		{name: "no command", exit: 64, stderr: "git-credential-ado-guard proves"},
		{name: "help", args: []string{"help"}, stdout: "git-credential-ado-guard proves"},
		{name: "--help", args: []string{"--help"}, stdout: "git-credential-ado-guard proves"},
		{name: "version", args: []string{"version"}, stdout: "git-credential-ado-guard "},
		{name: "--version", args: []string{"--version"}, stdout: "git-credential-ado-guard "},
		{name: "a wrong option", args: []string{"--x", "get"}, exit: 64, stderr: "ado-guard: there is no option --x\n"},
		{name: "help for a command", args: []string{"help", "check"}, stdout: "git-credential-ado-guard proves"},
		{name: "a wrong option of help", args: []string{"help", "--x"}, exit: 64, stderr: "ado-guard: there is no option --x\n"},
		{name: "a wrong option of version", args: []string{"version", "--json"}, exit: 64, stderr: "ado-guard: there is no option --json\n"},
		{name: "help on version", args: []string{"version", "--help"}, stdout: "git-credential-ado-guard proves"},
		{name: "a future word of the protocol", args: []string{"capability"}, stdin: "protocol=https\n"},
		{name: "not a request", args: []string{"get"}, stdin: "host=h\n", stderr: "ado-guard: the request on stdin is not a credential request: no protocol\n"},
		{name: "another host", args: []string{"get"}, stdin: "protocol=https\nhost=github.com\n"},
		{name: "inside another guard", args: []string{"get"}, stdin: "garbage", env: []string{"ADO_GUARD_INNER=1"}},
		{name: "a wrong --host", args: []string{"--host", "http://tfs", "get"}, stdin: "protocol=https\nhost=github.com\n", stderr: "ado-guard: --host "},
		{name: "a trace that cannot be", args: []string{"get"}, stdin: "protocol=https\nhost=github.com\n", env: []string{"ADO_GUARD_TRACE=relative"}, stderr: "ado-guard: no trace is written: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			exit := Run(t.Context(), World{
				Args: c.args, Environ: append(os.Environ(), c.env...), Stdin: strings.NewReader(c.stdin), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
			})
			if exit != c.exit {
				t.Errorf("exit status %d, want %d", exit, c.exit)
			}
			for _, s := range []struct{ name, got, want string }{{"stdout", stdout.String(), c.stdout}, {"stderr", stderr.String(), c.stderr}} {
				if s.want == "" && s.got != "" || !strings.HasPrefix(s.got, s.want) {
					t.Errorf("%s is %q", s.name, s.got)
				}
			}
		})
	}
}

func TestTheHelpFitsIntoATerminalOfTheUsualWidth(t *testing.T) {
	for line := range strings.Lines(helpText) {
		if len(line) > 80 { // with its end
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

func TestSwitchedOffTheGuardIsItsInnerHelper(t *testing.T) {
	var stdout bytes.Buffer
	Run(t.Context(), World{
		Args:    []string{"--helper", "!f() { cat; echo action=$1; }; f", "get"},
		Environ: append(os.Environ(), "ADO_GUARD=0", "HOME="+t.TempDir()),
		Stdin:   strings.NewReader("protocol=https\nhost=dev.azure.com\npath=contoso\nusername=a\npassword=p\n"),
		Stdout:  &stdout, Stderr: io.Discard, Now: time.Now,
	})
	if got, want := stdout.String(), "protocol=https\nhost=dev.azure.com\npath=contoso\nusername=a\npassword=p\naction=get\n"; got != want {
		t.Errorf("answered %q", got)
	}
}

func TestTheTraceIsForItsOwnerAndHoldsNoSecret(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "trace")
	Run(t.Context(), World{
		Args:    []string{"--helper", "!f() { echo username=alice; echo password=hush-hush; }; f", "get"},
		Environ: append(os.Environ(), "ADO_GUARD_TRACE="+path, "HOME="+dir),
		Stdin:   strings.NewReader("protocol=https\nhost=github.com\n"),
		Stdout:  io.Discard, Stderr: io.Discard, Now: time.Now,
	})
	trace, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(trace), `"attributes":["username","password"]`) || strings.Contains(string(trace), "hush") {
		t.Errorf("the trace is %s, %v", trace, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

func TestTheNearestWordIsOffered(t *testing.T) {
	words := []string{"check", "configure", "doctor", "forget", "get", "store"}
	for wrong, want := range map[string]string{
		"chekc": "check", "docter": "doctor", "config": "configure", "forgot": "forget", "gte": "get", "x": "", "": "", "configrue": "configure",
	} {
		if got := nearest(wrong, words); got != want {
			t.Errorf("%q is taken for %q, want %q", wrong, got, want)
		}
	}
}
