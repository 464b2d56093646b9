package helper

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/store"
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

// partial is an inner helper that always answers the same.
type partial struct{ text string }

func (p partial) helper() *fakeHelper {
	return &fakeHelper{value: "partial", fixed: p.text}
}

func expect[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
