package check

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// The sentences of check. Each row of what people meet with Azure DevOps is a case
// here: expiry, revocation, a changed password or second factor, permissions, network
// policies, outages, and a network in between.

// summary is what was found out, in a sentence.
func (f *finding) summary() string {
	if f.used == nowhere {
		return fmt.Sprintf("no token for %s is stored: Git asks for one when it needs it", f.name())
	}
	token := fmt.Sprintf("the %s for %s", f.kind(), f.name())
	v := f.verdict
	switch v.State {
	case validate.Live:
		if why, refused := f.repositoryRefused(); refused {
			return fmt.Sprintf("%s is alive, but not good for this repository (%s)", token, why)
		}
		return token + " is alive"
	case validate.Dead:
		if f.kind() == secret.Other && !v.Expired {
			return token + " was rejected"
		}
		return token + " " + cmp.Or(deaths[v.Reason], "was rejected")
	}
	why := string(v.Reason)
	switch {
	case v.Reason == validate.ReasonReadable:
		why = "it is rejected, but " + why
	case v.Detail != "":
		why += ": " + v.Detail
	}
	return fmt.Sprintf("whether %s is alive cannot be told (%s)", token, why)
}

// deaths are the deaths in words.
var deaths = map[validate.Reason]string{
	validate.ReasonExpired:   "has expired",
	validate.ReasonRejected:  "was rejected: it was revoked, or is not one of this organization's",
	validate.ReasonSignedOut: "was rejected: Azure DevOps answers with its sign-in page",
	validate.ReasonAnonymous: "was rejected: Azure DevOps takes it for an anonymous visitor",
}

// repositoryRefused tells whether a live token has no access to the repository that
// was asked for, and why.
func (f *finding) repositoryRefused() (validate.Reason, bool) {
	for _, a := range f.verdict.Answers {
		if a.Probe != validate.Repository {
			continue
		}
		switch a.Reason {
		case validate.ReasonRejected, validate.ReasonSignedOut, validate.ReasonForbidden, validate.ReasonNotFound,
			validate.ReasonConditionalAccess, validate.ReasonSignInOnce:
			return a.Reason, true
		}
	}
	return "", false
}

// remedies are what to do next, the likeliest first.
func (f *finding) remedies() []string {
	switch {
	case f.used == nowhere:
		return f.withTokensURL("let Git ask, or make a personal access token (scope Code: read & write) at %s")
	case f.verdict.State == validate.Live:
		return f.forLife()
	case f.verdict.State == validate.Dead:
		return append(f.forDeath(), f.removal())
	default:
		return f.forReason(f.verdict.Reason)
	}
}

// forLife is what may be wrong all the same.
func (f *finding) forLife() []string {
	var all []string
	if why, refused := f.repositoryRefused(); refused {
		all = f.forReason(why)
	} else if f.kind() == secret.AccessToken {
		all = []string{"if Git is refused all the same, its user may lack a permission on the repository"}
	} else {
		all = f.withTokensURL("if Git is refused all the same, the token may lack a scope (Code: read & write), or its user a permission on the repository: %s")
	}
	if f.used == inURL {
		all = append(all, f.removal())
	}
	return all
}

// forDeath is how to come to a living token.
func (f *finding) forDeath() []string {
	if f.kind() == secret.AccessToken {
		return []string{"sign in again when Git asks: such a token lives about an hour"}
	}
	if f.kind() == secret.Other {
		return f.withTokensURL("Azure DevOps takes no passwords: make a personal access token at %s")
	}
	if f.verdict.Expired {
		return f.withTokensURL("make a new one, or extend it (expired ones are under the filter Expired): %s")
	}
	return append(
		[]string{fmt.Sprintf("if the password or the multi-factor sign-in of the account changed, sign out and in again in a browser, then check again: %s", f.Target.OrganizationURL())},
		f.withTokensURL("otherwise make a new one (and if it died before its date, ask the administrator who revoked it): %s")...)
}

// removal is how the dead token goes away.
func (f *finding) removal() string {
	forget := "git credential-ado-guard forget " + places.Shown(f.URL)
	switch {
	case f.used == inURL:
		return "it stands in the URL, where anybody can read it and no helper can replace it; take it out: " + f.withoutPassword()
	case f.elsewhere():
		return "it is kept for another path, perhaps another organization's, so the guard leaves it alone; Git asks for a new one"
	case f.off, f.Standing.Trouble != configure.NoTrouble && f.Standing.Trouble != configure.Doubled:
		return "remove it with: " + forget
	case !f.settings.Erase.Erases(f.verdict):
		return fmt.Sprintf("adoguard.erase is %s, so Git gets it all the same; remove it with: %s", f.settings.Erase, forget)
	default:
		return "run a Git command: the guard removes it and has a new one asked for"
	}
}

// withoutPassword is how a password is taken out of a URL.
func (f *finding) withoutPassword() string {
	if len(f.Remotes) == 0 {
		return places.Shown(f.URL)
	}
	return fmt.Sprintf("git remote set-url %s %s", f.Remotes[0], places.Shown(f.URL))
}

// forReason is what helps where a token is not dead, but of no use at the moment.
func (f *finding) forReason(reason validate.Reason) []string {
	shown, organization := places.Shown(f.URL), f.Target.OrganizationURL()
	doctor := "see what is wrong on the way with: git credential-ado-guard doctor " + shown
	forget := "if Git fails with it, remove it with: git credential-ado-guard forget " + shown
	switch reason {
	case validate.ReasonConditionalAccess:
		return []string{"connect from a network that the organization's policy allows, or through its VPN (such policies know IPv4 addresses only)"}
	case validate.ReasonSignInOnce:
		return []string{"sign in to " + organization + " once in a browser, then check again"}
	case validate.ReasonForbidden, validate.ReasonRejected, validate.ReasonSignedOut:
		return append(
			f.withTokensURL("check its scopes (Git needs Code: read & write): %s"),
			"ask for permission on the repository: a token never can do more than its user",
			"some organizations refuse networks that they do not know: connect through their VPN")
	case validate.ReasonNotFound:
		return []string{"check how organization, project and repository are written: " + shown,
			"ask for permission: who has none is told that there is no such thing"}
	case validate.ReasonMoved:
		return []string{"open " + shown + " in a browser: the organization may have been renamed"}
	case validate.ReasonThrottled:
		return []string{"wait some minutes: Azure DevOps slows down whoever asks too much"}
	case validate.ReasonTrouble, validate.ReasonOutage:
		return []string{"wait: the token is kept, and here it is told when all is well again: https://status.dev.azure.com"}
	case validate.ReasonReadable:
		return []string{"a public repository can be read with any token; if a push fails, remove this one with: git credential-ado-guard forget " + shown}
	case validate.ReasonForeign:
		return []string{"open any page in a browser: the network may want you to sign in first", doctor}
	case validate.ReasonUnreachable:
		return []string{"check the network, the VPN and the proxy", doctor}
	case validate.ReasonNothingSent:
		return []string{"the guard can do nothing with this setting, and Git goes on as without it", doctor}
	case validate.ReasonNoOrganization, validate.ReasonGuessed:
		return []string{"name the organization: git credential-ado-guard check https://dev.azure.com/ORGANIZATION"}
	case validate.ReasonNotPAT:
		return []string{"a password that is wrong too often could lock the account, so it is not tried", forget}
	case validate.ReasonFault:
		return []string{"please report it with the output of: git credential-ado-guard doctor"}
	default:
		return []string{forget}
	}
}

// withTokensURL is a sentence that names the page where people make tokens; none if
// that is not known.
func (f *finding) withTokensURL(sentence string) []string {
	if url := f.Target.TokensURL(); url != "" {
		return []string{fmt.Sprintf(sentence, url)}
	}
	return nil
}

// guard is where the guard stands, in a sentence. Helpers go by their names: a command
// of somebody's own making may hold a token.
func (f *finding) guard() Guard {
	s := f.Standing
	g := Guard{InFront: s.Trouble == configure.NoTrouble && !f.off, Inner: names(s.Guard.Helpers)}
	for _, h := range s.Helpers {
		g.Helpers = append(g.Helpers, helper.ProgramName(h.Value))
	}
	complaint, wrong := s.Complaint()
	switch {
	case f.off:
		g.Summary, g.Remedy = "switched off by ADO_GUARD=0", "unset ADO_GUARD"
	case wrong:
		g.Summary, g.Remedy = complaint.What, complaint.Hint
		if culprit := s.Culprit.Value; s.Culprit.Name == "helper" && culprit != "" {
			g.Summary = strings.ReplaceAll(g.Summary, culprit, helper.ProgramName(culprit))
		}
	case len(g.Inner) > 0:
		g.Summary = "in front of " + strings.Join(g.Inner, " and ")
	case len(g.Helpers) > 1:
		g.Summary = "in front of " + strings.Join(g.Helpers[1:], " and ")
	case s.Guard.NoCopy:
		g.Summary = "alone, and keeps nothing"
	default:
		g.Summary = "alone: it keeps tokens in the system's keyring"
	}
	return g
}

func names(values []string) []string {
	var all []string
	for _, value := range values {
		all = append(all, helper.ProgramName(value))
	}
	return all
}
