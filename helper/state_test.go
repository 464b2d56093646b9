package helper

import (
	"strings"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/validate"
)

const newGit = "capability[]=authtype\ncapability[]=state\n"

// comeBack is what Git says when the server answered 401 to a credential that came
// with continue: the same question, with the helper's state and an empty username.
func comeBack(answer string) string {
	back := newGit + contoso + "username=\n"
	for row := range strings.Lines(answer) {
		if strings.HasPrefix(row, "state[]=") {
			back += row
		}
	}
	return back
}

func TestARememberedTokenThatDiedIsReplacedInTheSameCommand(t *testing.T) {
	for name, verdict := range map[string]validate.Verdict{"rejected": rejected, "the probes are blocked": outage} {
		t.Run(name, func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "D"})
			manager.types = typing("alice N")
			w := newWorld(t, Wrap, manager)
			w.azure["D"], w.azure["N"] = live, live
			expect(t, "proven in this call, so Git need not come back", w.do("get", newGit+contoso), given("D")+"\n")

			w.azure["D"] = verdict
			first := w.do("get", newGit+contoso)
			expect(t, "answer from memory", first, "capability[]=state\n"+given("D")+"state[]=ado-guard."+string(w.fingerprintOf("D"))+"\ncontinue=1\n")
			w.asked()
			manager.took()
			expect(t, "second answer", w.do("get", comeBack(first)), given("N")+"\n")
			expect(t, "asked", w.asked(), []string{"D", "N"})
			expect(t, "held", manager.held("alice"), "N")
			for _, m := range manager.seen {
				if len(m.List("state[]")) > 0 {
					t.Error("the inner helper saw the guard's state")
				}
			}
		})
	}
}

func TestALiveTokenThatIsRefusedForOneRepositoryIsKept(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.azure["L"] = live
	w.do("get", newGit+contoso)
	first := w.do("get", newGit+contoso)
	expect(t, "second answer", w.do("get", comeBack(first)), "quit=1\n")
	expect(t, "held", manager.held("alice"), "L")
	if said := w.said(); !strings.Contains(said, "is alive, but was refused for this repository") {
		t.Errorf("said %q", said)
	}
}

func TestGitIsAskedToComeBackOnlyIfItCan(t *testing.T) {
	for _, c := range []struct {
		name, request, extra string
		want                 bool
	}{
		{"a Git of 2.46 or later", newGit + contoso, "", true},
		{"an older Git", contoso, "", false},
		{"an inner helper uses the round itself", newGit + contoso, "capability[]=state\nstate[]=gcm.1\ncontinue=1\n", false},
		{"an inner helper has state of its own", newGit + contoso, "capability[]=state\nstate[]=gcm.1\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "U"})
			manager.extra = c.extra
			w := newWorld(t, Wrap, manager)
			answer := w.do("get", c.request)
			if got := strings.Contains(answer, "state[]=ado-guard."); got != c.want {
				t.Errorf("answered %q", answer)
			}
			if n := strings.Count(answer, "capability[]=state"); n > 1 || c.want && !strings.HasPrefix(answer, "capability[]=state\n") && c.extra == "" {
				t.Errorf("the capability is announced wrongly: %q", answer)
			}
			if c.extra != "" && !strings.Contains(answer, "state[]=gcm.1\n") {
				t.Errorf("the inner helper's state is lost: %q", answer)
			}
		})
	}
}

func TestAForgedStateChangesNothing(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.azure["L"] = live
	for _, forged := range []string{"ado-guard.", "ado-guard.ffff", "ado-guard.../../x", "ado-guard.\x01"} {
		expect(t, forged, w.do("get", newGit+contoso+"state[]="+forged+"\n"), given("L")+"\n")
		expect(t, "held", manager.held("alice"), "L")
		w.wait(DefaultSettings.CopyFor)
	}
	expect(t, "said", w.said(), "")
}

func TestTheSecondChanceKeepsTheSetting(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "U"})
	w := newWorld(t, Wrap, manager)
	w.settings.Erase = EraseNever
	first := w.do("get", newGit+contoso)
	expect(t, "second answer, handed over as it is", w.do("get", comeBack(first)), given("U")+"\n")
	expect(t, "held", manager.held("alice"), "U")
}

// As Git itself would hand it over: see credential_write in Git's credential.c.
func TestAReplacementIsStoredWithTheInnerHelpersState(t *testing.T) {
	for _, c := range []struct{ extra, told string }{
		{"", contoso + given("N")},
		{"capability[]=state\nstate[]=gcm.1\n", "capability[]=state\n" + contoso + given("N") + "state[]=gcm.1\n"},
		{"ephemeral=1\n", ""}, // not to be kept by anybody
	} {
		manager := helperWith("manager", map[string]string{"alice": "D"})
		manager.types = func() string {
			manager.mu.Lock()
			defer manager.mu.Unlock()
			manager.extra = c.extra
			return "alice N"
		}
		w := newWorld(t, Wrap, manager)
		w.azure["D"], w.azure["N"] = expired, live
		w.do("get", newGit+contoso)
		told := ""
		if calls := strings.Fields(manager.took()); calls[len(calls)-1] == ActionStore {
			told = revealed(t, manager.seen[len(manager.seen)-1])
		}
		expect(t, "told to store after "+strings.TrimSpace(c.extra), told, c.told)
	}
}

func TestALookAsksWithoutAnOldState(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.do("erase", "capability[]=state\n"+contoso+given("L")+"state[]=gcm.1\n")
	expect(t, "calls", manager.took(), "look erase")
	expect(t, "state told to the look", manager.seen[0].List("state[]"), nil)
	expect(t, "state told to erase", manager.seen[1].List("state[]"), []string{"gcm.1"})
}

func revealed(t *testing.T, m Message) string {
	t.Helper()
	var b strings.Builder
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
