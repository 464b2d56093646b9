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
