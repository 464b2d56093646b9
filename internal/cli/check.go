package cli

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"sync"

	"github.com/ado-guard/git-credential-ado-guard/internal/check"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/store"
)

// exitUnknown is check's where nobody can tell which credential Git would use. The
// others are in its report.
const exitUnknown = 2

// runCheck judges the credential that Git would use, for a URL or for all that can
// be found.
func runCheck(ctx context.Context, w World, own options, args []string) int {
	set := newFlags("check")
	asJSON := set.Bool("json", false, "")
	words, err := arguments(set, args, 1)
	if err != nil {
		return usage(w, err)
	}
	a := assemble(w, own)
	if !a.knowsOrigins() {
		return exitUnknown
	}
	chosen, inRepository := check.Selection{}, false
	if len(words) == 0 {
		chosen, inRepository = a.selectAll(ctx, own)
	} else if !chosen.Add(a.finder(own), "", words[0]) {
		a.notices.Print(notice.NotAzureDevOps(places.ShownText(words[0])))
		return exitUsage
	}

	judge := a.validator()
	judge.Down, judge.Thorough = nil, true // what a person asks is asked anew, and whole
	defer judge.Close()
	terminal := report.StyleOf(w.Stderr, w.Environ)
	checker := check.Checker{
		Judge: judge, Memory: a.state, Settings: a.settings(), Now: w.Now,
		Off:  env(w.Environ, offVariable) == "0",
		Wait: func(what string) func() { return report.Wait(w.Stderr, terminal, what) },
	}
	found := checker.Check(ctx, chosen)
	if ctx.Err() != nil {
		return exitInterrupted
	}
	if chosen.Empty() {
		a.notices.Print(notice.NothingToCheck(inRepository))
	}
	if *asJSON {
		report.WriteJSON(w.Stdout, found) //nolint:errcheck // nobody is left to be told
	} else {
		style := report.StyleOf(w.Stdout, w.Environ)
		io.WriteString(w.Stdout, style.Format(found.Sections(w.Now())...)) //nolint:errcheck // likewise
	}
	return found.Exit
}

// usage tells what is wrong with a command's arguments.
func usage(w World, err error) int {
	if errors.Is(err, flag.ErrHelp) {
		return help(w.Stdout)
	}
	notice.Printer{To: w.Stderr}.Print(notice.BadOption(err.Error()))
	return exitUsage
}

// knowsOrigins reads Git's configuration, with the place of each line, for all that
// comes. It reports false, and has told why, if that cannot be read.
func (a *assembly) knowsOrigins() bool {
	a.config = sync.OnceValue(a.readOrigins)
	a.config()
	if a.unread != nil {
		a.notices.Print(notice.ConfigurationUnread(a.unread))
	}
	return a.unread == nil
}

// readOrigins reads Git's configuration with the place of each line, if this Git can
// tell it (2.26).
func (a *assembly) readOrigins() gitconfig.Config {
	ctx, cancel := context.WithTimeout(context.Background(), configMost)
	defer cancel()
	config, err := gitconfig.ReadOrigins(ctx, gitconfig.Git("", a.world.Environ))
	if err != nil {
		return a.readConfig()
	}
	return config
}

// finder finds where credentials are kept.
func (a *assembly) finder(own options) places.Finder {
	f := places.Finder{Config: a.config(), Program: a.runner.Helper, Copies: a.copies, Now: a.world.Now}
	if own.given() {
		f.Given = &configure.Guard{Helpers: own.helpers, Hosts: own.hosts, NoCopy: own.noCopy}
	}
	return f
}

// selectAll selects the remotes of the current repository, or outside of one every
// organization that is known.
func (a *assembly) selectAll(ctx context.Context, own options) (all check.Selection, inRepository bool) {
	finder := a.finder(own)
	remotes, err := places.Remotes(ctx, gitconfig.Git("", a.world.Environ))
	a.trace.Debug().Err(err).Int("remotes", len(remotes)).Msg("looked for a repository")
	for _, r := range remotes {
		all.Add(finder, r.Name, r.URL)
	}
	if err == nil {
		return all, true
	}
	for _, k := range a.state.KnownOrganizations() {
		all.Add(finder, "", addressOf(k))
	}
	return all, false
}

// addressOf is the URL of an organization that the guard has seen; that of a server's
// collection is its key.
func addressOf(k store.Known) string {
	switch {
	case k.Host == "dev.azure.com":
		return "https://dev.azure.com/" + k.Organization
	case strings.HasSuffix(k.Host, ".visualstudio.com"):
		return "https://" + k.Host
	default:
		return "https://" + k.Key
	}
}
