package windows

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

const guard = "git-credential-ado-guard.exe"

// newGuarded makes a machine with the guard on it, alone, and a Git that says so.
func newGuarded(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t)
	m.build(guard, "build", "github.com/ado-guard/git-credential-ado-guard")
	m.giveGit()
	m.must(m.Configure("alone", "[adoguard]\n\ttimeout = 20s\n"))
	return m
}

// request is what Git writes for a repository of the organization, with further
// lines.
func request(organization string, more ...string) string {
	return "protocol=https\nhost=dev.azure.com\npath=" + organization + "/web/_git/web\n" + strings.Join(more, "") + "\n"
}

// account is what Git writes, and reads, of an account.
func account(secret string) string { return "username=alice\npassword=" + secret + "\n" }

// silently runs the guard, which must succeed and say nothing.
func (m *machine) silently(action, input string) string {
	m.t.Helper()
	r := m.run(input, guard, action)
	if !r.with(0) || r.say != "" {
		m.t.Errorf("%s: exit status %d, said %s", action, r.status, m.WithNames(r.say))
	}
	return r.out
}

// The Git of Windows writes LF; what is written by hand, or by PowerShell, ends in
// CR LF.
func TestAloneTheCredentialManagerIsTheStore(t *testing.T) {
	t.Parallel()
	m := newGuarded(t)
	for name, end := range map[string]func(string) string{
		"lf":   func(s string) string { return s },
		"crlf": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			m.Server.Organization(name)
			more := "password_expiry_utc=4102444800\noauth_refresh_token=" + m.Server.Token("refresh-"+name, lookalike.Live).Secret() + "\n"
			kept := account(m.Server.Token(name, lookalike.Live).Secret())
			if got := m.silently("get", end(request(name))); got != "" {
				t.Errorf("before anything was stored: %q", m.WithNames(got))
			}
			m.silently("store", end(request(name, kept, more)))
			got := m.silently("get", end(request(name)))
			for line := range strings.Lines(kept + more) {
				if !strings.Contains(got, line) {
					t.Errorf("got %q without %q", m.WithNames(got), m.WithNames(line))
				}
			}
			if strings.Contains(got, "\r") {
				t.Errorf("got a carriage return: %q", m.WithNames(got))
			}
			if got := m.silently("get", end(request("other"))); got != "" {
				t.Errorf("for another organization: %q", m.WithNames(got))
			}
			m.silently("erase", end(request(name, kept)))
			if got := m.silently("get", end(request(name))); got != "" {
				t.Errorf("after it was erased: %q", m.WithNames(got))
			}
		})
	}
}

func TestWhatIsKeptOutlivesTheSession(t *testing.T) {
	t.Parallel()
	m := newGuarded(t)
	m.Server.Organization("contoso")
	kept := account(m.Server.Token("mine", lookalike.Live).Secret())
	m.silently("store", request("contoso", kept))
	m.shutDown()
	m.boot()
	registry, err := os.ReadFile(m.path("wine/user.reg"))
	if err != nil || !strings.Contains(string(registry), "Generic: ado-guard:dev.azure.com/contoso") {
		t.Errorf("Wine's Credential Manager does not have it: %v", err)
	}
	if got := m.silently("get", request("contoso")); got != kept {
		t.Errorf("after a new start: %q", m.WithNames(got))
	}
	for _, name := range []string{"key", "locks", "records", "items"} {
		if _, err := os.Stat(m.path(m.userFolder() + "/AppData/Local/ado-guard/" + name)); err != nil {
			t.Errorf("not where it should be: %v", err)
		}
	}
}

// An item of the Credential Manager has at most 2 560 bytes.
func TestWhatTheCredentialManagerCannotTakeIsSaidAndCostsNothing(t *testing.T) {
	t.Parallel()
	m := newGuarded(t)
	m.must(m.Configure("alone", "[http]\n\tsslVerify = false\n")) // nothing is asked about these
	small := account("small")
	m.silently("store", request("contoso", small))
	takes := func(n int) bool {
		large := fmt.Sprintf("username=bob\npassword=%s\n", strings.Repeat("x", n))
		stored := m.run(request("contoso", large), guard, "store")
		got := m.run(request("contoso", "username=bob\n"), guard, "get")
		if !stored.with(0) || !got.with(0) {
			t.Fatalf("%d bytes: exit status %d and %d", n, stored.status, got.status)
		}
		if taken := got.out == large; taken == (stored.say == "") {
			m.silently("erase", request("contoso", "username=bob\n"))
			return taken
		}
		t.Fatalf("%d bytes: said %q, got %d bytes", n, stored.say, len(got.out))
		return false
	}
	least, most := 1000, 2561 // that it takes, and that it does not
	if !takes(least) || takes(most) {
		t.Fatalf("%d bytes are not taken, or %d are", least, most)
	}
	for most-least > 1 {
		if middle := (least + most) / 2; takes(middle) {
			least = middle
		} else {
			most = middle
		}
	}
	if least < 1700 { // base64 of them is four thirds of that, and then there are the names
		t.Errorf("no more than %d bytes are taken", least)
	}
	t.Logf("beside another account, a secret of %d bytes is the longest", least)
	said := m.run(request("contoso", "username=bob\npassword="+strings.Repeat("x", most)+"\n"), guard, "store").say
	if !strings.HasPrefix(said, "ado-guard: ") || !strings.Contains(said, "contoso") || strings.Count(said, "\n") > 2 || strings.Contains(said, "xxx") {
		t.Errorf("said %q", said)
	}
	if got := m.run(request("contoso", "username=alice\n"), guard, "get"); got.out != small {
		t.Errorf("what was there before is %q now", got.out)
	}
}

// Git is not asked here for a new token: it asks the person when nobody answers.
func TestADeadTokenIsRemovedFromTheCredentialManager(t *testing.T) {
	t.Parallel()
	m := newGuarded(t)
	m.Server.Organization("contoso").Repository("web", "web")
	m.silently("store", request("contoso", account(m.Server.Token("old", lookalike.Expired).Secret())))
	r := m.run(request("contoso"), guard, "get")
	if !r.with(0) || r.out != "" || strings.Count(r.say, "has expired") != 1 {
		t.Errorf("exit status %d, answered %q, said %q", r.status, m.WithNames(r.out), m.WithNames(r.say))
	}
	if got := m.silently("get", request("contoso")); got != "" {
		t.Errorf("it is still kept: %q", m.WithNames(got))
	}
}

func TestManyProcessesCostOneValidation(t *testing.T) {
	t.Parallel()
	m := newGuarded(t)
	m.Server.Organization("contoso").Repository("web", "web")
	kept := account(m.Server.Token("mine", lookalike.Live).Secret())
	m.silently("store", request("contoso", kept))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if r := m.run(request("contoso"), guard, "get"); !r.with(0) || r.out != kept || r.say != "" {
				t.Errorf("exit status %d, answered %q, said %q", r.status, m.WithNames(r.out), m.WithNames(r.say))
			}
		})
	}
	all.Wait()
	// The first answer ends the wait, and the other question may not have been sent by then.
	profile, connection := m.Server.Requests().At(lookalike.Profile), m.Server.Requests().At(lookalike.Connection)
	if len(profile) > 1 || len(connection) > 1 || len(profile)+len(connection) == 0 {
		t.Errorf("asked %d and %d times:\n%s%s", len(profile), len(connection), profile, connection)
	}
}

func TestManyProcessesThatStoreAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	m := newGuarded(t)
	name := func(i int) string { return fmt.Sprintf("username=user-%d\n", i) }
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() { m.silently("store", request("contoso", name(i), fmt.Sprintf("password=secret-%d\n", i))) })
	}
	all.Wait()
	m.must(m.Configure("alone", "[http]\n\tsslVerify = false\n")) // nothing is asked about these
	for i := range 6 {
		if r := m.run(request("contoso", name(i)), guard, "get"); !strings.Contains(r.out, fmt.Sprintf("password=secret-%d\n", i)) {
			t.Errorf("got %q for account %d", r.out, i)
		}
	}
}

func TestCheckTellsWhatIsInTheCredentialManager(t *testing.T) {
	t.Parallel()
	m := newGuarded(t)
	url := m.Server.Organization("contoso").Repository("web", "web").URL()
	for _, c := range []struct {
		behaviour lookalike.Behaviour
		exit      int
		words     []string
	}{
		{lookalike.Live, 0, []string{" live ", "alice", "keyring", "alone"}},
		{lookalike.Expired, 1, []string{" dead ", "has expired", "keyring"}},
		{lookalike.Error503, 2, []string{" unknown ", "keyring"}},
	} {
		m.silently("store", request("contoso", account(m.Server.Token("mine", c.behaviour).Secret())))
		r := m.run("", guard, "check", url)
		for _, word := range c.words {
			if !strings.Contains(r.out, word) {
				t.Errorf("%d is told without %q:\n%s", c.exit, word, r.out)
			}
		}
		if !r.with(c.exit) || r.say != "" {
			t.Errorf("exit status %d, want %d; said %q", r.status, c.exit, r.say)
		}
	}
	m.silently("erase", request("contoso"))
	if r := m.run("", guard, "check", url); !r.with(3) || !strings.Contains(r.out, "no token for contoso is stored") {
		t.Errorf("exit status %d:\n%s", r.status, r.out)
	}
	m.must(os.Remove(filepath.Join(m.bin, "git.exe")))
	if r := m.run("", guard, "check", url); !r.with(2) || r.out != "" || strings.Count(r.say, "\n") != 2 ||
		!strings.HasPrefix(r.say, `ado-guard: reading Git's configuration: git config: exec: "git": executable file not found`) {
		t.Errorf("without Git: exit status %d, printed %q, said %q", r.status, r.out, r.say)
	}
}
