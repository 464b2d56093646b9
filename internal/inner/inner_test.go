package inner

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
)

func TestHelpersRunInAllOfGitsForms(t *testing.T) {
	dir := t.TempDir()
	script(t, filepath.Join(dir, "git-credential-bare"), `echo username=bare "$@"`)
	script(t, filepath.Join(dir, "with blank"), `echo username=path "$@"`)
	for value, want := range map[string]string{
		"bare":                              "bare get",
		"bare --flag 'two words'":           "bare --flag two words get",
		dir + `/git-credential-bare --x`:    "bare --x get",
		dir + `/with\ blank`:                "path get",
		`!echo username=shell`:              "shell get",
		`!f() { echo "username=$1 f"; }; f`: "get f",
		`!"` + dir + `/with blank" -a`:      "path -a get",
	} {
		r := runner(dir, nil)
		answer, err := r.Helper(value).Run(t.Context(), "get", request(t), false)
		if err != nil || answer.Get("username") != want {
			t.Errorf("%s answers %q, %v; want %q", value, answer.Get("username"), err, want)
		}
	}
}

func TestAHelperIsWhatItWouldBeToGit(t *testing.T) {
	for _, c := range []struct {
		name, script, want string
		fails              bool
	}{
		{"answers and fails", "echo username=a; exit 1", "username=a\n", true},
		{"answers and is killed", "echo username=a; kill -9 $$", "username=a\n", true},
		{"reads nothing", "exec <&-; echo username=a", "username=a\n", false},
		{"prints garbage", "printf 'username=a\\noops\\npassword=p\\n'", "username=a\noops\n", false},
		{"goes on after the blank line", "printf 'username=a\\n\\npassword=p\\n'", "username=a\n\n", false},
		{"CRLF", `printf 'username=a\r\n\r\n'`, "username=a\r\n\r\n", false},
		{"says nothing", "exit 0", "", false},
		{"is not there", "exec /nonexistent/helper", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, err := runner("", nil).Helper("!f() { "+c.script+"; }; f").Run(t.Context(), "get", request(t), false)
			if (err != nil) != c.fails {
				t.Errorf("error is %v", err)
			}
			if got := text(t, answer); got != c.want {
				t.Errorf("answered %q, want %q", got, c.want)
			}
		})
	}
}

func TestADaemonThatIsLeftBehindIsNotWaitedFor(t *testing.T) {
	for _, action := range []string{"get", "store"} {
		began := time.Now()
		_, err := runner("", nil).Helper("!f() { echo username=a; echo; sleep 20 & }; f").Run(t.Context(), action, request(t), false)
		if err != nil || time.Since(began) > 10*time.Second {
			t.Errorf("%s took %s, %v", action, time.Since(began), err)
		}
	}
}

func TestAnEndlessAnswerEnds(t *testing.T) {
	answer, err := runner("", nil).Helper("!yes username=a; :").Run(t.Context(), "get", request(t), false)
	if err == nil {
		t.Errorf("took %d attributes without an error", len(answer.Keys()))
	}
}

func TestALookEndsWithAllThatItStarted(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := runner("", nil).Helper("!f() { sh -c 'echo $$ >"+pid+"; sleep 30'; }; f").Run(ctx, "get", request(t), true)
	if err == nil || time.Since(began) > 10*time.Second {
		t.Errorf("the look took %s, %v", time.Since(began), err)
	}
	child, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	state, _ := exec.Command("ps", "-o", "stat=", "-p", strings.TrimSpace(string(child))).Output() // fails if there is none
	if len(state) > 0 && state[0] != 'Z' {
		t.Errorf("what the helper started is still there: %s", state)
	}
}

// Without a complete answer the pipe is read to its end, and such a daemon holds it.
func TestALookEndsAlthoughADaemonHoldsItsOutput(t *testing.T) {
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("there is no setsid to leave the process group with")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	began := time.Now()
	answer, err := runner("", nil).Helper("!f() { echo username=a; setsid sleep 20 & }; f").Run(ctx, "get", request(t), true)
	if err == nil || time.Since(began) > 10*time.Second {
		t.Errorf("the look took %s, %v", time.Since(began), err)
	}
	if got := text(t, answer); got != "username=a\n" {
		t.Errorf("what came before is lost: %q", got)
	}
}

func TestTheEnvironmentOfAHelper(t *testing.T) {
	base := []string{"PATH=/bin", "GCM_INTERACTIVE=auto", "WSLENV=USERPROFILE/p"}
	wsl := append(slices.Clone(base), "WSL_DISTRO_NAME=Debian")
	for _, c := range []struct {
		name  string
		from  []string
		quiet bool
		want  map[string]string
	}{
		{"get", base, false, map[string]string{"ADO_GUARD_INNER": "1", "GCM_INTERACTIVE": "auto", "WSLENV": "USERPROFILE/p", "GIT_ASKPASS": "(none)"}},
		{"look", base, true, map[string]string{"ADO_GUARD_INNER": "1", "GCM_INTERACTIVE": "never", "GCM_GUI_PROMPT": "false", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "WSLENV": "USERPROFILE/p"}},
		{"get under WSL", wsl, false, map[string]string{"WSLENV": "USERPROFILE/p:ADO_GUARD_INNER/w"}},
		{"look under WSL", wsl, true, map[string]string{"WSLENV": "USERPROFILE/p:ADO_GUARD_INNER/w:GCM_INTERACTIVE/w:GCM_GUI_PROMPT/w:GIT_TERMINAL_PROMPT/w:GIT_ASKPASS/w:SSH_ASKPASS/w"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := map[string]string{}
			for name := range c.want {
				got[name] = "(none)"
			}
			for _, e := range environment(c.from, c.quiet) {
				name, value, _ := strings.Cut(e, "=")
				if _, ok := c.want[name]; ok {
					got[name] = value
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheHelpersAfterTheGuard(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		want   []string
		found  bool
	}{
		{"none", nil, nil, false},
		{"the guard alone", []string{"ado-guard"}, nil, true},
		{"chain", []string{"ado-guard", "manager"}, []string{"manager"}, true},
		{"one before", []string{"osxkeychain", "ado-guard", "manager", "cache"}, []string{"manager", "cache"}, true},
		{"by its path", []string{"/opt/x/git-credential-ado-guard --no-copy", "manager"}, []string{"manager"}, true},
		{"a Windows path", []string{`C:\\Tools\\git-credential-ado-guard.exe`, "manager"}, []string{"manager"}, true},
		{"twice", []string{"ado-guard", "manager", "ado-guard"}, []string{"manager"}, true},
		{"not there", []string{"manager"}, nil, false},
		{"another of a like name", []string{"ado-guardian", "manager"}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			behind, found := After(c.values)
			if diff := cmp.Diff(c.want, behind); diff != "" || found != c.found {
				t.Error(found, diff)
			}
		})
	}
}

func TestAHelperSpeaksToPeopleItself(t *testing.T) {
	var stderr bytes.Buffer
	r := runner("", &stderr)
	loud := r.Helper("!f() { echo 'fatal: User cancelled dialog.' >&2; }; f")
	if _, err := loud.Run(t.Context(), "get", request(t), false); err != nil {
		t.Fatal(err)
	}
	if got, want := stderr.String(), "fatal: User cancelled dialog.\n"; got != want {
		t.Errorf("people read %q", got)
	}
	stderr.Reset()
	if _, err := loud.Run(t.Context(), "get", request(t), true); err != nil || stderr.Len() > 0 {
		t.Errorf("a look is not silent: %q, %v", stderr.String(), err)
	}
}

func TestAnUnknownActionIsRelayedAsItIs(t *testing.T) {
	var out bytes.Buffer
	runner("", nil).Relay(t.Context(), `!f() { echo "action=$1"; cat; }; f`, "capability", []byte("raw\x00bytes"), &out)
	if got, want := out.String(), "action=capability\nraw\x00bytes"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func runner(path string, stderr *bytes.Buffer) Runner {
	r := Runner{Environ: append(os.Environ(), "PATH="+path+string(os.PathListSeparator)+os.Getenv("PATH")), Trace: zerolog.Nop()}
	if stderr != nil {
		r.Stderr = stderr
	}
	return r
}

func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil { // it is to be run
		t.Fatal(err)
	}
}

func request(t *testing.T) helper.Message {
	t.Helper()
	m, err := helper.ReadRequest(strings.NewReader("protocol=https\nhost=dev.azure.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func text(t *testing.T, m helper.Message) string {
	t.Helper()
	var b strings.Builder
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
