package helper

import (
	"context"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// get answers Git's question for a credential.
func (c *call) get(ctx context.Context) Message {
	switch {
	case !c.guarded:
		return c.passGet(ctx)
	case c.target.Organization == "" && !c.target.Server:
		c.hintOnceADay(notice.NoOrganization(c.target.Host))
		return c.getUnjudged(ctx)
	}
	if c.Memory.Marked(c.provenMark()) {
		if found, ok := c.copy(ctx); ok && found.fp != c.refused && c.remembered(found).State == validate.Live {
			return c.answer(found, false)
		}
	}
	return c.getInTurn(c.stoppable(ctx))
}

// getUnjudged answers where nobody can be asked about a credential: as if the guard
// were not there, or with what it keeps for the host, being the store itself.
func (c *call) getUnjudged(ctx context.Context) Message {
	if !c.Wrapped {
		if found, ok := c.copy(ctx); ok {
			return found.answer
		}
	}
	return c.passGet(ctx)
}

// work finds a candidate, has it judged, and replaces it if it is dead. The inner
// helpers are asked at most twice; a dead copy is no round of its own.
func (c *call) work(ctx context.Context) Message {
	c.prepare(ctx)
	found, ok := c.copy(ctx)
	var buried []secret.Secret
	for asked := 0; ; {
		if !ok {
			if c.inner(ctx).Topology == Alone {
				return Message{} // Git prompts
			}
			found, ok = c.askInner(ctx)
			asked++
			if !ok {
				return c.nothing(ctx, found.answer, "was refused or got nothing")
			}
		}
		if found.unjudged {
			return found.answer
		}
		for _, dead := range buried {
			if found.credential.Secret.Equal(dead) { // without memory there are no fingerprints
				c.Notices.Print(notice.SameAgain(c.token(found, validate.Verdict{}), c.unbind(ctx)))
				return c.deadEnd(ctx, "got the same dead token again")
			}
		}
		verdict, fresh := c.verdict(ctx, found)
		if verdict.State != validate.Dead {
			return c.accept(ctx, found, verdict, fresh, len(buried) > 0)
		}
		if found.elsewhere { // most likely it is alive where it belongs
			return c.nothing(ctx, Message{}, "got nothing")
		}
		if policy := c.settings(ctx).Erase; !policy.Erases(verdict) {
			c.Notices.Print(notice.DeadKept(c.token(found, verdict), string(policy)))
			c.outcome(ctx, store.Unknown, found.fp, "")
			return c.answer(found, false)
		}
		c.bury(ctx, found, verdict, asked == 2)
		if asked == 2 {
			return c.deadEnd(ctx, "got a dead token twice")
		}
		buried = append(buried, found.credential.Secret)
		ok = false
	}
}

// prepare has Git's configuration read and the connections opened while the keyring
// and the inner helpers are still at work. Where a token was proven a moment ago it is
// most likely the one that comes now, and no connection will be needed.
func (c *call) prepare(ctx context.Context) {
	proven := c.Memory.Marked(c.provenMark())
	go func() {
		defer func() { recover() }() //nolint:errcheck // whoever needs the settings meets the same fault where it is told
		settings := c.settings(ctx)
		if proven {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, settings.Timeout)
		defer cancel()
		c.Judge.Warm(ctx, c.target)
	}()
}

// verdict judges a candidate, unless that was done a moment ago. Fresh tells that
// Azure DevOps was asked in this very call.
//
// A token that Git comes back with was refused by the server itself. So it is
// judged whatever is remembered, and where the probes cannot tell, the server's
// word to Git counts: without the guard, Git would erase it now.
func (c *call) verdict(ctx context.Context, found candidate) (v validate.Verdict, fresh bool) {
	again := found.fp == c.refused && found.fp != ""
	if v := c.remembered(found); !again && v.State != validate.Unknown {
		return v, false
	}
	c.clock.limit = c.settings(ctx).Timeout
	ctx, done := c.clock.within(ctx, c.clock.limit)
	defer done()
	go c.meantime()
	v = c.Judge.Judge(ctx, c.target, found.credential)
	if again && v.State == validate.Unknown {
		c.Trace.Debug().Stringer("verdict", v.State).Msg("the probes cannot tell, but the server refused it")
		return validate.Verdict{State: validate.Dead, Reason: reasonRefused}, false
	}
	return v, true
}

// meantime does what nobody waits for.
func (c *call) meantime() {
	defer func() { recover() }() //nolint:errcheck // it is done another day
	if c.Meantime != nil {
		c.Meantime()
	}
}

// remembered is the verdict that spares the probes.
func (c *call) remembered(found candidate) validate.Verdict {
	r, ok := c.Memory.Recall(c.key(), found.fp)
	switch {
	case !ok:
		return validate.Verdict{}
	case r.Finding == store.Live:
		return validate.Verdict{State: validate.Live, Reason: validate.Reason(r.Reason)}
	default:
		reason := validate.Reason(r.Reason)
		return validate.Verdict{State: validate.Dead, Reason: reason, Expired: reason == validate.ReasonExpired}
	}
}

// accept hands over a candidate that is live or unknown, and remembers what is
// worth remembering.
func (c *call) accept(ctx context.Context, found candidate, v validate.Verdict, fresh, replacement bool) Message {
	if v.State != validate.Live {
		c.outcome(ctx, store.Unknown, found.fp, "")
		return c.answer(found, false)
	}
	if fresh {
		c.remember(ctx, found, v.Reason)
	}
	c.outcome(ctx, store.Live, found.fp, "")
	if found.fp == c.refused && found.fp != "" {
		return c.stop(notice.Refused(c.token(found, v)))
	}
	if !found.copied {
		c.keepCopy(ctx, found)
	}
	if replacement || c.Memory.Marked(c.waitingMark()) {
		c.storeNow(ctx, found)
	}
	return c.answer(found, fresh)
}

// remember keeps a live verdict for adoguard.recheckAfter, but no longer than the
// token itself says it lives.
func (c *call) remember(ctx context.Context, found candidate, reason validate.Reason) {
	now := c.Now()
	until := now.Add(c.settings(ctx).RecheckAfter)
	for _, end := range found.ends() {
		if end.Before(until) {
			until = end
		}
	}
	c.Memory.Remember(c.key(), found.fp, store.Remembered{Finding: store.Live, Reason: string(reason), Proven: now, Until: until})
	c.Memory.Mark(c.provenMark(), until.Sub(now))
	c.Memory.Know(store.Known{Key: c.key(), Host: c.target.Host, Organization: c.target.Organization})
}

// nothing ends a call that found no usable credential: Git goes on as it would.
// Those who waited for this prompt do not prompt again, unless Git does the prompting
// for each command: behind mere stores, and behind helpers that know a part only, such
// as the username.
func (c *call) nothing(ctx context.Context, answer Message, why string) Message {
	if ctx.Err() == nil {
		c.Memory.Unsettle(c.key(), "") // whatever they held, they do not any more
	}
	partly := answer.Has("username") || answer.Has("password")
	if !partly && c.inner(ctx).any(func(q Quirks) bool { return !q.NeverAsks }) {
		c.outcome(ctx, store.Refused, "", why)
	}
	return answer
}

// deadEnd ends a call that got two dead tokens, or the same one twice. In wrap and
// alone Git goes on as after any other helper that has nothing. In chain it would go
// on to the helpers that were asked twice already, which would give a dead token that
// nobody judges, or open yet another dialog; so Git is told to stop, unless they are
// mere stores that hold nothing any more, behind which Git prompts.
func (c *call) deadEnd(ctx context.Context, why string) Message {
	answer := c.nothing(ctx, Message{}, why)
	inner := c.inner(ctx)
	if inner.Topology != Chain {
		return answer
	}
	if inner.any(func(q Quirks) bool { return !q.NeverAsks }) || c.wouldGive(ctx).Complete() {
		return quit
	}
	return answer
}

// stop has Git end the command without another prompt.
func (c *call) stop(n notice.Notice) Message {
	c.Notices.Print(n)
	return quit
}

// quit is the answer at which Git ends the command.
var quit = Message{}.With("quit", "1")

// provenMark tells, before any secret is known, that a verdict on one is remembered
// here. Without it the work begins before the keyring has answered.
func (c *call) provenMark() string { return "proven for " + c.key() }

func (c *call) hintOnceADay(n notice.Notice) {
	if mark := "hint: " + n.What; !c.Memory.Marked(mark) {
		c.Memory.Mark(mark, 24*time.Hour)
		c.Notices.Print(n)
	}
}
