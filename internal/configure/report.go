package configure

import (
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
)

// Report is what [Configure] or [Unconfigure] did, or would do.
type Report struct {
	Level     Level
	File      string // the level's file; empty if it is not there yet
	DryRun    bool
	Removed   []gitconfig.Entry
	Added     []gitconfig.Entry
	Standings []Standing      // what is in force afterwards, [Standard] first
	Notices   []notice.Notice // complaints and hints, for stderr

	after gitconfig.Config
}

// Format shows the result for people: the lines removed and added, as they stand in
// their file, and what is now in force.
func (r Report) Format(style report.Style) string {
	would, then := "", "now in force:"
	if r.DryRun {
		would, then = "would be ", "then in force:"
	}
	var all []report.Section
	for rest := r.Removed; len(rest) > 0; {
		n := alike(rest, func(e gitconfig.Entry) string { return e.Origin })
		all = append(all, report.Section{Title: would + "removed from " + place(rest[0].Origin) + ":", Lines: asWritten(rest[:n])})
		rest = rest[n:]
	}
	if len(r.Added) > 0 {
		all = append(all, report.Section{Title: would + "added to " + r.file() + ":", Lines: asWritten(r.Added)})
	}
	if len(all) == 0 {
		all = append(all, report.Section{Title: "nothing to change in " + r.file()})
	}
	force := report.Section{Title: then}
	for _, s := range r.Standings {
		force.Lines = append(force.Lines, report.Line{Name: s.Pattern, Text: s.inForce()})
	}
	return style.Format(append(all, force)...)
}

// asWritten are lines of Git's configuration under their sections, as git config
// writes them.
func asWritten(entries []gitconfig.Entry) []report.Line {
	var lines []report.Line
	add := func(text string) { lines = append(lines, report.Line{Text: text, Verbatim: true}) }
	for rest := entries; len(rest) > 0; {
		n := alike(rest, func(e gitconfig.Entry) string { return e.Section + "." + e.Subsection })
		add("[" + rest[0].Section + ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(rest[0].Subsection) + `"]`)
		for _, e := range rest[:n] {
			add("  " + spelled(e.Name) + " = " + written(e.Value))
		}
		rest = rest[n:]
	}
	return lines
}

// alike counts the entries at the beginning that have the same of something.
func alike(entries []gitconfig.Entry, of func(gitconfig.Entry) string) int {
	n := slices.IndexFunc(entries, func(e gitconfig.Entry) bool { return of(e) != of(entries[0]) })
	if n < 0 {
		return len(entries)
	}
	return n
}

// written is a value, which has no spaces around it, as it stands in a file: see
// "Syntax" in git-config(1).
func written(value string) string {
	text := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(value)
	if strings.ContainsAny(value, ";#") {
		return `"` + text + `"`
	}
	return text
}

// file names the level's file.
func (r Report) file() string {
	if r.File == "" {
		return "the " + string(r.Level) + " configuration"
	}
	return r.File
}

// fileOf is the file that a level's lines stand in, the last of several.
func fileOf(c gitconfig.Config, level Level) string {
	e := last(c.Entries(), func(e gitconfig.Entry) bool { return e.Scope == string(level) && e.Origin != "" })
	if e.Origin == "" {
		return ""
	}
	return place(e.Origin)
}

// shown is a line as `git config --list` shows it, the name as people write it.
func shown(e gitconfig.Entry) string {
	e.Name = spelled(e.Name)
	return e.Key() + "=" + e.Value
}

// place is where a line stands, for people.
func place(origin string) string {
	if file, ok := strings.CutPrefix(origin, "file:"); ok {
		return file
	}
	if origin == "command line:" {
		return "the environment or git -c"
	}
	return "Git's configuration"
}
