package attacks

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
)

// onlyKept fails the test if a token is in any file but the stand-in's own.
func (a *stage) onlyKept() {
	a.t.Helper()
	files, err := rig.LeakingFiles(a.Scene)
	if err != nil || len(files) > 0 {
		a.t.Errorf("tokens are in %q, %v", files, err)
	}
}

// spy makes programs in the place of Git and of the inner helper that write down
// the command lines and environments of everything that belongs to this scene,
// and then do what the real ones do.
func (a *stage) spy() (notes string) {
	a.t.Helper()
	notes = filepath.Join(a.Home, "notes")
	look := "for p in /proc/[0-9]*; do\n" +
		"if grep -qsz 'HOME=" + a.Home + "' $p/environ; then { tr '\\0' ' ' <$p/cmdline; tr '\\0' ' ' <$p/environ; echo; } >>" + notes + " 2>/dev/null; fi\ndone\n"
	for _, name := range []string{"git", "git-credential-standin"} {
		a.write("bin/"+name, "#!/bin/sh\n"+look+"PATH=${PATH#*:}\nexec "+name+" \"$@\"\n")
	}
	a.env = append(a.env, "PATH="+filepath.Join(a.Home, "bin")+":"+os.Getenv("PATH"), "TMPDIR="+filepath.Join(a.Home, "tmp"))
	a.must(os.MkdirAll(filepath.Join(a.Home, "tmp"), 0o700))
	return notes
}

// A dead token is found, erased and replaced, with everything traced and watched.
func TestNoTokenIsInArgumentsEnvironmentTraceOrFiles(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]lookalike.Behaviour{"live": lookalike.Live, "expired": lookalike.Expired, "unknown": lookalike.Error503} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newStage(t)
			a.Server.Token("mine", end)
			a.Server.Token("new", lookalike.Live)
			a.must(a.Types("alice", "new"))
			notes := a.spy()
			trace := filepath.Join(a.Home, "trace")
			a.env = append(a.env, "ADO_GUARD_TRACE="+trace, "GIT_TRACE="+filepath.Join(a.Home, "git-trace"), "GIT_TRACE2_EVENT="+filepath.Join(a.Home, "git-trace2"),
				"GODEBUG=http2debug=0", "GOTRACEBACK=all")
			given := strings.TrimSuffix(request, "\n") + "username=alice\npassword=" + a.Secret("mine") + "\noauth_refresh_token=" + a.Secret("new") + "\n\n"
			a.guard("get", request)
			a.guard("store", given)
			a.guard("get", request)
			a.guard("erase", given)
			a.guard("capability", given)
			for _, action := range []string{"check", "doctor", "forget"} {
				if out := a.run(exec.Command("git-credential-ado-guard", "--helper", "standin", action, a.url), ""); len(rig.Leaks(a.Server.Tokens(), []byte(out))) > 0 {
					t.Errorf("%s printed %s", action, a.WithNames(out))
				}
			}
			for _, file := range []string{notes, trace} {
				if info, err := os.Stat(file); err != nil || info.Size() == 0 {
					t.Errorf("there is nothing in %s: this test shows nothing", file)
				}
			}
			a.onlyKept()
		})
	}
}

// A process that is killed leaves no token in a file, and one that dumps its
// stacks (SIGQUIT, SIGABRT) none on the screen.
func TestAProcessThatIsEndedTellsNoToken(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.Server.Endpoint(lookalike.Profile).Fault(lookalike.HangBefore)
	a.Server.Endpoint(lookalike.Connection).Fault(lookalike.HangBefore)
	a.env = append(a.env, "GOTRACEBACK=system", "TMPDIR="+a.Home)
	for _, s := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGSEGV, syscall.SIGKILL, syscall.SIGTERM} {
		a.must(os.RemoveAll(filepath.Join(a.Home, ".cache")))
		a.Server.Forget()
		c := exec.Command("git-credential-ado-guard", append(a.args, "get")...)
		go func() {
			for begun := time.Now(); time.Since(begun) < 30*time.Second; time.Sleep(10 * time.Millisecond) {
				if len(a.Server.Requests().Carrying("mine")) > 0 {
					_ = c.Process.Signal(s) // it may have ended by itself
					return
				}
			}
		}()
		before := len(a.said)
		a.run(c, request) // fails the test if it says a token
		if s == syscall.SIGQUIT && !strings.Contains(a.said[before:], "goroutine") {
			t.Errorf("it dumps no stacks: this test shows nothing: %q", a.said[before:])
		}
	}
	a.stillMine()
	a.onlyKept()
}

// What others say reaches the screen without its control characters.
func TestNothingThatOthersSaySteersTheTerminal(t *testing.T) {
	t.Parallel()
	const steer = "\x1b]0;owned\a\x1b[2J\u202e\u009b31m"
	a := newStage(t)
	a.must(a.Standin.Set("mode", "verbatim"))
	a.must(a.Configure("none", "[adoguard]\n\terase = \"evil\x1b[31m\"\n\ttimeout = \"\\b\x1b[2J\"\n"))
	for _, b := range []lookalike.Behaviour{lookalike.Expired, lookalike.Revoked, lookalike.SignInPage} {
		a.Server.Token("mine", b)
		for _, path := range []string{"contoso/web/_git/web", "contoso/" + steer + "/_git/" + steer, steer + "/web/_git/web"} {
			for _, user := range []string{"alice", steer, strings.Repeat("u", 60) + steer} {
				a.must(os.RemoveAll(filepath.Join(a.Home, ".cache")))
				a.must(a.Standin.Answer("username=" + user + "\npassword=" + a.Secret("mine") + "\n"))
				a.env = []string{"ADO_GUARD_TRACE=1"}
				a.guard("get", "protocol=https\nhost=dev.azure.com\npath="+path+"\nusername="+user+"\n\n")
				a.guard("store", "protocol=https\nhost=dev.azure.com\npath="+path+"\nusername="+user+"\npassword="+a.Secret("mine")+"\n\n")
			}
		}
		for _, command := range []string{"check", "doctor"} {
			a.said += a.run(exec.Command("git-credential-ado-guard", "--helper", "standin", command, a.url), "")
		}
	}
	a.guard("get", "protocol=https\nhost="+steer+"\npath="+steer+"\n\n")
	a.guard("g"+steer+"et", request)
	a.run(exec.Command("git-credential-ado-guard", "--"+steer, "get"), request)
	a.run(exec.Command("git-credential-ado-guard", "--host", "https://"+steer, "get"), request)
	if !strings.Contains(a.said, "ado-guard: ") {
		t.Error("nothing is said: this test shows nothing")
	}
	for row := range strings.Lines(a.said) {
		if i := strings.IndexFunc(strings.TrimSuffix(row, "\n"), func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e }); i >= 0 {
			t.Errorf("it said %q", row)
		}
	}
}

// An inner helper decides what Git gets, as it would without the guard. It does
// not decide where the token is sent, and what it calls itself is not believed.
func TestAHostileInnerHelperLeadsNoTokenElsewhere(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.Server.Stranger("evil.example")
	a.must(a.Standin.Set("mode", "verbatim"))
	for _, lines := range []string{
		"host=evil.example\n", "protocol=http\n", "path=../fabrikam/_git/x\n", "url=https://evil.example/contoso\n", "host=evil.example\nprotocol=https\npath=contoso\n",
		"username=alice@evil.example\n", "host=\n", "protocol=\n", "wwwauth[]=Bearer authorization_uri=https://evil.example\n",
		"state[]=ado-guard." + strings.Repeat("0", 32) + "\ncontinue=1\n", "quit=1\n", "path=contoso/web/_git/web\x00\n", "username=a\rhost=evil.example\n",
	} {
		a.must(os.RemoveAll(filepath.Join(a.Home, ".cache")))
		answer := "username=alice\npassword=" + a.Secret("mine") + "\n" + lines
		a.must(a.Standin.Answer(answer))
		if got := a.guard("get", request); got != answer {
			t.Errorf("%q: Git reads %q", lines, a.WithNames(got))
		}
	}
	a.onlySeenBy("mine", "dev.azure.com", "vssps.dev.azure.com")
	for _, r := range a.Server.Requests() {
		if r.Host == "evil.example" || r.Organization == "fabrikam" {
			t.Errorf("asked: %s", r)
		}
	}
	a.onlyKept()
}
