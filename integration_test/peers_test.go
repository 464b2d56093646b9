package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// aPeer is a real credential helper, to stand behind the guard.
type aPeer struct {
	value   string   // in credential.helper
	keyring bool     // it needs a Secret Service
	environ []string // what else it needs
}

// peers are the real helpers that this machine has.
func peers(t *testing.T) map[string]aPeer {
	return map[string]aPeer{
		"store":     {value: "store"},
		"cache":     {value: "cache"},
		"libsecret": {value: peer(t, "ADO_GUARD_TEST_LIBSECRET"), keyring: true},
		"manager": {
			value:   peer(t, "ADO_GUARD_TEST_GCM"),
			environ: []string{"GCM_CREDENTIAL_STORE=plaintext", "GCM_INTERACTIVE=never"},
		},
		"cache before oauth": {value: "cache --helper oauth"},
	}
}

// inWrap prepares a world in which the guard stands in front of the peer, with a way
// to run programs in it.
func (p aPeer) inWrap(t *testing.T) (w *world, command func(input, name string, arguments ...string) (string, error)) {
	t.Helper()
	w = testWorld(t)
	environ := p.environ
	if p.keyring {
		environ = append(environ, withKeyring(t, w))
	}
	if oauth := os.Getenv("ADO_GUARD_TEST_OAUTH"); oauth != "" {
		environ = append(environ, "PATH="+os.Getenv("PATH")+":"+filepath.Dir(oauth))
	}
	err := w.Configure("none", "[credential \"https://dev.azure.com\"]\n\thelper =\n\thelper = ado-guard --helper "+p.value+"\n")
	if err != nil {
		t.Fatal(err)
	}
	command = func(input, name string, arguments ...string) (string, error) {
		c := ownGroup(w.Command(name, arguments...))
		c.Env = append(c.Env, environ...)
		c.Stdin = strings.NewReader(input)
		return scene.RunFor(c, time.Minute)
	}
	t.Cleanup(func() { command("", "git", "credential-cache", "exit") }) // its daemon outlives the test otherwise
	return w, command
}

const contosoWeb = "protocol=https\nhost=dev.azure.com\npath=contoso/web/_git/web\n"

// TestRealHelpersBehindTheGuard heals a dead token in each real helper. None of them
// can prompt here, so Git itself asks the person.
func TestRealHelpersBehindTheGuard(t *testing.T) {
	for name, p := range peers(t) {
		if strings.Contains(p.value, "oauth") {
			continue // it would open a browser to replace the token; see the next test
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, run := p.inWrap(t)
			askpass, err := exec.LookPath("standin-askpass")
			if err != nil {
				t.Fatal(err)
			}
			url := w.Server.Organization("contoso").Repository("web", "web").URL()
			dead := w.die("old")
			keep(t, run, dead)
			w.mustType(t, "new")

			output, err := run("", "env", "GIT_ASKPASS="+askpass, "git", "ls-remote", url)
			if err != nil || !strings.Contains(output, "refs/heads/main") || strings.Count(output, "has expired") != 1 {
				t.Fatalf("%v\n%s", err, w.WithNames(output))
			}
			held, err := run(contosoWeb, "git", "credential", "fill")
			if err != nil || w.WithNames(held) == held || strings.Contains(held, dead) {
				t.Errorf("held afterwards: %s, %v", w.WithNames(held), err)
			}
			if output, err := run("", "git", "ls-remote", url); err != nil || strings.Contains(output, "ado-guard") {
				t.Errorf("the next command: %v\n%s", err, w.WithNames(output))
			}
		})
	}
}

// TestAnOldEraseLeavesTheNewerTokenInRealHelpers is the race that costs tokens: Git
// Credential Manager removes whatever it has.
func TestAnOldEraseLeavesTheNewerTokenInRealHelpers(t *testing.T) {
	for name, p := range peers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, run := p.inWrap(t)
			newer := w.live("new")
			keep(t, run, newer)
			if output, err := run(contosoWeb+"username=alice\npassword="+w.die("old")+"\n", "git", "credential", "reject"); err != nil {
				t.Fatal(err, output)
			}
			held, err := run(contosoWeb, "git", "credential", "fill")
			if err != nil || !strings.Contains(held, newer) {
				t.Errorf("the newer token is gone: %v\n%s", err, w.WithNames(held))
			}
			if output, err := run(contosoWeb+"username=alice\npassword="+newer+"\n", "git", "credential", "reject"); err != nil {
				t.Fatal(err, output)
			}
			if strings.Contains(p.value, "oauth") {
				return // there is nothing left, so asking would open a browser
			}
			if held, _ := run(contosoWeb, "git", "credential", "fill"); strings.Contains(held, newer) {
				t.Error("an erase of the token itself leaves it")
			}
		})
	}
}

// TestATokenThatGitCredentialManagerHadServesAllRepositoriesAtTheOlderAddress shows
// that configure changes nothing about the key under which a token at
// visualstudio.com is filed: with a path each repository would be asked for.
func TestATokenThatGitCredentialManagerHadServesAllRepositoriesAtTheOlderAddress(t *testing.T) {
	t.Parallel()
	manager := peers(t)["manager"]
	w, run := manager.inWrap(t)
	if err := w.Configure("none", "[credential]\n\thelper =\n\thelper = "+manager.value+"\n"); err != nil {
		t.Fatal(err)
	}
	contoso := w.Server.Organization("contoso")
	stored := "url=" + contoso.LegacyURL() + "\nusername=alice\npassword=" + w.live("pat") + "\n"
	if output, err := run(stored, "git", "credential", "approve"); err != nil {
		t.Fatal(err, output)
	}

	output, err := run("", "git", "credential-ado-guard", "configure")
	if want := "https://*.visualstudio.com  ado-guard in front of " + manager.value + "\n"; err != nil || !strings.Contains(output, want) {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, name := range []string{"web", "app"} {
		url := contoso.Repository("web", name).LegacyURL()
		output, err := run("", "git", "ls-remote", url)
		if err != nil || !strings.Contains(output, "refs/heads/main") {
			t.Errorf("%s: %v\n%s", url, err, w.WithNames(output))
		}
	}
	seen := w.Server.Requests().Carrying("pat")
	if profile, connection := len(seen.At(lookalike.Profile)), len(seen.At(lookalike.Connection)); profile > 1 || connection > 1 || profile+connection == 0 {
		t.Errorf("the token was not judged once for the organization:\n%s", seen)
	}
}

// TestGitLFSAsksTheGuard shows that Git LFS, which speaks to credential helpers
// through git credential, gets the token that was proven.
func TestGitLFSAsksTheGuard(t *testing.T) {
	lfs := peer(t, "ADO_GUARD_TEST_LFS")
	w, run := aPeer{value: "store"}.inWrap(t)
	url := w.Server.Organization("contoso").Repository("web", "web").URL()
	keep(t, run, w.live("new"))
	if output, err := run("", "git", "clone", "-q", url, "web"); err != nil {
		t.Fatal(err, output)
	}
	// The look-alike has no LFS; what counts is that the question came with the token.
	for key, value := range map[string]string{"lfs.url": url + "/info/lfs", "lfs." + url + "/info/lfs.access": "basic"} {
		if output, err := run("", "git", "-C", "web", "config", key, value); err != nil {
			t.Fatal(err, output)
		}
	}
	w.Server.Forget()
	output, err := run("", "env", "-C", "web", lfs, "locks")
	if err == nil {
		t.Logf("the look-alike has LFS: %s", output)
	}
	for _, r := range w.Server.Requests().Carrying("new") {
		if strings.Contains(r.URL, "/info/lfs/") {
			return
		}
	}
	t.Errorf("Git LFS asked without the token: %s\n%s", output, w.Server.Requests())
}

// keep has the inner helper hold a token, as if Git had stored it.
func keep(t *testing.T, run func(string, string, ...string) (string, error), secret string) {
	t.Helper()
	if output, err := run(contosoWeb+"username=alice\npassword="+secret+"\n", "git", "credential", "approve"); err != nil {
		t.Fatal(err, output)
	}
}
