package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
)

const item = "dev.azure.com/contoso"

// copies is a keyring and a state in memory and a clock to turn.
type copies struct {
	*store.Copies
	ring  *storetest.MapRing
	dir   string
	clock time.Time
}

func newCopies(t *testing.T) *copies {
	t.Helper()
	c := &copies{
		ring:  &storetest.MapRing{},
		dir:   filepath.Join(t.TempDir(), "ado-guard"),
		clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
	c.Copies = store.NewCopies(c.ring, store.Open(c.dir, func() time.Time { return c.clock }, zerolog.Nop()))
	return c
}

// keep is an entry that is kept for ever, copied one that is not.
func keep(user, password string) store.Entry {
	return store.Entry{Host: "dev.azure.com", Username: user, Password: secret.New(password)}
}

func (c *copies) copied(user, password string) store.Entry {
	e := keep(user, password)
	e.Until = c.clock.Add(8 * time.Hour)
	return e
}

func (c *copies) save(t *testing.T, entries ...store.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := c.Save(t.Context(), item, e); err != nil {
			t.Fatal(err)
		}
	}
}

// names loads the entries of the item as "username password".
func (c *copies) names(t *testing.T) (names []string) {
	t.Helper()
	entries, err := c.Load(t.Context(), item)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Username+" "+e.Password.Reveal())
	}
	return names
}

func (c *copies) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, c.names(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func everyone(store.Entry) bool { return true }

func TestAnEntryComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	var bytes strings.Builder
	for b := range 256 {
		bytes.WriteByte(byte(b))
	}
	want := store.Entry{
		Host: "dev.azure.com", Path: bytes.String(), Username: bytes.String(),
		Password: secret.New(bytes.String()), RefreshToken: secret.New("refresh\xff"),
		Expiry: time.Unix(1<<40, 0), Until: time.Unix(c.clock.Unix()+60, 0), Source: "manager\x00cache",
	}
	c.save(t, want)
	want.Saved = time.Unix(c.clock.Unix(), 0)
	got, err := c.Load(t.Context(), item)
	equal := cmp.Comparer(func(a, b secret.Secret) bool { return a.Equal(b) })
	if diff := cmp.Diff([]store.Entry{want}, got, equal); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestAnItemThatIsNotThereHoldsNothing(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.want(t)
	if n, err := c.Remove(t.Context(), item, everyone); n != 0 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if got := c.Items(); got != nil {
		t.Errorf("items %q", got)
	}
}

func TestAccountsLiveSideBySideTheLastOneFirst(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	path := keep("alice", "for one path")
	path.Path = "contoso/project"
	host := keep("alice", "on the old host")
	host.Host = "contoso.visualstudio.com"
	c.save(t, keep("alice", "1"), keep("", ""), path, host, keep("bob", "2"), keep("alice", "3"))
	c.want(t, "alice 3", "bob 2", "alice on the old host", "alice for one path", " ")
	if got := c.ring.Items(); len(got) != 1 {
		t.Errorf("%d items, want one", len(got))
	}
}

func TestLoadingIsOneCallToTheKeyring(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.save(t, keep("alice", "1"), keep("bob", "2"))
	before := c.ring.Calls()
	c.names(t)
	if got := c.ring.Calls() - before; got != 1 {
		t.Errorf("%d calls", got)
	}
}

func TestRemovingTakesWhatMatchesAndTheItemWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.save(t, keep("alice", "1"), keep("bob", "2"), keep("carol", "3"))
	remove := func(want int, match func(store.Entry) bool) {
		t.Helper()
		if n, err := c.Remove(t.Context(), item, match); n != want || err != nil {
			t.Errorf("removed %d, want %d: %v", n, want, err)
		}
	}
	before := c.ring.Calls()
	remove(0, func(store.Entry) bool { return false })
	if got := c.ring.Calls() - before; got != 1 {
		t.Errorf("%d calls to remove nothing, want the one that reads", got)
	}
	remove(1, func(e store.Entry) bool { return e.Username == "bob" })
	c.want(t, "carol 3", "alice 1")
	if diff := cmp.Diff([]string{item}, c.Items()); diff != "" {
		t.Errorf("items:\n%s", diff)
	}
	remove(2, everyone)
	if got := c.ring.Items(); len(got) != 0 {
		t.Errorf("the keyring still has %d items", len(got))
	}
	if got := c.Items(); got != nil {
		t.Errorf("the list still has %q", got)
	}
}

func TestACopyIsAnsweredUntilItRunsOutAndIsThenDropped(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.save(t, c.copied("copy", "1"), keep("kept", "2"))
	c.want(t, "kept 2", "copy 1")
	c.clock = c.clock.Add(8 * time.Hour)
	c.want(t, "kept 2")
	if n, err := c.Remove(t.Context(), item, func(e store.Entry) bool { return e.Username == "copy" }); n != 1 || err != nil {
		t.Errorf("a copy that has run out cannot be removed: %d, %v", n, err)
	}
	c.save(t, c.copied("copy", "3"))
	c.clock = c.clock.Add(8 * time.Hour)
	if n, err := c.Remove(t.Context(), item, func(e store.Entry) bool { return e.Username == "kept" }); n != 1 || err != nil {
		t.Errorf("removed %d: %v", n, err)
	}
	if got := c.ring.Items(); len(got) > 0 {
		t.Error("an item stays that has only a copy that has run out")
	}
	c.save(t, keep("kept", "2"))
	c.save(t, c.copied("copy", "3"), c.copied("other", "4"))
	c.clock = c.clock.Add(8 * time.Hour)
	c.save(t, keep("new", "5"))
	c.clock = c.clock.Add(-8 * time.Hour) // now it would be answered again, if it were there
	c.want(t, "new 5", "kept 2")
}

func TestACopyFromTheFutureIsNotAnswered(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.clock = c.clock.AddDate(1, 0, 0)
	c.save(t, c.copied("copy", "1"), keep("kept", "2"))
	c.clock = c.clock.AddDate(-1, 0, 0)
	c.want(t, "kept 2")
}

func TestWhenTheKeyringIsFullTheOldestCopiesGo(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.save(t, c.copied("a", "1"), keep("b", "2"), c.copied("c", "3"), keep("d", "4"))
	c.ring.Limit = len(c.ring.Items()[item]) // not one byte more
	c.save(t, c.copied("e", "5"))
	c.want(t, "e 5", "d 4", "c 3", "b 2")
	c.save(t, keep("f", "6"), keep("g", "7"))
	c.want(t, "g 7", "f 6", "d 4", "b 2")
	for _, entry := range []store.Entry{c.copied("h", strings.Repeat("8", 100)), keep("i", strings.Repeat("9", 100))} {
		if err := c.Save(t.Context(), item, entry); !errors.Is(err, store.ErrTooBig) {
			t.Errorf("saving what does not fit: %v", err)
		}
	}
	c.want(t, "g 7", "f 6", "d 4", "b 2")
}

func TestAnItemOfAnotherVersionIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	for _, text := range []store.Text{`{"version":2,"accounts":{}}`, `{"version":99}`, `{"version":-1}`} {
		if err := c.ring.Set(t.Context(), item, text); err != nil {
			t.Fatal(err)
		}
		_, loading := c.Load(t.Context(), item)
		saving := c.Save(t.Context(), item, keep("alice", "1"))
		_, removing := c.Remove(t.Context(), item, everyone)
		for _, err := range []error{loading, saving, removing} {
			if !errors.Is(err, store.ErrOtherVersion) {
				t.Errorf("%q: %v", string(text), err)
			}
		}
		if got := c.ring.Items()[item]; got != text {
			t.Errorf("%q became %q", string(text), string(got))
		}
	}
}

func TestADamagedItemHoldsNothingAndIsReplaced(t *testing.T) {
	t.Parallel()
	for _, text := range []store.Text{"", "x", "null", "[]", `{"version":"1"}`, `{"entries":[]}`, `{"version":1,"entries":[{"password":"?"}]}`, `{"version":1`} {
		c := newCopies(t)
		if err := c.ring.Set(t.Context(), item, text); err != nil {
			t.Fatal(err)
		}
		c.want(t)
		c.save(t, keep("alice", "1"))
		c.want(t, "alice 1")
		if err := c.ring.Set(t.Context(), item, text); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Remove(t.Context(), item, everyone); err != nil {
			t.Error(err)
		}
		if got := c.ring.Items(); len(got) != 0 {
			t.Errorf("the damaged item %q is still there", string(text))
		}
	}
}

func TestAKeyringThatCannotBeUsedIsATypedErrorAndChangesNothing(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.save(t, keep("alice", "1"))
	broken := map[string]*storetest.MapRing{
		"failing": {Err: errors.New("locked")},
		"hanging": {Hang: true},
	}
	for name, ring := range broken {
		b := store.NewCopies(ring, store.Open(c.dir, time.Now, zerolog.Nop()))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, loading := b.Load(ctx, item)
		saving := b.Save(ctx, item, keep("bob", "2"))
		_, removing := b.Remove(ctx, item, everyone)
		cancel()
		for _, err := range []error{loading, saving, removing} {
			if !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if diff := cmp.Diff([]string{item}, c.Items()); diff != "" {
		t.Errorf("the list changed:\n%s", diff)
	}
}

func TestCopiesWorkWithoutMemory(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.Copies = store.NewCopies(c.ring, store.Open("", time.Now, zerolog.Nop()))
	c.save(t, keep("alice", "1"), keep("bob", "2"))
	c.want(t, "bob 2", "alice 1")
	if n, err := c.Remove(t.Context(), item, everyone); n != 2 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
}

func TestAnItemIsInTheListBeforeItIsInTheKeyring(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	c.ring.Limit = 1 // so that Set fails
	if err := c.Save(t.Context(), item, keep("alice", "1")); err == nil {
		t.Fatal("saved")
	}
	if diff := cmp.Diff([]string{item}, c.Items()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAThousandItemsAreListed(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	var want []string
	for i := range 1000 {
		name := fmt.Sprintf("dev.azure.com/org%03d", i)
		want = append(want, name)
		if err := c.Save(t.Context(), name, keep("alice", "1")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, c.Items()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestManyWhoSaveAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			if err := c.Save(t.Context(), item, keep(fmt.Sprint(i), "x")); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := c.names(t); len(got) != 20 {
		t.Errorf("%d entries, want 20", len(got))
	}
}

func TestASaveThatCannotHaveTheLockLeavesTimeForTheKeyring(t *testing.T) {
	t.Parallel()
	c := newCopies(t)
	unlock, _, err := store.Open(c.dir, time.Now, zerolog.Nop()).Lock(t.Context(), "keyring item "+item)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	start := time.Now()
	if err := c.Save(ctx, item, keep("alice", "1")); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took < 900*time.Millisecond {
		t.Errorf("went on without the lock after %s", took)
	}
	c.want(t, "alice 1")
}

func TestNothingPrintsAText(t *testing.T) {
	t.Parallel()
	text := store.Text("private")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, text); got != "[secret]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	var log strings.Builder
	logger := zerolog.New(&log)
	logger.Info().Interface("text", text).Any("map", map[string]store.Text{"a": text}).Msg("")
	if strings.Contains(log.String(), "private") {
		t.Errorf("the log tells %s", log.String())
	}
}
