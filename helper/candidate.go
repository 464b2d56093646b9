package helper

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// candidate is a credential that may be handed over.
type candidate struct {
	answer     Message // what Git would be told
	credential validate.Credential
	fp         store.Fingerprint
	copied     bool // it is the keyring's copy, not an inner helper's answer
	elsewhere  bool // an inner helper keeps it for another path of this host, perhaps for another organization
	unjudged   bool // nothing that could be judged or erased exactly: a ready-made authtype credential, an empty password
}

// newCandidate makes a candidate of an answer; what the answer leaves out stands in
// the request.
func (c *call) newCandidate(answer Message, copied bool) candidate {
	whole := overlay(c.request, answer)
	password := whole.Secret("password")
	return candidate{
		answer:     answer,
		credential: validate.Credential{Username: whole.Get("username"), Secret: password},
		fp:         c.Memory.Fingerprint(password),
		copied:     copied,
		unjudged:   password.Empty(),
	}
}

// ends are the times at which the credential itself says that it ends.
func (found candidate) ends() []time.Time {
	var ends []time.Time
	if end, ok := found.answer.Expiry(); ok {
		ends = append(ends, end)
	}
	if end, ok := found.credential.Secret.Expiry(); ok {
		ends = append(ends, end)
	}
	return ends
}

// askInner asks the inner helpers, who may prompt. If they had nothing complete,
// their answer is in the candidate as it was given.
func (c *call) askInner(ctx context.Context) (candidate, bool) {
	found, ok := c.consider(c.ask(ctx, false))
	if ok || !c.request.Has("path") || !found.answer.Empty() {
		return found, ok
	}
	if found, ok := c.consider(c.askHost(ctx)); ok {
		found.elsewhere = true
		return found, true
	}
	return found, false
}

// look asks the inner helpers without a prompt.
func (c *call) look(ctx context.Context) (candidate, bool) {
	ctx, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	return c.consider(c.ask(ctx, true))
}

func (c *call) consider(answer Message) (candidate, bool) {
	if !overlay(c.request, answer).Complete() { // Git uses a complete credential even if it says quit
		return candidate{answer: answer}, false
	}
	c.last = answer
	return c.newCandidate(answer, false), true
}

// copyRead is what a read of the keyring gave.
type copyRead struct {
	found candidate
	ok    bool
}

// copy finds the keyring's copy, if it may be used for this request now.
func (c *call) copy(ctx context.Context) (candidate, bool) {
	if c.seen == nil {
		found, ok := c.readCopy(ctx)
		c.seen = &copyRead{found, ok}
	}
	return c.seen.found, c.seen.ok
}

// keyringTime is how long one call to the keyring may take. A copy only saves time,
// so it may not cost much of it; where the keyring may be the store itself, it has
// all that the clock has.
func (c *call) keyringTime() time.Duration {
	if c.Wrapped {
		return keyringMost
	}
	return c.clock.left()
}

func (c *call) readCopy(ctx context.Context) (candidate, bool) {
	if c.NoCopy {
		return candidate{}, false
	}
	search := Search{c.request, c.target, c.Wrapped, c.source(ctx), c.NoCopy, c.Now()}
	e, ok, err := search.In(func(item string) ([]store.Entry, error) {
		within, done := c.clock.within(ctx, c.keyringTime())
		defer done()
		return c.Copies.Load(within, item)
	})
	if err != nil {
		c.Trace.Debug().Err(err).Msg("no copy")
	}
	if !ok {
		return candidate{}, false
	}
	return c.newCandidate(answerOf(e), true), true
}

// key is the name under which locks and verdicts are kept: the organization's, or
// the host's while none is known.
func (c *call) key() string {
	if key := c.target.Key(); key != "" {
		return key
	}
	return "host " + c.target.Host
}

// entry is what the keyring keeps of a credential until a time, or for ever.
func (c *call) entry(ctx context.Context, whole Message, until time.Time) store.Entry {
	e := store.Entry{
		Host:         c.target.Host,
		Username:     whole.Get("username"),
		Password:     whole.Secret("password"),
		RefreshToken: whole.Secret("oauth_refresh_token"),
		Until:        until,
		Source:       c.source(ctx),
	}
	if end, ok := whole.Expiry(); ok {
		e.Expiry = end
	}
	if byPath(c.target) {
		e.Path = whole.Get("path")
	}
	return e
}

// copyable reports whether a credential may be copied into the keyring from behind
// an inner helper. What has its own end, or is made anew for each use, would be
// wrong by the time it is used; what the cache helper holds is meant to be forgotten;
// and where the organization is unknown, the inner helper is asked each time.
func (c *call) copyable(ctx context.Context, m Message) bool {
	if c.NoCopy || c.target.Organization == "" && !c.target.Server || c.settings(ctx).CopyFor == 0 || c.inner(ctx).any(func(q Quirks) bool { return q.Forgets }) {
		return false
	}
	for _, key := range []string{"ephemeral", "authtype", "password_expiry_utc", "oauth_refresh_token"} {
		if m.Has(key) {
			return false
		}
	}
	password := m.Secret("password")
	return !password.Empty() && password.Kind() != secret.AccessToken
}

// keepCopy makes a copy of what an inner helper gave, to be used until
// adoguard.copyFor has passed.
func (c *call) keepCopy(ctx context.Context, found candidate) {
	if c.inner(ctx).Topology == Alone || !c.copyable(ctx, found.answer) {
		return
	}
	whole := overlay(c.request, found.answer)
	c.save(ctx, c.entry(ctx, whole, c.Now().Add(c.settings(ctx).CopyFor))) //nolint:errcheck // traced; without a copy all works as well
}

// save puts an entry into the keyring. The organization is noted first, so that
// nothing is kept that cannot be found again.
func (c *call) save(ctx context.Context, e store.Entry) error {
	c.Memory.Know(store.Known{Key: c.key(), Host: c.target.Host, Organization: c.target.Organization})
	ctx, done := c.clock.within(ctx, c.keyringTime())
	defer done()
	err := c.Copies.Save(ctx, Item(c.target), e)
	c.Trace.Debug().Err(err).Str("item", Item(c.target)).Time("until", e.Until).Msg("kept in the keyring")
	return err
}

// source names the inner helpers that a copy comes from, so that it is not used
// any more once others are configured.
func (c *call) source(ctx context.Context) string {
	if !c.Wrapped {
		return ""
	}
	return strings.Join(c.inner(ctx).Values(), "\n")
}

// unbind is the command by which an inner helper lets go of a token that survives
// an erase.
func (c *call) unbind(ctx context.Context) string {
	for _, p := range c.inner(ctx).Programs {
		if u := QuirksOf(p.Value()).Unbind; u != "" {
			return u
		}
	}
	return ""
}

// token is what may be said of a candidate.
func (c *call) token(found candidate, v validate.Verdict) notice.Token {
	return notice.Token{
		Kind:         found.credential.Secret.Kind().String(),
		Organization: c.name(),
		Reason:       whatHappened(v.Reason),
		RenewAt:      c.target.TokensURL(),
	}
}

// reasonRefused is the server's word to Git where the probes could not tell.
const reasonRefused validate.Reason = "refused"

// whatHappened says of a token why it is dead.
func whatHappened(reason validate.Reason) string {
	switch reason {
	case validate.ReasonExpired:
		return "has expired"
	case validate.ReasonSignedOut:
		return "is signed out (Azure DevOps answers with its sign-in page)"
	case validate.ReasonAnonymous:
		return "is not valid any more (Azure DevOps takes it for an anonymous visitor)"
	case reasonRefused:
		return "was refused by Azure DevOps"
	default:
		return "was rejected by Azure DevOps"
	}
}

// name is what people call the target: the organization, or the server's address.
func (c *call) name() string {
	if c.target.Server {
		return c.target.OrganizationURL()
	}
	return c.target.Organization
}

// filtered tells whether an entry is one that store or erase means: their
// attributes are a filter (Git manual, gitcredentials: erase).
func (c *call) filtered(e store.Entry, t validate.Target) bool {
	return fits(e, c.request, t) && (!c.request.Has("password") || e.Password.Equal(c.request.Secret("password")))
}

// keptAs are the targets by whose items the keyring may keep what a request means: its
// organization's, what was kept by the host alone, or, when it names no organization,
// every one of its host.
func (c *call) keptAs() []validate.Target {
	targets := []validate.Target{c.target}
	if !c.Wrapped && !byPath(c.target) {
		targets = append(targets, hostOf(c.target))
	}
	for _, k := range c.meant() {
		targets = append(targets, validate.Target{Host: k.Host, Organization: k.Organization})
	}
	slices.SortFunc(targets, func(a, b validate.Target) int { return strings.Compare(Item(a), Item(b)) })
	return slices.CompactFunc(targets, func(a, b validate.Target) bool { return Item(a) == Item(b) })
}

// keys are the names of the verdicts that a request may mean, likewise.
func (c *call) keys() []string {
	keys := []string{c.key()}
	for _, k := range c.meant() {
		keys = append(keys, k.Key)
	}
	return keys
}

// meant are the organizations that a request which names none may mean.
func (c *call) meant() []store.Known {
	if c.target.Organization != "" {
		return nil
	}
	return slices.DeleteFunc(c.Memory.KnownOrganizations(), func(k store.Known) bool { return k.Host != c.target.Host })
}
