package helper

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// begun tells what a get began beyond reading, each in a channel of its own.
type begun struct {
	*world
	stoppable, settings, warmed, meantime chan struct{}
}

func (b *begun) Warm(context.Context, validate.Target) { b.warmed <- struct{}{} }

// observe makes a guard that tells what it begins.
func (w *world) observe() (*Guard, *begun) {
	room := func() chan struct{} { return make(chan struct{}, 9) }
	b := &begun{w, room(), room(), room(), room()}
	g := w.guard()
	g.Judge = b
	g.Settings = func(context.Context) Settings { b.settings <- struct{}{}; return w.settings }
	g.Stoppable = func(ctx context.Context) context.Context { b.stoppable <- struct{}{}; return ctx }
	g.Meantime = func() { b.meantime <- struct{}{} }
	return g, b
}

func handled(t *testing.T, g *Guard, request string) string {
	t.Helper()
	var out strings.Builder
	if err := g.Handle(t.Context(), "get", strings.NewReader(request), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAGetThatOnlyReadsBeginsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		manager := helperWith("manager", map[string]string{"alice": "L"})
		w := newWorld(t, Wrap, manager)
		w.azure["L"] = live

		g, b := w.observe()
		handled(t, g, contoso)
		synctest.Wait()
		for what, channel := range map[string]chan struct{}{
			"signals": b.stoppable, "settings": b.settings, "connections": b.warmed, "what can wait": b.meantime,
		} {
			expect(t, what+" of the first get", len(channel), 1)
		}
		manager.took()

		g, b = w.observe()
		expect(t, "answer", handled(t, g, contoso), given("L"))
		synctest.Wait()
		for what, channel := range map[string]chan struct{}{
			"signals": b.stoppable, "settings": b.settings, "connections": b.warmed, "what can wait": b.meantime,
		} {
			expect(t, what+" of the second", len(channel), 0)
		}
		expect(t, "calls", manager.took(), "")

		w.topology = Chain
		g, b = w.observe()
		expect(t, "another host", handled(t, g, github), "")
		expect(t, "signals for another host", len(b.stoppable), 0)
	})
}

// slowRing answers only once the connections are being opened.
type slowRing struct {
	store.Ring
	opened <-chan struct{}
}

func (r slowRing) Get(ctx context.Context, item string) (store.Text, error) {
	select {
	case <-r.opened:
		return r.Ring.Get(ctx, item)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func TestTheConnectionsAreOpenedWhileTheKeyringAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Alone)
		w.azure["L"] = live
		w.do("store", contoso+given("L"))
		g, b := w.observe()
		g.Copies = store.NewCopies(slowRing{w.ring, b.warmed}, w.state)
		expect(t, "answer", handled(t, g, contoso), given("L"))
	})
}

func TestWhatCanWaitIsDoneWhileAzureDevOpsIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Alone)
		w.do("store", contoso+given("L"))
		done := make(chan struct{})
		g, _ := w.observe()
		g.Judge = judgeFunc(func(string) validate.Verdict { <-done; return live })
		g.Meantime = func() { close(done); panic("nobody is told") }
		expect(t, "answer", handled(t, g, contoso), given("L"))
	})
}
