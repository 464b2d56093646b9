package helper

import (
	"context"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// store keeps what Git says has worked, and passes it on. It judges nothing: Git
// stores after a sign-in page as well. Only a secret remembered as dead is refused.
func (c *call) store(ctx context.Context) Message {
	named := c.target
	c.findOrganization()
	if !c.guarded || !c.request.Has("password") {
		return c.pass(ActionStore)(ctx)
	}
	given := c.newCandidate(Message{}, false)
	if v := c.remembered(given); v.State == validate.Dead && !given.unjudged {
		c.Notices.Print(notice.StoreRefused(c.token(given, v)))
		return Message{}
	}
	if c.settled(ctx, c.request) {
		return Message{}
	}
	c.endRefusal()
	switch c.inner(ctx).Topology {
	case Wrap:
		defer c.lockOnTheWay(ctx)()
		err := c.tellAll(ctx, ActionStore, c.request)
		if c.copyable(ctx, c.request) {
			c.keepNewCopy(ctx)
		}
		if err == nil {
			c.settle(ctx, c.request)
		}
	case Chain:
		c.settle(ctx, c.request) // Git tells the others itself
	case Alone:
		if c.NoCopy { // then nobody keeps it
			return Message{}
		}
		if c.target = named; guessed(named) { // see Search.In
			c.target = hostOf(named)
		}
		if err := c.save(ctx, c.entry(ctx, c.request, time.Time{})); err != nil {
			c.Notices.Print(notice.NotKept(c.name(), err))
		}
	}
	return Message{}
}

// keepNewCopy copies what Git stores, unless it is there already: only the inner
// helper's own word renews a copy.
func (c *call) keepNewCopy(ctx context.Context) {
	if found, ok := c.copy(ctx); ok && found.credential.Secret.Equal(c.request.Secret("password")) {
		return
	}
	c.save(ctx, c.entry(ctx, c.request, c.Now().Add(c.settings(ctx).CopyFor))) //nolint:errcheck // traced; without a copy all works as well
}

// erase removes what Git says was refused, and passes the wish on. It is never
// second-guessed by asking the server; but a secret that is not the one that the
// inner helper holds by now must not take the newer one with it.
func (c *call) erase(ctx context.Context) Message {
	c.findOrganization()
	if !c.guarded {
		return c.pass(ActionErase)(ctx)
	}
	var fp store.Fingerprint // none: every verdict of the organization
	if c.request.Has("password") {
		fp = c.Memory.Fingerprint(c.request.Secret("password"))
	}
	defer c.lockOnTheWay(ctx)()
	for _, key := range c.keys() {
		c.Memory.Forget(key, fp)
	}
	c.removeCopies(ctx, c.filtered) //nolint:errcheck // traced; what stays is judged before it is used again
	if c.Wrapped {
		for _, program := range c.inner(ctx).Programs {
			c.eraseFrom(ctx, program, c.request)
		}
	}
	return Message{}
}

// findOrganization makes up for a store or erase that names no organization: after
// https://contoso@dev.azure.com without a path, Git sends the account that the
// inner helper answered, or that a person typed, which says nothing about the
// organization. The record of the secret tells which one it was seen for.
func (c *call) findOrganization() {
	if !c.guarded || c.target.Server || c.target.Sure {
		return
	}
	r := where(c.request)
	r.Username = ""
	if seen := c.Memory.Organizations(c.Memory.Fingerprint(c.request.Secret("password"))); len(seen) == 1 {
		r.Path = seen[0]
	}
	c.target, c.guarded = validate.Recognize(r, c.Servers)
}
