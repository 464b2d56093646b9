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

// KeptAs are the targets by whose items the keyring may keep what a request for t asks
// for. Where the organization is only a guess (the username) and Git itself prompts,
// the username may be what a person typed: then it was kept by the host alone.
func KeptAs(t validate.Target, wrapped bool) []validate.Target {
	if wrapped || !guessed(t) {
		return []validate.Target{t}
	}
	return []validate.Target{t, {Host: t.Host}}
}

// guessed reports whether the organization is only the username.
func guessed(t validate.Target) bool { return !t.Server && !t.Sure && t.Organization != "" }

// Fits reports whether an entry of the keyring is for a request. The username of
// https://contoso@dev.azure.com names the organization, not an account.
func Fits(e store.Entry, request Message, t validate.Target) bool {
	username := request.Get("username")
	if username != "" && username != e.Username && !strings.EqualFold(username, t.Organization) {
		return false
	}
	return e.Host == t.Host && (!byPath(t) || !request.Has("path") || request.Get("path") == e.Path)
}

// Usable reports whether an entry may be handed over: not with noCopy (--no-copy), and
// if it has not run out, neither the time for which a copy may stand in for its inner
// helper, nor the credential's own.
func Usable(e store.Entry, now time.Time, noCopy bool) bool {
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
