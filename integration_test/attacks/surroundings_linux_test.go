package attacks

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
)

// thief is a proxy of the attacker's: it grants every tunnel and keeps what comes.
type thief struct {
	address string
	mu      sync.Mutex
	heard   []byte
}

func newThief(t *testing.T) *thief {
	t.Helper()
	h := new(thief)
	address, stop, err := rig.Listen(h.listen)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	h.address = address
	return h
}

func (h *thief) listen(c net.Conn) {
	_ = c.SetDeadline(time.Now().Add(time.Second))
	buffer := make([]byte, 64<<10)
	for granted := false; ; {
		n, err := c.Read(buffer)
		h.mu.Lock()
		h.heard = append(h.heard, buffer[:n]...)
		h.mu.Unlock()
		if err != nil {
			return
		}
		if !granted {
			fmt.Fprint(c, "HTTP/1.1 200 Connection established\r\n\r\n")
			granted = true
		}
	}
}

func (h *thief) takes() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer func() { h.heard = nil }()
	return h.heard
}

// hostile makes a repository whose own configuration the attacker has written,
// and goes there.
func (a *stage) hostile(config string) {
	a.t.Helper()
	a.dir = filepath.Join(a.Home, "hostile")
	a.must(os.RemoveAll(a.dir))
	a.run2("git", "init", "--quiet", a.dir)
	a.write("hostile/.git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"+config)
}

func (a *stage) run2(name string, arguments ...string) {
	a.t.Helper()
	c := a.Command(name, arguments...)
	if output, err := c.CombinedOutput(); err != nil {
		a.t.Fatalf("%s: %v, %s", name, err, output)
	}
}

// A repository's own configuration may name a proxy: Git goes through it, and so
// does the guard. What passes there is sealed.
func TestAProxyOfTheRepositorysOwnSeesNoToken(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.must(a.Configure("none", ""))
	h := newThief(t)
	for _, key := range []string{"[http]\n\tproxy = http://", "[http \"https://dev.azure.com\"]\n\tproxy = http://", "[http \"https://vssps.dev.azure.com\"]\n\tproxy = http://",
		"[remote \"origin\"]\n\turl = " + a.url + "\n\tproxy = http://"} {
		a.hostile(key + h.address + "\n")
		a.must(os.RemoveAll(filepath.Join(a.Home, ".cache")))
		a.guard("get", request)
		heard := h.takes()
		if leaked := rig.Leaks(a.Server.Tokens(), heard); len(leaked) > 0 {
			t.Errorf("%s: the proxy has heard %q", key, leaked)
		}
		if strings.Contains(string(heard), "Authorization") {
			t.Errorf("%s: the proxy has heard %q", key, heard)
		}
	}
	a.stillMine()
}

// Where the repository's own configuration switches off or replaces the trust in
// Azure DevOps' certificate, Git itself would send the token to whoever answers.
// The guard sends nothing where nothing is verified, and never more than Git.
func TestAnImpostorThatTheRepositoryTrustsGetsNoMoreThanGitGivesHim(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(impostor *lookalike.Server) string{
		"sslVerify":                func(*lookalike.Server) string { return "\tsslVerify = false\n" },
		"sslVerify for the host":   func(*lookalike.Server) string { return "[http \"https://dev.azure.com\"]\n\tsslVerify = false\n" },
		"the impostor's authority": func(impostor *lookalike.Server) string { return "\tsslCAInfo = " + impostor.CAFile() + "\n" },
		"nothing of the kind":      func(*lookalike.Server) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newStage(t)
			impostor := lookalike.Start()
			t.Cleanup(impostor.Close)
			impostor.Organization("contoso").Repository("web", "web")
			impostor.TokenWithSecret("stolen", a.Secret("mine"), lookalike.Live)
			lines := "[http]\n\tproxy = " + impostor.URL() + "\n" + config(impostor)
			a.hostile(lines)
			a.must(a.Configure("none", ""))
			a.guard("get", request)
			toTheGuard := len(impostor.Requests().Carrying("stolen"))
			impostor.Forget()
			a.run(exec.Command("git", "ls-remote", a.url), "")
			toGit := len(impostor.Requests().Carrying("stolen"))
			t.Logf("he got it from Git %d times, from the guard %d times", toGit, toTheGuard)
			if toTheGuard > 0 && (toGit == 0 || strings.HasPrefix(name, "sslVerify")) {
				t.Errorf("the impostor got the token from Git %d times, from the guard %d times", toGit, toTheGuard)
			}
			a.stillMine()
		})
	}
}

// What a repository contains is not configuration, and its programs are not run.
func TestFilesOfARepositoryAreOnlyFiles(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.must(a.Configure("none", ""))
	h := newThief(t)
	a.hostile("")
	trap := "#!/bin/sh\necho \"$0 $*\" >>" + filepath.Join(a.Home, "trapped") + "\n"
	for _, name := range []string{"git", "sh", "git-credential-standin", "git-credential-ado-guard", "dbus-launch", ".git/hooks/pre-command", ".git/hooks/post-index-change"} {
		a.write("hostile/"+name, trap)
	}
	lines := "[http]\n\tproxy = http://" + h.address + "\n\tsslVerify = false\n[credential]\n\thelper = \"!echo >>" + filepath.Join(a.Home, "trapped") + "\"\n[adoguard]\n\terase = proven\n" +
		"[submodule \"web\"]\n\tpath = web\n\turl = " + a.url + "\n\tupdate = !touch " + filepath.Join(a.Home, "trapped") + "\n"
	for _, name := range []string{".gitmodules", ".gitconfig", ".lfsconfig", "config", ".config/git/config", "git-credential-ado-guard.conf"} {
		a.write("hostile/"+name, lines)
	}
	for _, action := range []string{"get", "store", "get", "erase"} {
		a.guard(action, request)
		a.must(a.Keep("contoso", "alice", "mine"))
	}
	if len(a.Server.Requests()) == 0 {
		t.Error("nothing was asked: this test shows nothing")
	}
	if heard := h.takes(); len(heard) > 0 {
		t.Errorf("the proxy has heard %q", heard)
	}
	if text, err := os.ReadFile(filepath.Join(a.Home, "trapped")); err == nil {
		t.Errorf("run: %s", text)
	}
}

// A helper of the repository's own is run by Git, if it stands in the list that
// Git makes. In wrap the guard runs none but its own.
func TestAHelperOfTheRepositorysOwnIsNotRunInWrap(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.must(a.Configure("wrap", ""))
	trapped := filepath.Join(a.Home, "trapped")
	a.hostile("[credential]\n\thelper = \"!f() { cat >>" + trapped + "; }; f\"\n[credential \"https://dev.azure.com\"]\n\thelper = \"!f() { cat >>" + trapped + "; }; f\"\n")
	for _, action := range []string{"get", "erase", "store"} {
		a.guard(action, strings.TrimSuffix(request, "\n")+"username=alice\npassword="+a.Secret("mine")+"\n\n")
	}
	if text, err := os.ReadFile(trapped); err == nil {
		t.Errorf("it was told %q", a.WithNames(string(text)))
	}
}

func TestAForgedStateErasesAndOpensNothing(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.guard("get", request)
	state := store.Open(filepath.Join(a.Home, ".cache", "ado-guard"), time.Now, zerolog.Nop())
	own := string(state.Fingerprint(secret.New(a.Secret("mine"))))
	for e := lookalike.Profile; e <= lookalike.Status; e++ {
		a.Server.Endpoint(e).Fault(lookalike.RefuseConnect) // so that the server's word would count
	}
	before := tree(t, a.Home)
	for _, forged := range []string{
		"", ".", "..", "../../../../etc/passwd", "/etc/passwd", strings.Repeat("0", 32), strings.Repeat("f", 31), strings.ToUpper(own), own + "/../" + own, own[:16],
		own + "\x1b[31m", strings.Repeat("a", 60000), "%2e%2e", "*", own + "0", "0" + own,
	} {
		for _, prefix := range []string{"ado-guard.", "ado-guard", "gcm.", ""} {
			answer := a.guard("get", "capability[]=state\nstate[]="+prefix+forged+"\n"+request)
			if !a.isMine(answer) || strings.Contains(answer, "quit=1") {
				t.Errorf("%s%.80q is answered with %q", prefix, forged, a.WithNames(answer))
			}
			a.stillMine()
		}
	}
	for path := range tree(t, a.Home) {
		if _, was := before[path]; !was && !strings.Contains(path, "/.cache/ado-guard/") && !strings.Contains(path, "/.standin/") {
			t.Errorf("made: %s", path)
		}
	}
}

// tree is every file below a directory, with a hash of its content.
func tree(t *testing.T, directory string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files[path] = info.Mode().String()
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path) // a file of the test's own
			if err != nil {
				return err
			}
			files[path] += fmt.Sprintf(" %x", sha256.Sum256(content))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Somebody else has made the state directory, or a part of it, a link to files
// that he wants to be destroyed, or to be read.
func TestAPoisonedStateDirectoryDestroysAndTellsNothing(t *testing.T) {
	t.Parallel()
	parts := []string{"", "records", "outcomes", "marks", "organizations", "items", "locks", "holders", "new", "key"}
	for _, part := range parts {
		t.Run("part "+part, func(t *testing.T) {
			t.Parallel()
			a := newStage(t)
			a.guard("get", request)
			victim := filepath.Join(a.Home, "victim")
			for _, name := range []string{"mine.txt", "new-1234567", strings.Repeat("0", 32), strings.Repeat("0", 32) + "/x", "key"} {
				path := filepath.Join(victim, name)
				if strings.HasSuffix(name, "/x") {
					path = filepath.Join(victim, "d"+name)
				}
				a.must(os.MkdirAll(filepath.Dir(path), 0o700))
				a.must(os.WriteFile(path, []byte("do not touch"), 0o600))
				long := time.Now().Add(-90 * 24 * time.Hour)
				a.must(os.Chtimes(path, long, long))
			}
			before := tree(t, victim)
			place := filepath.Join(a.Home, ".cache", "ado-guard", part)
			a.must(os.RemoveAll(place))
			target := victim
			if part == "key" {
				target = filepath.Join(victim, "key")
			}
			a.must(os.Symlink(target, place))
			a.Server.Token("mine", lookalike.Live)
			if answer := a.guard("get", request); !a.isMine(answer) {
				t.Errorf("answered %q", a.WithNames(answer))
			}
			a.stillMine()
			a.Server.Token("mine", lookalike.Revoked)
			a.Server.Token("new", lookalike.Live)
			a.must(a.Types("alice", "new"))
			a.guard("get", request)
			for path, was := range before {
				if is := tree(t, victim)[path]; is != was && part != "" {
					t.Errorf("%s was %s, is %s", path, was, is)
				}
			}
			if files, err := rig.LeakingFiles(a.Scene); err != nil || len(files) > 0 {
				t.Errorf("tokens are in %q, %v", files, err)
			}
		})
	}
}

// A record that somebody made with a key of his own, or took from elsewhere, or
// that belongs to another user.
func TestPlantedRecordsAreNotBelieved(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.guard("get", request) // makes the key, and a record that it is live
	dir := filepath.Join(a.Home, ".cache", "ado-guard")
	live, err := filepath.Glob(filepath.Join(dir, "records", "*", "*"))
	if err != nil || len(live) == 0 {
		t.Fatalf("there is no record: %v", err)
	}
	a.Server.Token("mine", lookalike.Revoked)
	a.Server.Token("new", lookalike.Live)
	if answer := a.guard("get", request); !a.isMine(answer) {
		t.Fatal("a record of the guard's own is not believed: this test shows nothing")
	}
	a.must(os.Remove(filepath.Join(dir, "key"))) // as if the records were somebody else's
	a.must(a.Types("alice", "new"))
	if answer := a.guard("get", request); a.isMine(answer) {
		t.Error("a record under another key is believed")
	}
	a.Server.Token("mine", lookalike.Live)
	a.must(a.Standin.Clear())
	a.must(a.Keep("contoso", "alice", "mine"))
	a.guard("get", request)
	a.Server.Token("mine", lookalike.Revoked)
	for _, path := range func() []string { p, _ := filepath.Glob(filepath.Join(dir, "records", "*", "*")); return p }() {
		a.must(os.Chown(path, 12345, 12345))
	}
	a.must(a.Types("alice", "new"))
	if answer := a.guard("get", request); os.Geteuid() == 0 && a.isMine(answer) {
		t.Error("a record of another user is believed")
	}
}
