package configure

import (
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// ours returns the indexes of the entries that configure wrote at a level: in a
// section whose URL ends with a slash, a helper line that calls the guard, the
// empty one before it and the useHttpPath behind it, if there is one. Where the
// guard does not need that, only earlier versions wrote it.
func ours(entries []gitconfig.Entry, level Level) []int {
	var found []int
	for i, e := range entries {
		if e.Section != "credential" || e.Scope != string(level) || !strings.HasSuffix(e.Subsection, "/") || !isGuard(e) {
			continue
		}
		together := func(j int) bool {
			return entries[j].Section == e.Section && entries[j].Subsection == e.Subsection && entries[j].Origin == e.Origin
		}
		for j := i - 1; j >= 0; j-- {
			if together(j) && entries[j].Name == "helper" {
				if isReset(entries[j]) {
					found = append(found, j)
				}
				break
			}
		}
		found = append(found, i)
		for j := i + 1; j < len(entries); j++ {
			if together(j) && entries[j].Name == "usehttppath" && entries[j].Value == "true" {
				found = append(found, j)
				break
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// section returns the subsection for configure's lines: the pattern with a slash at
// its end. Git takes that for nothing and nobody else writes it as a rule, and so
// unconfigure knows its own lines. Where somebody did, "./" makes another one.
func section(c gitconfig.Config, pattern string, level Level) string {
	entries := c.Entries()
	written := ours(entries, level)
	taken := map[string]bool{}
	for i, e := range entries {
		if e.Section == "credential" && e.Scope == string(level) && !slices.Contains(written, i) {
			taken[e.Subsection] = true
		}
	}
	subsection := pattern + "/"
	for taken[subsection] {
		subsection += "./"
	}
	return subsection
}

// block returns the lines for a section: the first empties the list of helpers, so
// that the guard is asked first and the others only by it. useHttpPath, if the guard
// needs the path, is written even where it is on already: other programs (Git
// Credential Manager's unconfigure) remove theirs.
func block(subsection, guard string, needsPath bool, level Level) []gitconfig.Entry {
	line := gitconfig.Entry{Section: "credential", Subsection: subsection, HasValue: true, Scope: string(level)}
	reset, helper, path := line, line, line
	reset.Name = "helper"
	helper.Name, helper.Value = "helper", guard
	path.Name, path.Value = "usehttppath", "true"
	if !needsPath {
		return []gitconfig.Entry{reset, helper}
	}
	return []gitconfig.Entry{reset, helper, path}
}

// rank is the order in which Git reads the levels. What Git calls "unknown" is a
// vendor's own file, read first.
func rank(scope string) int {
	return slices.Index([]string{string(System), string(Global), string(Local), "worktree", "command"}, scope)
}

// upTo is the configuration without what Git reads after a level, which may hold
// in one repository or for one command only.
func upTo(c gitconfig.Config, level Level) gitconfig.Config {
	return gitconfig.New(slices.DeleteFunc(slices.Clone(c.Entries()), func(e gitconfig.Entry) bool {
		return rank(e.Scope) > rank(string(level))
	}))
}

// appended is the configuration with lines at the end of a level's file.
func appended(c gitconfig.Config, lines []gitconfig.Entry, level Level) gitconfig.Config {
	entries := c.Entries()
	end := 0
	for i, e := range entries {
		if rank(e.Scope) <= rank(string(level)) {
			end = i + 1
		}
	}
	return gitconfig.New(slices.Concat(entries[:end], lines, entries[end:]))
}

// without is the configuration without the entries at some indexes.
func without(c gitconfig.Config, indexes []int) gitconfig.Config {
	var rest []gitconfig.Entry
	for i, e := range c.Entries() {
		if !slices.Contains(indexes, i) {
			rest = append(rest, e)
		}
	}
	return gitconfig.New(rest)
}
