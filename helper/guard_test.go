package helper

import (
	"context"
	"strings"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/validate"
)

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

func TestAPanicMakesTheGuardStepAside(t *testing.T) {
	for name, fault := range map[string]func(){
		"of the guard's":   func() { panic("password=L") },
		"of Go's":          func() { _ = *(*string)(nil) },
		"of a map of Go's": func() { delete(map[any]int{}, any([]int{})) },
	} {
		t.Run(name, func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "L"})
			w := newWorld(t, Wrap, manager)
			g := w.guard()
			g.Judge = judgeFunc(func(string) validate.Verdict { fault(); return validate.Verdict{} })
			var out strings.Builder
			if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), &out); err != nil {
				t.Fatal(err)
			}
			expect(t, "answer", out.String(), given("L")+"\n")
			said := w.said()
			if strings.Count(said, "\n") != 2 || strings.Contains(said, "password=L") || !strings.Contains(said, "guard_test.go:") {
				t.Errorf("said %q", said)
			}
			w.azure["L"] = live
			expect(t, "the lock is free again", w.do("get", contoso), given("L")+"\n")
		})
	}
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
	if said := w.said(); !strings.Contains(said, "an error in ado-guard itself") || !strings.Contains(said, "guard_test.go:") {
		t.Errorf("said %q", said)
	}
}

type judgeFunc func(s string) validate.Verdict

func (f judgeFunc) Judge(_ context.Context, _ validate.Target, c validate.Credential) validate.Verdict {
	return f(c.Secret.Reveal())
}

func (judgeFunc) Warm(context.Context, validate.Target) {}
