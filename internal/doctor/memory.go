package doctor

import (
	"context"
	"errors"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/store"
)

// Keyring is the operating system's keyring; *store.Keyring is one.
type Keyring interface {
	store.Ring
	Hung() bool // it is left alone because it did not answer a while ago
	Retry()     // forget that
}

const (
	testItem = "doctor"                // what the throw-away entry is called
	testText = "a test of the keyring" // and what is in it

	keyringMost = 8 * time.Second // also the time to type a keyring's password
)

// roundTrip is what became of the throw-away entry.
type roundTrip struct {
	hung    bool  // the keyring had been left alone
	late    bool  // it did not answer in time
	err     error // why it could not be written or read
	altered bool  // it gave back something else
	left    error // why the entry could not be removed again
}

// tryKeyring writes an entry, reads it and removes it again. A keyring that hung is
// tried all the same: who runs doctor may just have unlocked it.
func tryKeyring(ctx context.Context, ring Keyring) roundTrip {
	ctx, cancel := context.WithTimeout(ctx, keyringMost)
	defer cancel()
	var t roundTrip
	if t.hung = ring.Hung(); t.hung {
		ring.Retry()
	}
	if t.err = ring.Set(ctx, testItem, testText); t.err == nil {
		var text store.Text
		text, t.err = ring.Get(ctx, testItem)
		t.altered = t.err == nil && text != testText
		if err := ring.Delete(ctx, testItem); err != nil && !errors.Is(err, store.ErrNotFound) {
			t.left = err
		}
	}
	t.late = ctx.Err() != nil
	return t
}

// checkKeyring judges the keyring by what it is needed for, and leaves alone one
// that is not to be used.
func checkKeyring(ctx context.Context, ring Keyring, need keeping, inner []behind, system string) (f Finding, works bool) {
	if need == nothing {
		return keyringNotUsed(), false
	}
	switch t := tryKeyring(ctx, ring); {
	case t.late:
		return keyringHangs(need), false
	case t.err != nil:
		return noKeyring(t.err, need, inner, system), false
	case t.altered:
		return keyringAlters(), false
	case t.left != nil:
		return keyringKeeps(t.left), true
	default:
		return keyringWorks(t.hung), true
	}
}
