package helper

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Git asks by itself where the inner helpers gave nothing, and stores what it got.
func TestARefusalEndsWithWhatGitStores(t *testing.T) {
	for _, asked := range []string{"", "username=alice\n"} {
		manager := helperWith("manager", map[string]string{})
		w := newWorld(t, Wrap, manager)
		w.azure["N"] = live
		expect(t, "first, Git asks the person itself", w.do("get", contoso+asked), "")
		w.do("store", contoso+given("N"))
		expect(t, "second, in the same process group", w.do("get", contoso+asked), given("N"))
		expect(t, "said", w.said(), "")
	}
}

// As after `git credential-manager azure-repos login` in the same script.
func TestARefusalIsOverWhenThereIsATokenWithoutAPrompt(t *testing.T) {
	manager := helperWith("manager", map[string]string{})
	w := newWorld(t, Wrap, manager)
	expect(t, "first", w.do("get", contoso), "")
	expect(t, "second, in the same process group", w.do("get", contoso), "quit=1\n")
	manager.holds["alice"], w.azure["N"] = "N", live
	expect(t, "third", w.do("get", contoso), given("N")+"\n")
}

// The Clone button writes https://contoso@dev.azure.com, people write it without.
func TestARefusalHoldsForBothFormsOfAnAddress(t *testing.T) {
	w := newWorld(t, Wrap, helperWith("manager", map[string]string{}))
	expect(t, "first", w.do("get", contoso), "")
	expect(t, "the same account", w.do("get", contoso+"username=contoso\n"), "quit=1\n")
	expect(t, "another account", w.do("get", contoso+"username=bob\n"), "")
}

// A helper may know the username and leave the password to Git's own prompt.
func TestAPartOfAnAnswerIsNoRefusal(t *testing.T) {
	w := newWorld(t, Wrap, partial{"username=alice\n"}.helper())
	expect(t, "first", w.do("get", contoso), "username=alice\n")
	expect(t, "second, in the same process group", w.do("get", contoso), "username=alice\n")
	expect(t, "said", w.said(), "")
}

// Somebody ends one of two commands: the other one, which waits, does the work.
func TestACommandThatIsStoppedDecidesNothingForOthers(t *testing.T) {
	for _, c := range []struct {
		during string
		holds  map[string]string
		judged []string
	}{
		{"the prompt", map[string]string{}, []string{"N"}},
		{"the probes", map[string]string{"alice": "D"}, []string{"D", "N"}},
	} {
		t.Run("during "+c.during, func(t *testing.T) {
			manager := helperWith("manager", c.holds)
			w := newWorld(t, Wrap, manager)
			w.azure["D"], w.azure["N"] = expired, live
			ctx, stop := context.WithCancel(t.Context())
			started := make(chan bool)
			stopped := func() {
				close(started)
				time.Sleep(200 * time.Millisecond) // the other one waits for the lock by then
				stop()
			}
			prompts := 0 // one at a time, or the race detector tells
			manager.types = func() string {
				if prompts++; prompts == 1 && c.during == "the prompt" {
					stopped()
					return ""
				}
				return "alice N"
			}
			g := w.guard()
			g.Stoppable = func(context.Context) context.Context { return ctx }
			g.Judge = judgeFunc(func(string) validate.Verdict { stopped(); return outage })
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), io.Discard); err != nil {
					t.Error(err)
				}
			})
			<-started
			expect(t, "the other one", w.do("get", contoso), given("N")+"\n")
			wg.Wait()
			expect(t, "judged by the other one", w.asked(), c.judged)
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

// lastGroup is the process group of the last outcome.
func (w *world) lastGroup() int {
	o, _ := w.state.Outcome(contosoKey() + "\n")
	return o.Group
}
