// Package configure puts the guard into Git's configuration and takes it out again.
//
// The model: Git asks the credential helpers for a URL in the order of its
// configuration, and an empty helper clears all before it. So the guard stands in
// front when these lines come after everything else that is said about the URL:
//
//	[credential "https://dev.azure.com/"]
//		helper =
//		helper = ado-guard --helper manager
//		useHttpPath = true
//
// where manager is what was in force before and is now run by the guard, and the last
// line is left out where the guard needs no path (see needsPath). [Configure] compares
// what is in force with that, scope by scope, and writes only where it differs, always
// as a new section at the end of the file. It changes no line that it did not write:
// lines written by hand for the guard either serve as they are, or are cleared by
// configure's, which take over their options. [Unconfigure] therefore needs no record
// of how things were. It knows its own lines by the slash at the end of their
// section's URL, which Git ignores and nobody else writes.
//
// [Examine] tells whether the guard stands where it should, and who is to blame if
// it does not.
package configure

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
)

// Level is one of Git's configuration files.
type Level string

// The levels, named as `git config` names them.
const (
	System Level = "system"
	Global Level = "global"
	Local  Level = "local"
)

// Options are what a person said on the command line.
type Options struct {
	Level   Level    // empty: Global
	Helpers []string // --helper: instead of the helpers found
	URLs    []string // --url: besides [Standard]
	DryRun  bool     // only say what would change
}

// Environment is the world that configure meets.
type Environment struct {
	Git        gitconfig.Runner                     // runs git where the command was given
	Find       func(program string) (string, error) // exec.LookPath
	Executable string                               // the running program's own path, absolute
	FullPath   bool                                 // name the guard by its path: graphical programs here do not have the PATH of a shell
	Keyring    func(ctx context.Context) bool       // whether the operating system's keyring can be used
}

// UsageError is a command line that asks for what cannot be.
type UsageError struct{ what string }

func (e UsageError) Error() string { return e.what }

// Configure puts the guard in front of the credential helpers in force for Azure
// DevOps. A command line that cannot be obeyed is a [UsageError]; then, and where
// Git's configuration cannot be read, nothing was changed.
func Configure(ctx context.Context, o Options, env Environment) (Report, error) {
	if o.Level == "" {
		o.Level = Global
	}
	var err error
	if o.Helpers, err = helperValues(o.Helpers, env); err != nil {
		return Report{}, err
	}
	w := writer{env.Git, o.Level}
	now, err := read(ctx, w)
	if err != nil {
		return Report{}, err
	}
	all, err := scopes(o.URLs, now, o.Level)
	if err != nil {
		return Report{}, err
	}
	all = append(all, narrower(now, o.Level, all)...)
	program, told := env.program()
	ch, err := plan(now, all, o, program, env.usable)
	if err != nil {
		return Report{}, err
	}
	r, err := carryOut(ctx, w, ch, now, o)
	if err != nil {
		return Report{}, err
	}
	for _, s := range all {
		r.Standings = append(r.Standings, Examine(r.after, s.pattern))
	}
	r.Notices = troubles(r.Standings)
	if len(ch.add) > 0 {
		r.Notices = append(r.Notices, told...)
	}
	if guard := r.Standings[0].Guard; guard.Program != "" && len(r.Standings[0].Helpers) == 1 && len(guard.Helpers) == 0 && !env.Keyring(ctx) {
		r.Notices = append(r.Notices, proposeCache())
	}
	return r, nil
}

// Unconfigure removes what [Configure] wrote at a level, whatever its URLs.
func Unconfigure(ctx context.Context, o Options, env Environment) (Report, error) {
	if o.Level == "" {
		o.Level = Global
	}
	w := writer{env.Git, o.Level}
	now, err := read(ctx, w)
	if err != nil {
		return Report{}, err
	}
	ch := change{after: without(now, ours(now.Entries(), o.Level))}
	patterns := slices.Clone(Standard)
	for _, i := range ours(now.Entries(), o.Level) {
		ch.remove = append(ch.remove, now.Entries()[i])
		if pattern := scopeOf(now.Entries()[i].Subsection); !slices.Contains(patterns, pattern) {
			patterns = append(patterns, pattern)
		}
	}
	r, err := carryOut(ctx, w, ch, now, o)
	if err != nil {
		return Report{}, err
	}
	for _, pattern := range patterns {
		r.Standings = append(r.Standings, Examine(r.after, pattern))
	}
	for _, e := range r.after.Entries() {
		if e.Section == "credential" && isGuard(e) {
			r.Notices = append(r.Notices, stays(e, ours(r.after.Entries(), Level(e.Scope)), r.after.Entries()))
		}
	}
	return r, nil
}

// read returns the configuration, with each line's level and file.
func read(ctx context.Context, w writer) (gitconfig.Config, error) {
	if err := w.inRepository(ctx); err != nil {
		return gitconfig.Config{}, err
	}
	return gitconfig.ReadOrigins(ctx, w.git)
}

// carryOut makes a change, unless it is only to be told, and reports it.
func carryOut(ctx context.Context, w writer, ch change, now gitconfig.Config, o Options) (Report, error) {
	r := Report{Level: o.Level, DryRun: o.DryRun, Removed: ch.remove, Added: slices.Concat(ch.add...), after: ch.after}
	if !o.DryRun && len(r.Removed)+len(r.Added) > 0 {
		if err := w.write(ctx, ch, now); err != nil {
			return Report{}, fmt.Errorf("changing the %s configuration: %w", o.Level, err)
		}
		var err error
		if r.after, err = gitconfig.ReadOrigins(ctx, w.git); err != nil {
			return Report{}, err
		}
	}
	r.File = fileOf(r.after, o.Level)
	return r, nil
}

// helperValues checks the values of --helper. The path of a program that sh would
// not understand, having spaces for one, is made fit for it.
func helperValues(given []string, env Environment) ([]string, error) {
	var values []string
	for _, h := range given {
		if h == "" {
			return nil, UsageError{"--helper needs a value, such as manager"}
		}
		if mentionsGuard(h) {
			return nil, UsageError{"--helper " + h + " is the guard itself: name the helper that it is to stand in front of"}
		}
		if path := filepath.ToSlash(h); filepath.IsAbs(h) && !plainWord(path) {
			if _, err := env.Find(h); err == nil {
				h = escape(path)
			}
		}
		values = append(values, h)
	}
	return values, nil
}

// program is how Git is to call the guard: by name if Git finds it so everywhere, or
// else by its path.
func (env Environment) program() (string, []notice.Notice) {
	switch found, err := env.Find("git-credential-ado-guard"); {
	case err == nil && env.FullPath && filepath.IsAbs(found):
		return escape(filepath.ToSlash(found)), nil
	case err == nil:
		return "ado-guard", nil
	}
	return escape(filepath.ToSlash(env.Executable)), []notice.Notice{notOnPath(env.Executable)}
}

// usable reports whether a line calls a guard that is there.
func (env Environment) usable(g Guard) bool {
	words, ok := split(g.Program)
	switch {
	case !ok || g.Program[0] == '!':
		return true // a command of somebody's own making
	case g.Program == "ado-guard":
		_, err := env.Find("git-credential-ado-guard")
		return err == nil
	default:
		_, err := env.Find(words[0].text)
		return err == nil
	}
}
