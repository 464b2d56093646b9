package configure

import (
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// Trouble is what can be wrong with the guard's place in Git's configuration.
type Trouble int

// The troubles, the worst first. In the first three the guard is not asked, or too
// late; in the last it cannot tell the organization.
const (
	NoTrouble Trouble = iota
	Absent            // no line names the guard
	PushedOut         // a later empty value clears the guard off the list (Culprit)
	Behind            // another helper is asked first (Culprit)
	Doubled           // the guard is asked twice (Culprit is the second line)
	NoPath            // credential.useHttpPath is off where it is needed (Culprit, if a line says so)
)

// Standing is the guard's place among the credential helpers for some URLs.
type Standing struct {
	Pattern string             // which URLs: "https://*.visualstudio.com"
	Helpers []gitconfig.Helper // those in force, in order
	Guard   Guard              // the first guard among them; the zero Guard without one
	Trouble Trouble
	Culprit gitconfig.Entry // the line to blame; the zero Entry where there is none
}

// Examine tells the guard's place for the URLs of a pattern, which may be a URL.
// The configuration should come from gitconfig.ReadOrigins, so that a culprit can
// be found again.
func Examine(c gitconfig.Config, pattern string) Standing {
	url := standIn(pattern)
	s := Standing{Pattern: pattern, Helpers: c.CredentialHelpers(url)}
	guards, first := 0, -1
	for i, h := range s.Helpers {
		g, ok := ParseGuard(h.Value)
		if !ok {
			continue
		}
		if guards++; guards == 1 {
			s.Guard, first = g, i
		}
	}
	entries := c.CredentialEntries(url)
	switch {
	case guards == 0:
		s.Trouble, s.Culprit = whyAbsent(entries)
	case first > 0:
		s.Trouble, s.Culprit = Behind, find(entries, s.Helpers[first-1])
	case guards > 1:
		s.Trouble, s.Culprit = Doubled, lastGuard(entries)
	case needsPath(pattern) && !c.CredentialBool(url, "useHttpPath"):
		s.Trouble, s.Culprit = NoPath, last(entries, func(e gitconfig.Entry) bool { return e.Name == "usehttppath" })
	}
	return s
}

// whyAbsent tells a guard that was never there from one that was cleared.
func whyAbsent(entries []gitconfig.Entry) (Trouble, gitconfig.Entry) {
	if lastGuard(entries).Name == "" {
		return Absent, gitconfig.Entry{}
	}
	return PushedOut, last(entries, isReset)
}

func isReset(e gitconfig.Entry) bool { return e.Name == "helper" && e.HasValue && e.Value == "" }

func isGuard(e gitconfig.Entry) bool {
	_, ok := ParseGuard(e.Value)
	return e.Name == "helper" && ok
}

func lastGuard(entries []gitconfig.Entry) gitconfig.Entry { return last(entries, isGuard) }

func find(entries []gitconfig.Entry, h gitconfig.Helper) gitconfig.Entry {
	return last(entries, func(e gitconfig.Entry) bool {
		return e.Name == "helper" && e.Value == h.Value && e.Subsection == h.Pattern && e.Origin == h.Origin
	})
}

// last returns the last entry that is as asked for, or the zero Entry.
func last(entries []gitconfig.Entry, is func(gitconfig.Entry) bool) gitconfig.Entry {
	for i := len(entries) - 1; i >= 0; i-- {
		if is(entries[i]) {
			return entries[i]
		}
	}
	return gitconfig.Entry{}
}

// standIn makes of a pattern a URL that stands for all that the pattern matches:
// "-" is a label like any other to Git, and no organization can have that name.
func standIn(pattern string) string {
	scheme, rest, found := strings.Cut(pattern, "://")
	if !found {
		scheme, rest = "https", pattern
	}
	host, path, slash := strings.Cut(rest, "/")
	host = strings.ReplaceAll(host, "*", "-")
	if slash {
		host += "/"
	}
	return scheme + "://" + host + path
}
