package cli

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/store"
)

// exitFailed is configure's and unconfigure's where Git's configuration could not be
// read or written.
const exitFailed = 1

// runConfigure puts the guard into Git's configuration.
func runConfigure(ctx context.Context, w World, own options, args []string) int {
	var o configure.Options
	set := newFlags("configure")
	levels(set, &o.Level)
	set.Func("helper", "", appendTo(&o.Helpers))
	set.Func("url", "", appendTo(&o.URLs))
	set.BoolVar(&o.DryRun, "dry-run", false, "")
	return change(ctx, w, own, set, args, func(env configure.Environment) (configure.Report, error) {
		return configure.Configure(ctx, o, env)
	})
}

// runUnconfigure takes it out again.
func runUnconfigure(ctx context.Context, w World, own options, args []string) int {
	var o configure.Options
	set := newFlags("unconfigure")
	levels(set, &o.Level)
	set.BoolVar(&o.DryRun, "dry-run", false, "")
	return change(ctx, w, own, set, args, func(env configure.Environment) (configure.Report, error) {
		return configure.Unconfigure(ctx, o, env)
	})
}

// levels takes --system, --global and --local; of several the last one counts, as
// for git config.
func levels(set *flag.FlagSet, level *configure.Level) {
	for _, l := range []configure.Level{configure.System, configure.Global, configure.Local} {
		set.BoolFunc(string(l), "", func(string) error {
			*level = l
			return nil
		})
	}
}

// change runs one of the two and tells what it did.
func change(ctx context.Context, w World, own options, set *flag.FlagSet, args []string, do func(configure.Environment) (configure.Report, error)) int {
	if _, err := arguments(set, args, 0); err != nil {
		return usage(w, err)
	}
	a := assemble(w, own)
	r, err := do(a.configuring())
	var wrong configure.UsageError
	switch {
	case errors.As(err, &wrong):
		return usage(w, err)
	case err != nil:
		a.notices.Print(notice.NotConfigured(err))
		return exitFailed
	}
	io.WriteString(w.Stdout, r.Format(report.StyleOf(w.Stdout, w.Environ))) //nolint:errcheck // nobody is left to be told
	for _, n := range r.Notices {
		a.notices.Print(n)
	}
	return exitOK
}

// configuring is the world that configure meets.
func (a *assembly) configuring() configure.Environment {
	executable, err := os.Executable()
	if err != nil {
		executable = "" // then Git has to find the guard on its PATH
	}
	return configure.Environment{
		Git:        gitconfig.Git("", a.world.Environ),
		Find:       exec.LookPath,
		Executable: executable,
		FullPath:   runtime.GOOS == "darwin",
		Keyring:    a.keyringWorks,
	}
}

// keyringWorks reports whether the keyring answers, be it that it knows nothing.
func (a *assembly) keyringWorks(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := a.keyring.Get(ctx, "configure")
	return err == nil || errors.Is(err, store.ErrNotFound)
}
