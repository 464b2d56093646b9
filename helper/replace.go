package helper

import (
	"context"
	"errors"
	"slices"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// bury erases a dead candidate wherever it is still held: in the keyring, and in
// every inner helper that a look shows to hold that very secret. A death that is
// the last of its call is looked at again, since nobody will ask once more.
func (c *call) bury(ctx context.Context, found candidate, v validate.Verdict, last bool) {
	c.last = Message{}
	if v.Reason != reasonRefused { // that was no proof: it holds for this call only
		c.Memory.Remember(c.key(), found.fp, store.Remembered{
			Finding: store.Dead, Reason: string(v.Reason), Until: c.Now().Add(deadFor),
		})
	}
	c.Memory.Unsettle(c.key(), found.fp)
	stays := c.removeCopies(ctx, func(e store.Entry, _ validate.Target) bool { return e.Password.Equal(found.credential.Secret) })

	given := c.message(found)
	inner := c.inner(ctx)
	told := !found.copied || inner.Topology == Alone
	for _, program := range inner.Programs {
		if c.eraseFrom(ctx, program, given) {
			told = true
		}
	}
	switch {
	case stays != nil && inner.Topology == Alone:
		c.Notices.Print(notice.NotRemoved(c.token(found, v), stays))
	case last && c.stillHeld(ctx, found.credential.Secret):
		c.Notices.Print(notice.SameAgain(c.token(found, v), c.unbind(ctx)))
	case last:
		c.Notices.Print(notice.DeadAgain(c.token(found, v)))
	case told: // otherwise only a stale copy is gone, and there may be nothing to say
		c.Notices.Print(notice.Dead(c.token(found, v)))
	}
}

// eraseFrom tells one inner helper to erase what was given, unless a look shows
// that it holds another secret by now. It reports whether it was told.
func (c *call) eraseFrom(ctx context.Context, program Program, given Message) bool {
	if given.Has("password") && !QuirksOf(program.Value()).AsksAlways {
		held := c.lookAt(ctx, program, given)
		if !mayErase(given, held) {
			c.Trace.Debug().Str("helper", ProgramName(program.Value())).Msg("holds another secret by now: not erased")
			return false
		}
	}
	c.tell(ctx, program, ActionErase, given) //nolint:errcheck // whether it is gone, only a look can tell
	return true
}

// lookAt asks one inner helper, without a prompt, what it holds for a message.
func (c *call) lookAt(ctx context.Context, program Program, about Message) Message {
	ctx, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	question := about.Without(func(key, _ string) bool {
		return expiring(key, "") || key == "authtype" || key == "wwwauth[]" || key == "state[]" // which is no answer to a new question
	})
	return c.askOne(ctx, program, question, true)
}

func (c *call) stillHeld(ctx context.Context, dead secret.Secret) bool {
	return c.wouldGive(ctx).Secret("password").Equal(dead)
}

// wouldGive is what the inner helpers would answer without a prompt: a mere look,
// not to be handed over.
func (c *call) wouldGive(ctx context.Context) Message {
	ctx, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	return overlay(c.request, c.ask(ctx, true))
}

// storeNow gives a credential proven live to the inner helpers at once, so that
// those who wait find it there. Git's own store of it later needs nothing more. What is
// made anew for each use is not for keeping.
func (c *call) storeNow(ctx context.Context, found candidate) {
	if found.answer.Has("ephemeral") {
		return
	}
	whole := c.message(found)
	if c.settled(ctx, whole) {
		return
	}
	if c.tellAll(ctx, ActionStore, whole) == nil {
		c.settle(ctx, whole)
	}
}

// message is a candidate as Git would hand it to store or erase, with what the inner
// helper wants to hear again.
func (c *call) message(found candidate) Message {
	m := c.request.Without(func(key, _ string) bool { return key != "protocol" && key != "host" && key != "path" })
	for _, capability := range slices.Backward(found.answer.List("capability[]")) {
		m = m.WithFirst("capability[]", capability)
	}
	m = m.With("username", found.credential.Username).WithSecret("password", found.credential.Secret)
	if found.answer.Has("password_expiry_utc") {
		m = m.With("password_expiry_utc", found.answer.Get("password_expiry_utc"))
	}
	if found.answer.Has("oauth_refresh_token") {
		m = m.WithSecret("oauth_refresh_token", found.answer.Secret("oauth_refresh_token"))
	}
	for _, state := range found.answer.List("state[]") {
		m = m.With("state[]", state)
	}
	return m
}

// removeCopies removes what matches from the keyring. The error says that some of it
// may still be there.
func (c *call) removeCopies(ctx context.Context, match func(store.Entry, validate.Target) bool) error {
	c.seen = nil
	var errs []error
	for _, t := range c.keptAs() {
		within, done := c.clock.within(ctx, c.keyringTime())
		removed, err := c.Copies.Remove(within, Item(t), func(e store.Entry) bool { return match(e, t) })
		done()
		c.Trace.Debug().Err(err).Str("item", Item(t)).Int("removed", removed).Msg("removed from the keyring")
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// settle notes that the inner helpers hold a credential, so that Git's store of it
// starts nobody again. Not for helpers that forget: they count on being told; and not
// where it is not known who they are.
func (c *call) settle(ctx context.Context, whole Message) {
	if inner := c.inner(ctx); len(inner.Programs) == 0 || inner.any(func(q Quirks) bool { return q.Forgets }) {
		return
	}
	fp := c.Memory.Fingerprint(whole.Secret("password"))
	c.Memory.Settle(c.key(), fp, c.settlement(ctx, whole), c.Now().Add(c.settings(ctx).CopyFor))
}

func (c *call) settled(ctx context.Context, whole Message) bool {
	fp := c.Memory.Fingerprint(whole.Secret("password"))
	return c.Memory.Settled(c.key(), fp, c.settlement(ctx, whole))
}

// settlement names what a settlement holds for: this account at this host.
func (c *call) settlement(ctx context.Context, whole Message) string {
	return whole.Get("host") + "\n" + whole.Get("username") + "\n" + c.source(ctx)
}
