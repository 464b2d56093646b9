package configure

import (
	"fmt"
	"slices"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// change is what is to be done to the configuration.
type change struct {
	remove []gitconfig.Entry
	add    [][]gitconfig.Entry // section by section, at the end of the level's file
	after  gitconfig.Config    // what will then be in force
}

// plan decides which lines bring the guard in front for every scope. A scope that
// is as it should be, whoever wrote that, is left alone, but for a useHttpPath that
// an earlier version wrote needlessly.
func plan(c gitconfig.Config, all []scope, o Options, program string, usable func(Guard) bool) (change, error) {
	ch := change{after: c}
	before := upTo(c, o.Level)
	for _, s := range all {
		wanted, err := wanted(before, s, o, program)
		if err != nil {
			return change{}, err
		}
		standing := Examine(upTo(ch.after, o.Level), s.pattern)
		serves := standing.Trouble == NoTrouble && len(standing.Helpers) == 1 && standing.Guard.same(wanted) && usable(standing.Guard)
		entries := ch.after.Entries()
		old := slices.DeleteFunc(ours(entries, o.Level), func(i int) bool {
			needless := entries[i].Name == "usehttppath" && !needsPath(s.pattern)
			return scopeOf(entries[i].Subsection) != s.pattern || serves && !needless
		})
		for _, i := range old {
			ch.remove = append(ch.remove, entries[i])
		}
		ch.after = without(ch.after, old)
		if serves {
			continue
		}
		lines := block(section(ch.after, s.pattern, o.Level), wanted.String(), needsPath(s.pattern), o.Level)
		ch.add = append(ch.add, lines)
		ch.after = appended(ch.after, lines, o.Level)
	}
	return ch, nil
}

// wanted returns the guard's line for a scope: the helpers in force become its
// inner helpers, those of a guard among them in its place, and what its last line
// said of --host and --no-copy stays.
func wanted(c gitconfig.Config, s scope, o Options, program string) (Guard, error) {
	g := Guard{Program: program}
	add := func(text, raw string) {
		if !slices.Contains(g.inner, raw) {
			g.Helpers, g.inner = append(g.Helpers, text), append(g.inner, raw)
		}
	}
	url := standIn(s.pattern)
	for _, h := range c.CredentialHelpers(url) {
		if inner, ok := ParseGuard(h.Value); ok {
			for i := range inner.inner {
				add(inner.Helpers[i], inner.inner[i])
			}
			continue
		}
		if mentionsGuard(h.Value) {
			return Guard{}, fmt.Errorf("reading a line written by hand in %s: helper = %s: not a simple call of the guard", place(h.Origin), h.Value)
		}
		add(h.Value, quote(h.Value))
	}
	if line := lastGuard(c.CredentialEntries(url)); line.Name != "" {
		old, _ := ParseGuard(line.Value) // lastGuard has read it
		g.Hosts, g.NoCopy, g.rest = old.Hosts, old.NoCopy, old.rest
	}
	if len(o.Helpers) > 0 {
		g.Helpers, g.inner = nil, nil
		for _, h := range o.Helpers {
			add(h, quote(h))
		}
	}
	if s.narrower && len(g.inner) == 0 {
		g.NoCopy = true // somebody wanted nothing kept here
	}
	if s.server != "" && !slices.Contains(g.Hosts, s.server) {
		g.Hosts = append(slices.Clone(g.Hosts), s.server)
	}
	return g, nil
}
