package store

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Copies keeps credentials in a keyring: all accounts of an organization in one
// item, most recently saved first. The name of an item is for the caller to
// choose, such as dev.azure.com/contoso; it is kept readable and is no secret.
//
// Entries with an end are copies of what an inner helper holds. They are dropped
// when they run out or when the keyring takes no more. The others are the only
// place where a credential is kept, and are dropped by [Copies.Remove] alone.
type Copies struct {
	ring  Ring
	state *State
}

// NewCopies keeps credentials in ring; state holds the list of the items.
func NewCopies(ring Ring, state *State) *Copies { return &Copies{ring, state} }

// copyPatience is how long to wait, at most, for processes that are changing the
// same item. Each of them needs some milliseconds.
const copyPatience = 10 * time.Second

// Load returns the credentials of an item, most recently saved first, without
// copies that have run out; none if there is no such item. It makes one call to
// the keyring. The error wraps [ErrUnavailable] or [ErrOtherVersion].
func (c *Copies) Load(ctx context.Context, item string) ([]Entry, error) {
	entries, _, err := c.read(ctx, item)
	return c.current(entries), err
}

// Save puts a credential into an item, in the place of the one with the same host,
// path and username. If the keyring has no room for all of them, the oldest copies
// go. The error wraps [ErrTooBig], [ErrUnavailable] or [ErrOtherVersion]; nothing
// has changed then.
func (c *Copies) Save(ctx context.Context, item string, entry Entry) error {
	defer c.lock(ctx, item)()
	old, _, err := c.read(ctx, item)
	if err != nil {
		return err
	}
	entry.Saved = c.state.now()
	entries := []Entry{entry}
	for _, e := range c.current(old) {
		if !entry.replaces(e) {
			entries = append(entries, e)
		}
	}
	c.note(item) // first, so that no item is ever without a note
	return c.write(ctx, item, entries)
}

// Remove removes those credentials of an item that match, and returns how many
// they were. The item goes when none is left. Copies that have run out are matched
// too.
func (c *Copies) Remove(ctx context.Context, item string, match func(Entry) bool) (int, error) {
	defer c.lock(ctx, item)()
	old, found, err := c.read(ctx, item)
	if err != nil || !found {
		if err == nil {
			c.unnote(item)
		}
		return 0, err
	}
	left := slices.DeleteFunc(slices.Clone(old), match)
	removed := len(old) - len(left)
	left = c.current(left)
	switch {
	case len(left) == 0:
		if err := c.ring.Delete(ctx, item); err != nil && !errors.Is(err, ErrNotFound) {
			return 0, err
		}
		c.unnote(item)
	case len(left) < len(old):
		if err := c.write(ctx, item, left); err != nil {
			return 0, err
		}
	}
	return removed, nil
}

// Items returns the names of all items that may exist, sorted. It reads one file
// for each of them and does not ask the keyring.
func (c *Copies) Items() []string {
	names := loadAll[string](c.state, items)
	slices.Sort(names)
	return names
}

// read returns what an item holds. A damaged item holds nothing.
func (c *Copies) read(ctx context.Context, item string) (entries []Entry, found bool, err error) {
	text, err := c.ring.Get(ctx, item)
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	entries, err = decode(text)
	if errors.Is(err, errDamaged) {
		c.state.trace.Debug().Err(err).Str("item", item).Msg("ignoring a keyring item")
		return nil, true, nil
	}
	return entries, true, err
}

// write sets an item, without the oldest copies if there is no room for all. The
// first entry, which is the newest, is never given up for the others.
func (c *Copies) write(ctx context.Context, item string, entries []Entry) error {
	for {
		text, err := encode(entries)
		if err != nil {
			return err
		}
		err = c.ring.Set(ctx, item, text)
		if !errors.Is(err, ErrTooBig) {
			return err
		}
		oldest := len(entries) - 1
		for oldest > 0 && !entries[oldest].isCopy() {
			oldest--
		}
		if oldest <= 0 {
			return err
		}
		entries = slices.Delete(entries, oldest, oldest+1)
	}
}

func (c *Copies) current(entries []Entry) []Entry {
	now := c.state.now()
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.over(now) })
}

// lock keeps two processes from changing an item at once. It waits for half of the
// time that ctx leaves, the other half is for the keyring. A change without the
// lock is better than none: it may undo another's, which is a rare loss of one
// account, while not making it is the certain loss of this one.
func (c *Copies) lock(ctx context.Context, item string) (unlock func()) {
	patience := copyPatience
	if end, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(end)/2)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	unlock, _, err := c.state.acquire(ctx, "keyring item "+item)
	if err != nil {
		c.state.trace.Debug().Err(err).Str("item", item).Msg("changing a keyring item without a lock")
	}
	return unlock
}

// note adds an item to the list of those that exist. Without memory the item is
// not in the list, and is found by its name alone.
func (c *Copies) note(item string) {
	file := c.state.file(items, item, true)
	if r, ok := load[string](c.state, items, file); !ok || r.What != item {
		save(c.state, items, file, never, item) //nolint:errcheck // save has traced it
	}
}

func (c *Copies) unnote(item string) { c.state.removeFile(c.state.file(items, item, false)) }
