package helper

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

func TestALiveTokenIsHandedOverInSilence(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.azure["L"] = live

	expect(t, "answer", w.do("get", contoso), given("L")+"\n")
	expect(t, "asked", w.asked(), []string{"L"})
	expect(t, "inner helper", manager.took(), "get")

	expect(t, "second answer, from the copy", w.do("get", contoso), given("L"))
	w.do("store", contoso+given("L"))
	expect(t, "asked again", w.asked(), nil)
	expect(t, "inner helper, told once what it may not hold yet", manager.took(), "store")
	w.do("get", contoso)
	w.do("store", contoso+given("L"))
	expect(t, "inner helper, told again", manager.took(), "")
	expect(t, "said", w.said(), "")
}

func TestALiveVerdictRunsOut(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.azure["L"] = live
	w.do("get", contoso)
	w.asked()

	w.wait(w.settings.RecheckAfter - time.Second)
	w.do("get", contoso)
	expect(t, "asked before the end", w.asked(), nil)
	w.wait(2 * time.Second)
	w.do("get", contoso)
	expect(t, "asked after the end", w.asked(), []string{"L"})

	w.settings.RecheckAfter = 0
	w.wait(time.Hour)
	w.do("get", contoso)
	w.do("get", contoso)
	expect(t, "asked each time", w.asked(), []string{"L", "L"})
}

func TestTheCopyStandsInForTheInnerHelperForAWhile(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.azure["L"] = live
	w.do("get", contoso)
	manager.took()

	w.wait(w.settings.CopyFor - time.Minute)
	w.do("get", contoso)
	expect(t, "inner helper before the end", manager.took(), "")
	w.do("store", contoso+given("L"))
	expect(t, "stored", manager.took(), "store")
	w.wait(2 * time.Minute)
	w.do("get", contoso)
	expect(t, "inner helper after the end, though Git stored in between", manager.took(), "get")

	manager.holds = map[string]string{"bob": "B"} // somebody changed the account
	w.azure["B"] = live
	w.wait(w.settings.CopyFor)
	expect(t, "answer", w.do("get", contoso), "username=bob\npassword=B\n\n")
}

func TestWhatMustNotBeCopiedIsNot(t *testing.T) {
	jwt := "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.c2ln"
	for _, c := range []struct {
		name, helper, secret, extra string
		change                      func(*world)
	}{
		{name: "an access token", helper: "manager", secret: jwt},
		{name: "an expiry", helper: "manager", secret: "L", extra: "password_expiry_utc=4000000000\n"},
		{name: "a refresh token", helper: "manager", secret: "L", extra: "oauth_refresh_token=r\n"},
		{name: "ephemeral", helper: "manager", secret: "L", extra: "ephemeral=1\n"},
		{name: "the cache helper", helper: "cache --timeout=60", secret: "L"},
		{name: "--no-copy", helper: "manager", secret: "L", change: func(w *world) { w.noCopy = true }},
		{name: "copyFor 0", helper: "manager", secret: "L", change: func(w *world) { w.settings.CopyFor = 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := helperWith(c.helper, map[string]string{"alice": c.secret})
			h.extra = c.extra
			w := newWorld(t, Wrap, h)
			if c.change != nil {
				c.change(w)
			}
			w.azure[c.secret] = live
			w.do("get", contoso)
			w.do("store", contoso+given(c.secret)+c.extra)
			if items := w.ring.Items(); len(items) != 0 {
				t.Errorf("the keyring has %v", items)
			}
			w.asked()
			w.do("get", contoso)
			expect(t, "asked again, though it is remembered", w.asked(), nil)
		})
	}
}

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

func TestAnUnknownTokenIsHandedOverUnchanged(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "U"})
	w := newWorld(t, Wrap, manager)
	w.azure["U"] = outage
	expect(t, "answer", w.do("get", contoso), given("U")+"\n")
	expect(t, "inner helper", manager.took(), "get")
	w.do("get", contoso)
	expect(t, "asked each time", w.asked(), []string{"U", "U"})
	expect(t, "said", w.said(), "")
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

func TestAnExpiredAnswerCountsAsNone(t *testing.T) {
	first := helperWith("one", map[string]string{"alice": "E"})
	first.extra = "password_expiry_utc=1000000000\noauth_refresh_token=r\n"
	second := helperWith("two", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, first, second)
	w.azure["L"] = live
	expect(t, "answer", w.do("get", contoso), "username=alice\n"+given("L")+"\n")
	expect(t, "asked", w.asked(), []string{"L"})
	expect(t, "first helper, not told to erase", first.took(), "get")
}

func TestTheHelpersOfAListCompleteOneAnother(t *testing.T) {
	w := newWorld(t, Wrap, partial{"username=alice\n"}.helper(), helperWith("secret", map[string]string{"alice": "L"}), helperWith("third", map[string]string{"alice": "X"}))
	w.azure["L"] = live
	expect(t, "answer", w.do("get", contoso), "username=alice\n"+given("L")+"\n")
	if got := w.inner[1].seen[0].Get("username"); got != "alice" {
		t.Errorf("the second helper was told the username %q", got)
	}
	expect(t, "third helper", w.inner[2].took(), "")
}

func TestAHelperThatPrintsGarbageIsNamed(t *testing.T) {
	w := newWorld(t, Wrap, partial{"oops s3cret\n"}.helper(), helperWith("manager", map[string]string{"alice": "L"}))
	w.azure["L"] = live
	expect(t, "answer", w.do("get", contoso), given("L")+"\n")
	if said := w.said(); !strings.Contains(said, `"partial"`) || strings.Contains(said, "s3cret") {
		t.Errorf("said %q", said)
	}
}

func TestOtherHostsPassUntouched(t *testing.T) {
	for _, topology := range []Topology{Wrap, Chain, Alone} {
		t.Run(topology.String(), func(t *testing.T) {
			h := helperWith("manager", map[string]string{"alice": "G"})
			w := newWorld(t, topology, h)
			got := w.do("get", github) + w.do("get", strings.Replace(contoso, "https", "http", 1))
			w.do("store", github+given("G"))
			w.do("erase", github+given("G"))
			if topology == Wrap {
				expect(t, "answers", got, given("G")+"\n"+given("G")+"\n")
				expect(t, "inner helper", h.took(), "get get store erase")
			} else {
				expect(t, "answers", got, "")
				expect(t, "inner helper", h.took(), "")
			}
			expect(t, "keyring calls", w.ring.Calls(), 0)
			expect(t, "asked", w.asked(), nil)
			expect(t, "said", w.said(), "")
		})
	}
}

func TestAnUnknownOrganizationIsHandedOverWithOneHintADay(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "D"})
	w := newWorld(t, Wrap, manager)
	w.azure["D"] = expired
	const nowhere = "protocol=https\nhost=dev.azure.com\n"
	expect(t, "answer", w.do("get", nowhere), given("D")+"\n")
	if said := w.said(); !strings.Contains(said, "useHttpPath true") {
		t.Errorf("said %q", said)
	}
	w.do("get", nowhere)
	expect(t, "said again", w.said(), "")
	w.wait(25 * time.Hour)
	w.do("get", nowhere)
	if w.said() == "" {
		t.Error("nothing said the next day")
	}
	expect(t, "asked", w.asked(), nil)
}

func TestAReadyMadeCredentialPassesUnjudged(t *testing.T) {
	w := newWorld(t, Wrap, partial{"capability[]=authtype\nauthtype=Bearer\ncredential=jwt\nephemeral=1\n"}.helper())
	expect(t, "answer", w.do("get", "capability[]=authtype\ncapability[]=state\n"+contoso),
		"capability[]=authtype\nauthtype=Bearer\ncredential=jwt\nephemeral=1\n")
	expect(t, "asked", w.asked(), nil)
}

func TestManyAskersAreOneQuestion(t *testing.T) {
	for _, keyring := range []bool{true, false} {
		name := "with a keyring"
		if !keyring {
			name = "without a keyring"
		}
		t.Run(name, func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "D"})
			w := newWorld(t, Wrap, manager)
			if !keyring {
				w.ring.Err = store.ErrUnavailable
			}
			prompts := 0
			manager.types = func() string { // called by one at a time, or the race detector tells
				prompts++
				time.Sleep(100 * time.Millisecond)
				return "alice N"
			}
			w.azure["D"], w.azure["N"] = expired, live

			answers := make([]string, 16)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() { answers[i] = w.do("get", contoso) })
			}
			wg.Wait()
			for i, answer := range answers {
				if strings.TrimSpace(answer) != strings.TrimSpace(given("N")) {
					t.Errorf("process %d was answered %q", i, answer)
				}
			}
			expect(t, "prompts", prompts, 1)
			expect(t, "asked", w.asked(), []string{"D", "N"})
		})
	}
}

func TestARefusedPromptIsRefusedForAllThatWait(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "D"})
	w := newWorld(t, Wrap, manager)
	var mu sync.Mutex
	prompts := 0
	manager.types = func() string {
		mu.Lock()
		defer mu.Unlock()
		prompts++
		time.Sleep(200 * time.Millisecond)
		return ""
	}
	w.azure["D"] = expired
	answers := make([]string, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			g := w.guard()
			g.Group = 1000 + i // commands of their own
			var out strings.Builder
			if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), &out); err != nil {
				t.Error(err)
			}
			answers[i] = out.String()
		})
	}
	wg.Wait()
	counted := map[string]int{}
	for _, a := range answers {
		counted[a]++
	}
	expect(t, "answers", counted, map[string]int{"": 1, "quit=1\n": 7})
	expect(t, "prompts", prompts, 1)
	expect(t, "lines said to those who waited", strings.Count(w.said(), "this command stops as well"), 7)

	// Another submodule of the same command is refused for a while, a new command is asked.
	again := func(group int) string {
		w.group = group
		return w.do("get", contoso)
	}
	w.wait(time.Second)
	holder := w.lastGroup()
	expect(t, "the same process group", again(holder), "quit=1\n")
	expect(t, "another command", again(7), "")
	expect(t, "prompts", prompts, 2)
	w.wait(31 * time.Second)
	expect(t, "the same process group later", again(7), "")
	expect(t, "prompts", prompts, 3)
}

func TestBehindAMereStoreNobodyIsRefused(t *testing.T) {
	w := newWorld(t, Wrap, helperWith("store", map[string]string{}), helperWith("cache", map[string]string{}))
	expect(t, "first", w.do("get", contoso), "")
	expect(t, "second, in the same process group", w.do("get", contoso), "")
}

func TestAPanicMakesTheGuardStepAside(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	g := w.guard()
	g.Judge = judgeFunc(func(string) validate.Verdict { panic("password=L") })
	var out strings.Builder
	if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), &out); err != nil {
		t.Fatal(err)
	}
	expect(t, "answer", out.String(), given("L")+"\n")
	said := w.said()
	if strings.Count(said, "\n") != 2 || strings.Contains(said, "password=L") || !strings.Contains(said, "get_test.go:") {
		t.Errorf("said %q", said)
	}
	w.azure["L"] = live
	expect(t, "the lock is free again", w.do("get", contoso), given("L")+"\n")
}

// They are read beside the work, where nobody hears a panic.
func TestAPanicOverTheSettingsIsToldAsWell(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "D"})
	w := newWorld(t, Wrap, manager)
	w.azure["D"] = rejected
	g := w.guard()
	g.Settings = func(context.Context) Settings { panic("adoguard.erase = never") }
	var out strings.Builder
	if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), &out); err != nil {
		t.Fatal(err)
	}
	expect(t, "answer", out.String(), given("D")+"\n")
	expect(t, "held, as the settings may want it", manager.held("alice"), "D")
	if said := w.said(); !strings.Contains(said, "an error in ado-guard itself") || !strings.Contains(said, "get_test.go:") {
		t.Errorf("said %q", said)
	}
}

type judgeFunc func(s string) validate.Verdict

func (f judgeFunc) Judge(_ context.Context, _ validate.Target, c validate.Credential) validate.Verdict {
	return f(c.Secret.Reveal())
}

func (judgeFunc) Warm(context.Context, validate.Target) {}

// partial is an inner helper that always answers the same.
type partial struct{ text string }

func (p partial) helper() *fakeHelper {
	return &fakeHelper{value: "partial", fixed: p.text}
}

// lastGroup is the process group of the last outcome.
func (w *world) lastGroup() int {
	o, _ := w.state.Outcome(contosoKey() + "\n")
	return o.Group
}

func expect[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
