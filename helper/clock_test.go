package helper

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// contosoKey is the name of contoso's lock.
func contosoKey() string {
	target, _ := validate.Recognize(validate.Request{Protocol: "https", Host: "dev.azure.com", Path: "contoso"}, nil)
	return target.Key()
}

// budget is a keyring that notes how long it may take.
type budget struct {
	Copies
	left time.Duration
}

func (b *budget) Remove(ctx context.Context, item string, match func(store.Entry) bool) (int, error) {
	end, _ := ctx.Deadline()
	b.left = time.Until(end)
	return b.Copies.Remove(ctx, item, match)
}

func TestTheLockOfAnEraseIsOnTheOneClock(t *testing.T) {
	w := newWorld(t, Alone)
	w.do("store", contoso+given("L"))
	unlock, _, err := w.state.Lock(t.Context(), contosoKey())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock() // somebody is at a prompt all the time
	g := w.guard()
	keyring := &budget{Copies: g.Copies}
	g.Copies, g.Now = keyring, time.Now
	began := time.Now()
	if err := g.Handle(t.Context(), "erase", strings.NewReader(contoso+given("L")), io.Discard); err != nil {
		t.Fatal(err)
	}
	if most := time.Since(began) + keyring.left; most > DefaultSettings.Timeout+time.Second {
		t.Errorf("it may take %s", most)
	}
	if keyring.left < time.Second {
		t.Errorf("only %s are left for the keyring", keyring.left)
	}
	expect(t, "items", len(w.ring.Items()), 0)
}

// queue is the locks of an organization with somebody always in front, who takes a while.
type queue struct {
	Memory
	had   func() // called when the lock was waited for and is had
	waits []time.Duration
}

func (q *queue) Lock(ctx context.Context, _ string) (unlock func(), waited bool, err error) {
	if ctx.Err() != nil {
		return func() {}, true, ctx.Err()
	}
	end, _ := ctx.Deadline()
	q.waits = append(q.waits, time.Until(end).Round(time.Second))
	q.had()
	return func() {}, true, nil
}

func TestAGetWaitsTwoMinutesInAll(t *testing.T) {
	manager := helperWith("manager", map[string]string{})
	w := newWorld(t, Wrap, manager)
	g := w.guard()
	q := &queue{Memory: g.Memory, had: func() {
		w.wait(90 * time.Second)
		w.state.SetOutcome(contosoKey()+"\n", store.Outcome{Finding: store.Live, Fingerprint: w.fingerprintOf("cannot be seen from here")})
	}}
	g.Memory = q
	if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), io.Discard); err != nil {
		t.Fatal(err)
	}
	expect(t, "waits", q.waits, []time.Duration{2 * time.Minute, 30 * time.Second})
}

func TestAWaitThatIsStoppedIsNotToldAsALongOne(t *testing.T) {
	w := newWorld(t, Wrap, helperWith("manager", map[string]string{}))
	unlock, _, err := w.state.Lock(t.Context(), contosoKey())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	g := w.guard()
	g.Terminal = true
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	g.Stoppable = func(context.Context) context.Context { return ctx }
	if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), io.Discard); err != nil {
		t.Fatal(err)
	}
	expect(t, "said", w.said(), "")
}
