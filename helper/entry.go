package helper

import (
	"strconv"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Item is the name under which the keyring keeps the accounts of an organization;
// those of a server, or where no organization is known, share their host's.
func Item(t validate.Target) string {
	if byPath(t) || t.Host != "dev.azure.com" {
		return t.Host
	}
	return t.Host + "/" + strings.ToLower(t.Organization)
}

// byPath reports whether entries are told apart by path, as Git's own helpers do,
// because there is no organization to keep them by.
func byPath(t validate.Target) bool { return t.Server || t.Organization == "" }

// Search says which entry of the keyring may be handed over.
type Search struct {
	Request Message
	Target  validate.Target
	Wrapped bool   // an inner helper stands behind the guard
	Source  string // the Source of the entries; see store.Entry
	NoCopy  bool   // --no-copy
	Now     time.Time
}

// In returns the first entry that may be handed over of those that the keyring has, and
// false if there is none. The error is load's, which reads an item.
//
// Where the organization is only a guess (the username) and Git itself prompts, the
// username may be what a person typed: then the credential was kept by the host alone.
func (s Search) In(load func(item string) ([]store.Entry, error)) (store.Entry, bool, error) {
	targets := []validate.Target{s.Target}
	if !s.Wrapped && guessed(s.Target) {
		targets = append(targets, hostOf(s.Target))
	}
	for _, t := range targets {
		entries, err := load(Item(t))
		if err != nil {
			return store.Entry{}, false, err
		}
		for _, e := range entries {
			if fits(e, s.Request, t) && e.Source == s.Source && usable(e, s.Now, s.NoCopy) {
				return e, true, nil
			}
		}
	}
	return store.Entry{}, false, nil
}

// hostOf is the target of a host of whose organizations none is known.
func hostOf(t validate.Target) validate.Target { return validate.Target{Host: t.Host} }

// guessed reports whether the organization is only the username.
func guessed(t validate.Target) bool { return !t.Server && !t.Sure && t.Organization != "" }

// fits reports whether an entry of the keyring is for a request. The username of
// https://contoso@dev.azure.com names the organization, not an account.
func fits(e store.Entry, request Message, t validate.Target) bool {
	username := request.Get("username")
	if username != "" && username != e.Username && !strings.EqualFold(username, t.Organization) {
		return false
	}
	return e.Host == t.Host && (!byPath(t) || !request.Has("path") || request.Get("path") == e.Path)
}

// usable reports whether an entry may be handed over: not with noCopy (--no-copy), and
// if it has not run out, neither the time for which a copy may stand in for its inner
// helper, nor the credential's own.
func usable(e store.Entry, now time.Time, noCopy bool) bool {
	switch {
	case noCopy, !e.Expiry.IsZero() && e.Expiry.Before(now):
		return false
	default:
		return e.Until.IsZero() || now.Before(e.Until)
	}
}

// answerOf is what Git is told of an entry.
func answerOf(e store.Entry) Message {
	m := Message{}.With("username", e.Username).WithSecret("password", e.Password)
	if !e.Expiry.IsZero() {
		m = m.With("password_expiry_utc", strconv.FormatInt(e.Expiry.Unix(), 10))
	}
	if !e.RefreshToken.Empty() {
		m = m.WithSecret("oauth_refresh_token", e.RefreshToken)
	}
	return m
}
