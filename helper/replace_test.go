package helper

import (
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

func TestADeadTokenIsReplacedBeforeGitSeesIt(t *testing.T) {
	for name, verdict := range map[string]validate.Verdict{"expired": expired, "rejected": rejected} {
		for _, topology := range []Topology{Wrap, Chain} {
			t.Run(name+" in "+topology.String(), func(t *testing.T) {
				manager := helperWith("manager", map[string]string{"alice": "D"})
				manager.types = typing("alice N")
				w := newWorld(t, topology, manager)
				w.azure["D"], w.azure["N"] = verdict, live

				expect(t, "answer", w.do("get", contoso), given("N")+"\n")
				expect(t, "inner helper: asked, looked at, told, asked, told", manager.took(), "get look erase get store")
				expect(t, "asked", w.asked(), []string{"D", "N"})
				expect(t, "held", manager.held("alice"), "N")
				said := w.said()
				if strings.Count(said, "\n") != 2 || !strings.Contains(said, "contoso") || !strings.Contains(said, "_usersSettings/tokens") {
					t.Errorf("said %q", said)
				}
				w.do("store", contoso+given("N"))
				expect(t, "inner helper, which holds it", manager.took(), "")
			})
		}
	}
}

// Without a state directory there are no fingerprints: no two tokens are the same
// for that.
func TestWithoutMemoryADeadTokenIsReplacedAsWell(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "D"})
	manager.types = typing("alice N")
	w := newWorld(t, Wrap, manager)
	w.state = store.Open("", w.now, zerolog.Nop())
	w.azure["D"], w.azure["N"] = rejected, live
	expect(t, "answer", w.do("get", contoso), given("N")+"\n")
	expect(t, "held", manager.held("alice"), "N")
}

func TestADeadCopyIsNoRoundOfItsOwn(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "D"})
	w := newWorld(t, Wrap, manager)
	w.azure["D"] = live
	w.do("get", contoso)
	manager.took()
	w.wait(time.Hour)

	// The token was replaced behind the guard's back, so only the copy is dead.
	manager.holds["alice"] = "N"
	w.azure["D"], w.azure["N"] = rejected, live
	expect(t, "answer", w.do("get", contoso), given("N")+"\n")
	expect(t, "inner helper, not told to erase the newer one", manager.took(), "look get store")
	expect(t, "said", w.said(), "")

	// The inner helper holds the dead one as well, and gives two more that are.
	w.wait(time.Hour)
	w.azure["N"] = expired
	w.azure["X"], w.azure["Y"] = expired, expired
	manager.types = typing("alice X", "alice Y")
	expect(t, "answer", w.do("get", contoso), "")
	w.asked()
	if calls := manager.took(); strings.Count(calls, "get") != 2 {
		t.Errorf("the inner helper was asked other than twice: %s", calls)
	}
}

func TestASecondDeadAnswerEndsTheRound(t *testing.T) {
	for topology, answer := range map[Topology]string{Wrap: "", Chain: "quit=1\n"} {
		t.Run(topology.String(), func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "D"})
			manager.types = typing("alice X", "alice Y")
			w := newWorld(t, topology, manager)
			w.azure["D"], w.azure["X"], w.azure["Y"] = expired, rejected, live
			expect(t, "answer", w.do("get", contoso), answer)
			expect(t, "asked", w.asked(), []string{"D", "X"})
			expect(t, "held", manager.held("alice"), "")
			if said := w.said(); !strings.Contains(said, "as well") {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestTheSameDeadTokenAgainEndsTheRound(t *testing.T) {
	for topology, answer := range map[Topology]string{Wrap: "", Chain: "quit=1\n"} {
		t.Run(topology.String(), func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "D"})
			manager.deaf = true // GCM in OAuth mode: the erase unbinds, the token cache gives it again
			w := newWorld(t, topology, manager)
			w.azure["D"] = rejected
			expect(t, "answer", w.do("get", contoso), answer)
			expect(t, "inner helper", manager.took(), "get look erase get")
			expect(t, "asked", w.asked(), []string{"D"})
			if said := w.said(); !strings.Contains(said, "azure-repos unbind contoso") {
				t.Errorf("said %q", said)
			}
		})
	}
}

// Git asks those behind the guard in chain, and then the person.
func TestBehindMereStoresInChainGitMayPromptUnlessTheyHoldADeadTokenStill(t *testing.T) {
	for name, c := range map[string]struct {
		deaf   bool
		answer string
	}{
		"both tokens erased": {false, ""},
		"one is held still":  {true, "quit=1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			first := helperWith("store", map[string]string{"alice": "D"})
			second := helperWith("libsecret", map[string]string{"alice": "X"})
			second.deaf = c.deaf
			w := newWorld(t, Chain, first, second)
			w.azure["D"], w.azure["X"] = expired, expired
			expect(t, "answer", w.do("get", contoso), c.answer)
			expect(t, "asked", w.asked(), []string{"D", "X"})
			said := w.said()
			if held := strings.Contains(said, "the same dead token"); held != c.deaf {
				t.Errorf("said %q", said)
			}
			if removed := strings.Contains(said, "as well: it is removed"); removed == c.deaf {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestANewerTokenIsNeverErasedForADeadOne(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "D"})
	manager.rude = true
	w := newWorld(t, Wrap, manager)
	w.azure["D"], w.azure["N"] = expired, live
	g := w.guard()
	g.Judge = judgeFunc(func(s string) validate.Verdict {
		if s == "D" { // while Azure DevOps is asked, somebody signs in anew
			manager.mu.Lock()
			manager.holds["alice"] = "N"
			manager.mu.Unlock()
		}
		return w.azure[s]
	})
	var out strings.Builder
	if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), &out); err != nil {
		t.Fatal(err)
	}
	expect(t, "answer", out.String(), given("N")+"\n")
	expect(t, "held", manager.held("alice"), "N")
	expect(t, "inner helper", manager.took(), "get look get store")
}

func TestErasingFollowsTheSetting(t *testing.T) {
	for _, c := range []struct {
		policy  ErasePolicy
		verdict validate.Verdict
		erased  bool
	}{
		{EraseProven, rejected, true},
		{EraseProven, expired, true},
		{EraseExpired, rejected, false},
		{EraseExpired, expired, true},
		{EraseNever, rejected, false},
		{EraseNever, expired, false},
		{EraseUnknown, expired, false},
	} {
		t.Run(string(c.policy)+" "+string(c.verdict.Reason), func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "D"})
			w := newWorld(t, Wrap, manager)
			w.settings.Erase = c.policy
			w.azure["D"] = c.verdict
			answer := w.do("get", contoso)
			if erased := manager.held("alice") == ""; erased != c.erased {
				t.Errorf("erased: %v", erased)
			}
			if handedOver := answer != ""; handedOver == c.erased {
				t.Errorf("answered %q", answer)
			}
			if w.said() == "" {
				t.Error("nothing was said")
			}
		})
	}
}

func TestOnlyTheVerySecretIsErased(t *testing.T) {
	for _, c := range []struct {
		name, given, held string
		want              bool
	}{
		{"the very one", given("A"), given("A"), true},
		{"another by now", given("A"), given("B"), false},
		{"nothing, or the look failed", given("A"), "", true},
		{"a name without a secret", given("A"), "username=alice\n", true},
		{"no secret was given: whatever there is", "username=alice\n", given("B"), true},
		{"an empty secret is a secret", "username=alice\npassword=\n", given("B"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mayErase(request(t, contoso+c.given), request(t, contoso+c.held)); got != c.want {
				t.Errorf("may erase: %v", got)
			}
		})
	}
}
