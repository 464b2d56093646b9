package configure

import (
	"fmt"
	"io"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
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

// WriteTo writes the result for people: the lines removed and added, as `git config
// --list` shows them, each under its file, and what is now in force.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	would, then := "", "now in force:"
	if r.DryRun {
		would, then = "would be ", "then in force:"
	}
	file := ""
	for _, e := range r.Removed {
		if from := place(e.Origin); from != file {
			file = from
			fmt.Fprintf(&b, "%sremoved from %s:\n", would, notice.Escape(file))
		}
		fmt.Fprintf(&b, "  %s\n", notice.Escape(shown(e)))
	}
	if len(r.Added) > 0 {
		fmt.Fprintf(&b, "%sadded to %s:\n", would, notice.Escape(r.file()))
	}
	for _, e := range r.Added {
		fmt.Fprintf(&b, "  %s\n", notice.Escape(shown(e)))
	}
	if len(r.Removed)+len(r.Added) == 0 {
		fmt.Fprintf(&b, "nothing to change in %s\n", notice.Escape(r.file()))
	}
	fmt.Fprintln(&b, then)
	for _, s := range r.Standings {
		fmt.Fprintf(&b, "  %s: %s\n", notice.Escape(s.Pattern), notice.Escape(s.inForce()))
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
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
