package helper

import (
	"context"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// getInTurn does the work under the organization's lock, or uses what the process
// found that held it in the meantime: N askers are one question.
func (c *call) getInTurn(ctx context.Context) Message {
	began := c.Now()
	unlock, waited := c.lockInTurn(ctx, began)
	outcome, ok := c.Memory.Outcome(c.question(c.request.Get("username")))
	if !ok {
		defer unlock()
		return c.work(ctx)
	}
	news := waited && !outcome.At.Before(began)
	if outcome.Finding == store.Refused && (news || c.sameJob(outcome) && !c.wouldGive(ctx).Complete()) {
		unlock()
		return c.stop(notice.Cancelled(c.name(), outcome.Reason))
	}
	if news {
		unlock() // the inner helpers of all that waited may be looked at side by side
		if answer, ok := c.useOutcome(ctx, outcome); ok {
			return answer
		}
		unlock, _ = c.lockInTurn(ctx, began)
	}
	defer unlock()
	return c.work(ctx)
}

// sameJob reports whether a prompt was refused a moment ago to a command of the
// same process group, such as another submodule of one fetch.
func (c *call) sameJob(o store.Outcome) bool {
	return c.Group != 0 && o.Group == c.Group && c.Now().Sub(o.At) < refusalFor
}

// useOutcome answers with what the holder of the lock found, if it is where this
// process can see it without a prompt.
func (c *call) useOutcome(ctx context.Context, outcome store.Outcome) (Message, bool) {
	found, ok := c.copy(ctx)
	if !ok {
		found, ok = c.look(ctx)
	}
	switch {
	case !ok:
		return Message{}, false
	case found.fp == c.refused:
		if outcome.Finding == store.Live && outcome.Fingerprint == found.fp {
			return c.stop(notice.Refused(c.token(found, validate.Verdict{}))), true
		}
		return Message{}, false
	case outcome.Fingerprint == found.fp, c.remembered(found).State == validate.Live:
		return c.answer(found, false), true
	default:
		return Message{}, false
	}
}

// outcome tells those who wait what was found. What was cut short, because this
// process is told to stop, says nothing to others.
func (c *call) outcome(ctx context.Context, finding store.Finding, fp store.Fingerprint, reason string) {
	if ctx.Err() != nil {
		return
	}
	c.Memory.SetOutcome(c.question(c.request.Get("username")), store.Outcome{Finding: finding, Fingerprint: fp, Reason: reason, Group: c.Group})
}

// question is what an outcome answers: this organization, and this account if Git
// asks for one. The username of https://contoso@dev.azure.com names none.
func (c *call) question(account string) string {
	if strings.EqualFold(account, c.target.Organization) {
		account = ""
	}
	return c.key() + "\n" + account
}

// lockInTurn takes the lock for a get, which began then and waits for the prompt of
// another one, if it comes to that.
func (c *call) lockInTurn(ctx context.Context, began time.Time) (unlock func(), waited bool) {
	unlock, waited, err := c.lock(ctx, waitMost-c.Now().Sub(began))
	if waited && err != nil && ctx.Err() == nil && c.Terminal {
		c.Notices.Print(notice.WaitedLongEnough(c.name(), c.Memory.Holder(c.key()), waitMost))
	}
	return unlock, waited
}

// lockOnTheWay takes the lock for a store or an erase, which wait for nobody's prompt:
// half of the clock is for the lock, the other half for the keyring.
func (c *call) lockOnTheWay(ctx context.Context) (unlock func()) {
	within, done := c.clock.within(ctx, c.clock.left()/2)
	defer done()
	unlock, _, _ = c.lock(within, c.clock.left()) //nolint:errcheck // see lock
	return unlock
}

// lock takes the organization's lock for at most the given time. Without it the
// work is done all the same: a lock saves prompts, and must never cost a command.
func (c *call) lock(ctx context.Context, most time.Duration) (unlock func(), waited bool, err error) {
	at, cancel := context.WithTimeout(ctx, 0)
	cancel() // a context that has ended: the lock is tried once
	if unlock, waited, err := c.Memory.Lock(at, c.key()); !waited {
		return unlock, false, err // had, or not to be had at all
	}
	c.seen = nil // the holder may change what was read
	c.Memory.Mark(c.waitingMark(), markFor)
	if c.Terminal {
		holder := c.Memory.Holder(c.key())
		told := time.AfterFunc(waitSilent, func() { c.Notices.Print(notice.Waiting(c.name(), holder)) })
		defer told.Stop()
	}
	ctx, cancel = context.WithTimeout(ctx, most)
	defer cancel()
	return c.Memory.Lock(ctx, c.key())
}

// endRefusal lets the other commands of a job have what Git has got from a person
// itself, where the inner helpers had refused: the refusal is no news any more.
func (c *call) endRefusal() {
	for _, account := range []string{"", c.request.Get("username")} {
		question := c.question(account)
		if o, ok := c.Memory.Outcome(question); ok && o.Finding == store.Refused {
			c.Memory.SetOutcome(question, store.Outcome{Finding: store.Unknown, Group: c.Group})
		}
	}
}

// waitingMark tells the holder of the lock that somebody waits for what it finds.
func (c *call) waitingMark() string { return "waiting for " + c.key() }
