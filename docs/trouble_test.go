package docs_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const troubleshooting = "troubleshooting.md"

// What people meet with Azure DevOps has an answer under a heading of its own, and in
// what check prints (a file of its tests) where a program can tell.
func TestWhatPeopleMeetHasItsAnswer(t *testing.T) {
	for _, trouble := range []struct {
		heading string
		answer  []string // words that the answer cannot do without
		printed string
		remedy  []string
	}{
		{"Stuck, and never a prompt", []string{"nobody removes it", "forget https://dev.azure.com/contoso", "git:https://dev.azure.com/contoso"},
			"dead-signed-out", []string{"the guard removes it"}},
		{"Permission errors with a valid token", []string{"Code: read & write", "never can do more than its user", "ask for permission"},
			"live-without-permission", []string{"Code: read & write", "ask for permission", "never can do more than its user"}},
		{"Expired", []string{"regenerate", "https://dev.azure.com/contoso/_usersSettings/tokens", "filter Expired"},
			"dead-expired", []string{"has expired", "https://dev.azure.com/contoso/_usersSettings/tokens", "filter Expired"}},
		{"It died before its expiry date", []string{"administrator revoked it", "found in a public place", "Ask the administrator", "make a new one"},
			"dead-revoked", []string{"ask the administrator who revoked it", "make a new one"}},
		{"Valid and active, and yet rejected", []string{"password was changed in Entra ID", "in a browser once", "new password"},
			"dead-revoked", []string{"if the password", "in a browser"}},
		{"It stopped when multi-factor sign-in was switched on", []string{"sign out", "and in again"},
			"dead-revoked", []string{"multi-factor sign-in", "sign out and in again"}},
		{"Rejected only from some networks", []string{"IPv4 only", "allowed network", "VPN"},
			"unknown-conditional-access", []string{"IPv4", "VPN"}},
		{"A valid personal access token is not configured", []string{"expired", "extend it, regenerate it or create one"},
			"none", []string{"make a personal access token"}},
		{"Everything is rejected, for everybody", []string{"outage", "https://status.dev.azure.com"},
			"unknown-outage", []string{"outage", "https://status.dev.azure.com"}},
		{"An OAuth application: its scope is wrong, or the token call answers 400", []string{"register a new one", "check the request", "sent whole"},
			"", nil},
		{"SSH does not work", []string{"policy for SSH is off", "key is not registered", "ssh -T git@ssh.dev.azure.com", "remote: Shell access is not supported."},
			"ssh", []string{"allows SSH", "register your key", "ssh -T git@ssh.dev.azure.com", "remote: Shell access is not supported."}},
	} {
		hasAll(t, troubleshooting+", "+trouble.heading, section(plain(read(t, troubleshooting)), trouble.heading), trouble.answer)
		if trouble.printed != "" {
			file := "../internal/check/testdata/" + trouble.printed + ".txt"
			hasAll(t, file, plain(read(t, file)), trouble.remedy)
		}
	}
}

// typed are the notices that explain themselves to somebody who has just typed a command.
var typed = []string{"notice.UnknownCommand", "notice.NotAzureDevOps", "notice.NoOrganizationNamed"}

// Whoever looks for a line of the guard's on that page finds it.
func TestWhatTheGuardSaysDuringAGitCommandIsExplained(t *testing.T) {
	said := section(plain(read(t, troubleshooting)), "What ado-guard says")
	found := 0
	for name, calls := range parseSource(t).calls {
		if !strings.HasPrefix(name, "notice.") || slices.Contains(typed, name) {
			continue
		}
		for _, c := range calls {
			if c.function == "Sprintf" { // the first one of each is what happened
				hasAll(t, name, said, []string{longest(c.text)})
				found++
				break
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d sentences were found in the source", found)
	}
}

// longest is the longest part of a format between what is filled in.
func longest(format string) string {
	var most string
	for _, part := range regexp.MustCompile(`%[a-z]`).Split(format, -1) {
		if part = strings.Trim(part, ` "(:)`); len(part) > len(most) {
			most = part
		}
	}
	return most
}

// plain is a text without its marks, one line for each heading and what stands below.
func plain(text string) string {
	text = strings.NewReplacer("`", "", "*", "").Replace(text)
	text = strings.Join(strings.Fields(text), " ")
	return regexp.MustCompile(` (#{2,3} )`).ReplaceAllString(text, "\n$1")
}

// section is what stands below a heading of a plain text.
func section(text, heading string) string {
	_, below, _ := strings.Cut(text, "# "+heading+" ")
	below, _, _ = strings.Cut(below, "\n")
	return below
}

func hasAll(t *testing.T, where, text string, words []string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s: %q is not there", where, w)
		}
	}
}
