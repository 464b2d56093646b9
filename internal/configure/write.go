package configure

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// staging is the section in which new lines are made before they are renamed into
// place. Two things follow: a Git that runs meanwhile never sees half of them, and
// they stand at the end of the file, where `git config --add` puts lines only if
// there is no section of that name further up.
const staging = "adoguard.configuring"

// writer changes one level of Git's configuration, through `git config` alone.
type writer struct {
	git   gitconfig.Runner
	level Level
}

// write does what a change says; now is the configuration as it is.
func (w writer) write(ctx context.Context, ch change, now gitconfig.Config) error {
	if err := w.remove(ctx, ch.remove, now.Entries()); err != nil {
		return err
	}
	if slices.ContainsFunc(now.Entries(), w.staged) { // an earlier run was interrupted
		if err := w.config(ctx, "--remove-section", staging); err != nil {
			return err
		}
	}
	for _, lines := range ch.add {
		for _, line := range lines {
			if err := w.config(ctx, "--add", staging+"."+spelled(line.Name), line.Value); err != nil {
				return err
			}
		}
		if err := w.config(ctx, "--rename-section", staging, "credential."+lines[0].Subsection); err != nil {
			return err
		}
	}
	return nil
}

func (w writer) staged(e gitconfig.Entry) bool {
	return e.Section+"."+e.Subsection == staging && e.Scope == string(w.level)
}

// config changes the level's own file.
func (w writer) config(ctx context.Context, args ...string) error {
	_, err := w.git(ctx, slices.Concat([]string{"config", "--" + string(w.level)}, args)...)
	return err
}

// remove takes lines out of the files that they stand in. Git drops a section's
// header with its last line, unless there are comments around it.
func (w writer) remove(ctx context.Context, lines, all []gitconfig.Entry) error {
	for len(lines) > 0 {
		alike := func(e gitconfig.Entry) bool { return e.Key() == lines[0].Key() && e.Origin == lines[0].Origin }
		mine, there := only(lines, alike), only(all, alike)
		where := "--" + string(w.level)
		if file, _ := strings.CutPrefix(lines[0].Origin, "file:"); filepath.IsAbs(file) {
			where = "--file=" + file // may be an included one
		}
		lines = slices.DeleteFunc(slices.Clone(lines), alike)
		if len(mine) == len(there) {
			if _, err := w.git(ctx, "config", where, "--unset-all", mine[0].Key()); err != nil {
				return err
			}
			continue
		}
		for _, e := range mine {
			if len(only(there, func(o gitconfig.Entry) bool { return o.Value == e.Value })) > 1 {
				return fmt.Errorf("removing %s from %s: somebody added the same line again, and git config cannot tell them apart", shown(e), place(e.Origin))
			}
			if _, err := w.git(ctx, "config", where, "--fixed-value", "--unset-all", e.Key(), e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// inRepository reports an error where there is no repository to configure.
func (w writer) inRepository(ctx context.Context) error {
	if _, err := w.git(ctx, "rev-parse", "--git-dir"); w.level == Local && err != nil {
		return UsageError{"--local is for use inside a repository, and there is none here"}
	}
	return nil
}

func only(entries []gitconfig.Entry, is func(gitconfig.Entry) bool) []gitconfig.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e gitconfig.Entry) bool { return !is(e) })
}

// spelled is a name as people write it; Git lists names in lower case.
func spelled(name string) string {
	if name == "usehttppath" {
		return "useHttpPath"
	}
	return name
}
