// Package storetest has a keyring for tests.
package storetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/ado-guard/git-credential-ado-guard/store"
)

// MapRing is a [store.Ring] in memory. The zero value is empty and works. Its
// settings are not to be changed while it is in use.
type MapRing struct {
	Limit int   // bytes that an item may have; 0: any number
	Err   error // what every call fails with, together with store.ErrUnavailable
	Hang  bool  // every call waits until its ctx ends

	mu    sync.Mutex
	items map[string]store.Text
	calls int
}

// Get implements [store.Ring].
func (r *MapRing) Get(ctx context.Context, item string) (store.Text, error) {
	var text store.Text
	err := r.call(ctx, func() error {
		var ok bool
		if text, ok = r.items[item]; !ok {
			return store.ErrNotFound
		}
		return nil
	})
	return text, err
}

// Set implements [store.Ring].
func (r *MapRing) Set(ctx context.Context, item string, text store.Text) error {
	return r.call(ctx, func() error {
		if r.Limit > 0 && len(text) > r.Limit {
			return store.ErrTooBig
		}
		if r.items == nil {
			r.items = map[string]store.Text{}
		}
		r.items[item] = text
		return nil
	})
}

// Delete implements [store.Ring].
func (r *MapRing) Delete(ctx context.Context, item string) error {
	return r.call(ctx, func() error {
		if _, ok := r.items[item]; !ok {
			return store.ErrNotFound
		}
		delete(r.items, item)
		return nil
	})
}

// Items returns a copy of what the ring holds.
func (r *MapRing) Items() map[string]store.Text {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.items)
}

// Calls returns how often the ring was used.
func (r *MapRing) Calls() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

func (r *MapRing) call(ctx context.Context, do func() error) error {
	if r.Hang {
		<-ctx.Done()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if err := cmp.Or(r.Err, ctx.Err()); err != nil {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return do()
}
