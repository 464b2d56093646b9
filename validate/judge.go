package validate

import (
	"context"
	"slices"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// fairChance is the least time after which a host that was not heard of can be said
// to be down: the clock may have been spent on other things.
const fairChance = time.Second / 2

// Judge asks Azure DevOps about a credential and decides. It never fails: whatever
// goes wrong ends in Unknown and a reason.
//
// All probes start at the same time and the first proof of life ends the wait. The
// context's deadline is the clock (5 s without one); the probes have four fifths of
// what is left of it, so that something remains for the status API, which is asked
// before a death that is not proven by expiry, and for what the caller does then.
func (v *Validator) Judge(ctx context.Context, t Target, c Credential) (verdict Verdict) {
	defer func() {
		if fault := recover(); fault != nil {
			v.fault("judge", fault)
			verdict = Verdict{Reason: ReasonFault}
		}
	}()
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultClock)
		defer cancel()
	}
	start := v.now()
	verdict = v.judge(ctx, t, c)
	v.Trace.Debug().Str("organization", t.Key()).Bool("sure", t.Sure).
		Stringer("state", verdict.State).Str("reason", string(verdict.Reason)).Str("detail", verdict.Detail).
		Dur("took", v.now().Sub(start)).Msg("decided")
	return verdict
}

func (v *Validator) judge(ctx context.Context, t Target, c Credential) Verdict {
	rounds := t.rounds()
	switch {
	case len(rounds) == 0:
		return Verdict{Reason: ReasonNoOrganization}
	case c.Secret.Empty():
		return Verdict{Reason: ReasonNoSecret}
	case t.Server && c.Secret.Kind() != secret.PAT:
		return Verdict{Reason: ReasonNotPAT}
	}
	if failure := v.forbidden(rounds); failure != nil {
		return Verdict{Reason: ReasonNothingSent, Detail: failure.Words}
	}
	answers := v.ask(ctx, rounds, c)
	verdict := Decide(t, answers)
	if verdict.State == Dead && !verdict.Expired {
		verdict = Decide(t, append(answers, v.askStatus(ctx)))
	}
	return verdict
}

// forbidden is why nothing at all may be sent, or nil: what keeps the credential from
// the target's own host (an Authorization of Git's own, no verification) would make
// every other answer meaningless too.
func (v *Validator) forbidden(rounds []round) *Failure {
	if _, failure := v.client(rounds[0].host, rounds[0].settings); failure != nil && failure.Reason == ReasonNothingSent {
		return failure
	}
	return nil
}

// ask asks all questions and returns their answers in the order of the questions,
// without those that were not waited for because another proved life.
func (v *Validator) ask(ctx context.Context, rounds []round, c Credential) []Answer {
	deadline, _ := ctx.Deadline()
	patience := time.Until(deadline) * 4 / 5
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel() // whoever is still asking need not go on

	var asked []question
	for _, r := range rounds {
		asked = append(asked, r.questions...)
	}
	found := make(chan Answer, len(asked)) // so that nobody who comes late is stuck
	for _, r := range rounds {
		go v.askHost(ctx, r, c, found)
	}
	answers := make([]Answer, 0, len(asked))
	for len(answers) < len(asked) {
		a, ok := next(ctx, found)
		if !ok {
			answers = append(answers, missing(asked, answers, ctx.Err())...)
			break
		}
		answers = append(answers, a)
		if a.Evidence == Lives && !v.Thorough {
			break
		}
	}
	slices.SortFunc(answers, func(a, b Answer) int { return rank(asked, a) - rank(asked, b) })
	if patience >= fairChance {
		for _, r := range rounds {
			v.markDown(r, answers)
		}
	}
	for _, a := range answers {
		v.trace(a)
	}
	return answers
}

// next is the next answer. Those who ask end with the context, and say then how far
// they got; whoever does not say so at once is not waited for.
func next(ctx context.Context, found <-chan Answer) (Answer, bool) {
	select {
	case a := <-found:
		return a, true
	case <-ctx.Done():
	}
	select {
	case a := <-found:
		return a, true
	case <-time.After(50 * time.Millisecond):
		return Answer{}, false
	}
}

// missing makes answers for the questions that have none.
func missing(asked []question, answers []Answer, why error) []Answer {
	var none []Answer
	for _, q := range asked {
		if _, ok := answerTo(q.probe, answers); !ok {
			none = append(none, q.unanswered(explain(q.host(), why)))
		}
	}
	return none
}

func rank(asked []question, a Answer) int {
	return slices.IndexFunc(asked, func(q question) bool { return q.probe == a.Probe })
}

// markDown remembers a host of which nothing was heard, by a fault of the network.
func (v *Validator) markDown(r round, answers []Answer) {
	if v.Down == nil {
		return
	}
	for _, q := range r.questions {
		if a, ok := answerTo(q.probe, answers); !ok || a.Err == nil || !a.Err.Down || a.Status != 0 {
			return
		}
	}
	v.Down.MarkDown(r.host)
}

// trace writes down an answer. Nothing of it can hold the secret.
func (v *Validator) trace(a Answer) {
	v.Trace.Debug().Str("probe", string(a.Probe)).Str("url", a.URL).Int("status", a.Status).
		Stringer("evidence", a.Evidence).Str("reason", string(a.Reason)).Str("detail", a.Detail).
		Dur("took", a.Took).Msg("asked")
}
