package notice

import (
	"fmt"
	"strings"
	"time"
)

// Token is what a notice says about a credential without showing it.
type Token struct {
	Kind         string // "personal access token", "Microsoft Entra access token", "password"
	Organization string // or the server's base URL
	Reason       string // why it is dead or refused, in plain words: "has expired"
	RenewAt      string // where a person makes a new one, or nothing
}

func (t Token) String() string { return "the " + t.Kind + " for " + t.Organization }

func (t Token) renew() string {
	if t.RenewAt == "" {
		return "make a new one"
	}
	return "make a new one at " + t.RenewAt
}

// Dead tells that a token is dead and is replaced within this command.
func Dead(t Token) Notice {
	return Notice{
		What: fmt.Sprintf("%s %s: it is removed, and a new one is asked for", t, t.Reason),
		Hint: t.renew(),
	}
}

// DeadAgain tells that the replacement is dead too, which ends the round. Git may
// prompt by itself after it.
func DeadAgain(t Token) Notice {
	return Notice{
		What: fmt.Sprintf("%s that was given instead %s as well: it is removed, and neither is sent", t, t.Reason),
		Hint: t.renew() + ", then run the command again",
	}
}

// NotRemoved tells that a token is dead and stays in the keyring, which nobody else
// will clear up.
func NotRemoved(t Token, why error) Notice {
	return Notice{
		What: fmt.Sprintf("%s %s, and could not be removed: %v", t, t.Reason, why),
		Hint: t.renew() + "; see: git credential-ado-guard doctor",
	}
}

// SameAgain tells that the inner helper gave the dead token again after it was
// told to erase it. Unbind is the helper's own command that helps, or nothing.
func SameAgain(t Token, unbind string) Notice {
	n := Notice{What: fmt.Sprintf("the credential helper gives the same dead token for %s again: it was told to erase it and did not", t.Organization)}
	if unbind != "" {
		n.Hint = fmt.Sprintf("run %q, then the command again", unbind+" "+t.Organization)
	} else {
		n.Hint = "remove it from that helper's own store by hand, then run the command again"
	}
	return n
}

// DeadKept tells that a token is dead and handed over all the same, as configured.
func DeadKept(t Token, setting string) Notice {
	return Notice{
		What: fmt.Sprintf("%s %s, and is used all the same (adoguard.erase is %s)", t, t.Reason, setting),
		Hint: t.renew() + ", or let it be removed: git credential-ado-guard forget " + forgettable(t.Organization),
	}
}

func forgettable(organization string) string {
	if strings.Contains(organization, "://") {
		return organization
	}
	return "https://dev.azure.com/" + organization
}

// Refused tells that a live token has no access to this repository (Git got 401),
// so that another sign-in would change nothing.
func Refused(t Token) Notice {
	n := Notice{
		What: fmt.Sprintf("%s is alive, but was refused for this repository: it is kept", t),
		Hint: "it may lack a scope (Code: read & write), or its user a permission on the repository",
	}
	if t.RenewAt != "" {
		n.Hint += "; see " + t.RenewAt
	}
	return n
}

// StoreRefused tells that Git wanted to keep a token that is known to be dead: it
// does so after a sign-in page, which it takes for a success. The guard keeps it
// nowhere; in chain Git itself tells the others.
func StoreRefused(t Token) Notice {
	return Notice{
		What: fmt.Sprintf("%s %s, although Git took the answer for a success", t, t.Reason),
		Hint: "run the command again",
	}
}

// Cancelled tells somebody who waited for another process that its prompt gave nothing.
func Cancelled(organization, why string) Notice {
	return Notice{
		What: fmt.Sprintf("another Git process asked for a token for %s and %s: this command stops as well", organization, why),
		Hint: "run the command again to be asked again",
	}
}

// Waiting tells whom this command waits for.
func Waiting(organization, holder string) Notice {
	return Notice{What: fmt.Sprintf("waiting for %s, which is getting a token for %s", known(holder), organization)}
}

// WaitedLongEnough tells that the wait is given up.
func WaitedLongEnough(organization, holder string, after time.Duration) Notice {
	return Notice{What: fmt.Sprintf("waited %s for %s to get a token for %s: going on without it", after, known(holder), organization)}
}

// known names whoever holds a lock, also where nothing is known of it.
func known(holder string) string {
	if holder == "" {
		return "another Git process"
	}
	return holder
}

// NoOrganization tells that a request cannot be guarded because it names no
// organization.
func NoOrganization(host string) Notice {
	return Notice{
		What: fmt.Sprintf("which organization at %s this is for is not known, so the token is not checked", host),
		Hint: "git config --global credential.https://dev.azure.com.useHttpPath true",
	}
}

// BadRequest tells that what came in on stdin is not acted upon.
func BadRequest(why error) Notice {
	return Notice{
		What: fmt.Sprintf("the request on stdin is not a credential request: %v", why),
		Hint: "git runs this program by itself; see: git help gitcredentials",
	}
}

// BadAnswer tells that an inner helper printed something else than attributes.
func BadAnswer(helper string) Notice {
	return Notice{
		What: fmt.Sprintf("the credential helper %q printed a line that is not key=value: the rest of its answer is ignored", helper),
		Hint: "run it by itself to see what is wrong with it",
	}
}

// UnreadableSetting tells that a key of Git's configuration has no meaning.
func UnreadableSetting(key, value, instead string) Notice {
	return Notice{
		What: fmt.Sprintf("%s has the value %q, which means nothing here: %s is used", key, value, instead),
		Hint: "durations are 300, 300s, 5m or 8h; adoguard.erase is proven, expired or never",
	}
}

// BadOption tells that an option in the helper value is not acted upon.
func BadOption(why string) Notice {
	return Notice{What: why, Hint: "see: git credential-ado-guard help"}
}

// NotKept tells that the keyring did not take a credential that nobody else keeps.
func NotKept(organization string, why error) Notice {
	return Notice{
		What: fmt.Sprintf("the token for %s is not stored: %v", organization, why),
		Hint: "git will ask for it again; see: git credential-ado-guard doctor",
	}
}

// Panicked tells that the guard broke and steps aside.
func Panicked(where string) Notice {
	return Notice{
		What: fmt.Sprintf("an error in ado-guard itself (%s): going on as if it were not there", where),
		Hint: "please report it with the output of: git credential-ado-guard doctor",
	}
}

// UnknownCommand tells that a word is none of the guard's commands.
func UnknownCommand(word, near string) Notice {
	n := Notice{What: fmt.Sprintf("there is no command %q", word), Hint: "see: git credential-ado-guard help"}
	if near != "" {
		n.Hint = fmt.Sprintf("did you mean %s? see: git credential-ado-guard help", near)
	}
	return n
}

// NoTrace tells that the trace that was asked for is not written.
func NoTrace(why error) Notice {
	return Notice{
		What: fmt.Sprintf("no trace is written: %v", why),
		Hint: "ADO_GUARD_TRACE is 1 (stderr) or the absolute path of a file",
	}
}

// NotAzureDevOps tells that a command was given a URL that it has nothing to do with.
func NotAzureDevOps(url string) Notice {
	return Notice{
		What: fmt.Sprintf("%s is no https URL of Azure DevOps", url),
		Hint: "name an organization or a repository, as https://dev.azure.com/ORGANIZATION; an Azure DevOps Server must be known by --host, see: git help credential-ado-guard",
	}
}

// NoOrganizationNamed tells that a command needs to know which organization is meant.
func NoOrganizationNamed(url string) Notice {
	return Notice{
		What: fmt.Sprintf("%s names no organization", url),
		Hint: "name one, as https://dev.azure.com/ORGANIZATION, or the collection of an Azure DevOps Server",
	}
}

// NothingToCheck tells that neither the current directory nor memory names anything
// that could be checked.
func NothingToCheck(inRepository bool) Notice {
	n := Notice{
		What: "there is nothing to check: this is no Git repository, and no organization is known yet",
		Hint: "name one: git credential-ado-guard check https://dev.azure.com/ORGANIZATION",
	}
	if inRepository {
		n.What = "there is nothing to check: no remote of this repository is at Azure DevOps"
	}
	return n
}

// ConfigurationUnread tells that check or forget cannot know where Git keeps tokens.
func ConfigurationUnread(why error) Notice {
	return Notice{What: why.Error(), Hint: "git config --list has to work here: it names the helpers that keep tokens"}
}

// NotConfigured tells that configure or unconfigure could not do its work.
func NotConfigured(why error) Notice {
	return Notice{What: why.Error(), Hint: "git config --list --show-origin shows what is in force now"}
}
