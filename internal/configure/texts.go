package configure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
)

// inForce names the helpers in force, in the order in which Git asks them.
func (s Standing) inForce() string {
	var names []string
	for _, h := range s.Helpers {
		g, ok := ParseGuard(h.Value)
		switch {
		case !ok:
			names = append(names, h.Value)
		case len(g.Helpers) > 0:
			names = append(names, "ado-guard in front of "+strings.Join(g.Helpers, " and "))
		case len(s.Helpers) > 1:
			names = append(names, "ado-guard")
		case g.NoCopy:
			names = append(names, "ado-guard alone, nothing is kept")
		default:
			names = append(names, "ado-guard alone, tokens are kept in the system's keyring if there is one")
		}
	}
	if len(names) == 0 {
		return "no credential helper"
	}
	return strings.Join(names, ", then ")
}

// Complaint says what is wrong with the guard's place, and what to do about it. It
// reports false if nothing is.
func (s Standing) Complaint() (notice.Notice, bool) {
	n := notice.Notice{Hint: "set it right with: git credential-ado-guard configure"}
	if s.Culprit.Scope == string(Local) {
		n.Hint += " --local"
	}
	switch s.Trouble {
	case NoTrouble:
		return notice.Notice{}, false
	case Absent:
		n.What = fmt.Sprintf("the guard is not set up for %s", s.Pattern)
	case PushedOut:
		n.What = fmt.Sprintf("the guard is not asked for %s: %s clears it off the list with %s", s.Pattern, place(s.Culprit.Origin), shown(s.Culprit))
	case Behind:
		n.What = fmt.Sprintf("another helper is asked before the guard for %s: %s in %s", s.Pattern, shown(s.Culprit), place(s.Culprit.Origin))
	case Doubled:
		n.What = fmt.Sprintf("the guard is asked twice for %s: by %s in %s, too", s.Pattern, shown(s.Culprit), place(s.Culprit.Origin))
	case NoPath:
		n.What = fmt.Sprintf("Git does not tell the guard which organization is meant: credential.useHttpPath is off for %s", s.Pattern)
	}
	switch s.Culprit.Scope {
	case "command":
		n.Hint = "that line comes from the environment (GIT_CONFIG_COUNT) or from git -c: take it out there"
	case "worktree":
		n.Hint = "take that line out: git config --worktree --edit"
	}
	return n, true
}

// troubles is what configure says where the guard is not in front in spite of it: of
// what Git reads after the level that was configured, something says otherwise. What
// has the same cause is said once.
func troubles(all []Standing) []notice.Notice {
	var told []Standing
	for _, s := range all {
		same := func(o Standing) bool { return o.Trouble == s.Trouble && o.Culprit == s.Culprit }
		if i := slices.IndexFunc(told, same); i >= 0 {
			told[i].Pattern += ", " + s.Pattern
			continue
		}
		told = append(told, s)
	}
	var notices []notice.Notice
	for _, s := range told {
		if n, wrong := s.Complaint(); wrong {
			notices = append(notices, n)
		}
	}
	return notices
}

func notOnPath(executable string) notice.Notice {
	return notice.Notice{
		What: "git-credential-ado-guard is not on PATH, so its full path is written: " + executable,
		Hint: "if it is moved, run configure again from its new place",
	}
}

func proposeCache() notice.Notice {
	return notice.Notice{
		What: "there is no other credential helper and no keyring: Git will ask for the token each time",
		Hint: "to keep it in memory for eight hours: git credential-ado-guard configure --helper 'cache --timeout=28800'",
	}
}

// stays is what unconfigure says of a line that calls the guard and is not gone.
func stays(e gitconfig.Entry, written []int, all []gitconfig.Entry) notice.Notice {
	if slices.ContainsFunc(written, func(i int) bool { return all[i] == e }) {
		return notice.Notice{
			What: fmt.Sprintf("the guard is also set up in %s: %s", place(e.Origin), shown(e)),
			Hint: "remove that, too, with: git credential-ado-guard unconfigure --" + e.Scope,
		}
	}
	return notice.Notice{
		What: fmt.Sprintf("a line that configure did not write stays in %s: %s", place(e.Origin), shown(e)),
		Hint: "to be rid of the guard, take it out, and an empty helper before it: git config --" + e.Scope + " --edit",
	}
}
