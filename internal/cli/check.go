package cli

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/url"
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
	a.config = sync.OnceValue(a.readOrigins)
	var chosen selection
	if len(words) == 1 {
		chosen, err = a.selectURL(own, words[0])
	} else {
		chosen = a.selectAll(ctx, own)
	}
	if err != nil {
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
	found := checker.Check(ctx, chosen.subjects, chosen.ssh)
	if ctx.Err() != nil {
		return exitInterrupted
	}
	if len(chosen.subjects)+len(chosen.ssh) == 0 {
		a.notices.Print(notice.NothingToCheck(chosen.inRepository))
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

// selection is what is to be checked.
type selection struct {
	subjects     []check.Subject
	ssh          []check.SSHRemote
	inRepository bool
}

var errNotAzureDevOps = errors.New("no URL of Azure DevOps")

func (a *assembly) selectURL(own options, raw string) (selection, error) {
	var s selection
	if !s.add(a.finder(own), "", raw) {
		return selection{}, errNotAzureDevOps
	}
	return s, nil
}

// selectAll selects the remotes of the current repository, or outside of one every
// organization that is known.
func (a *assembly) selectAll(ctx context.Context, own options) selection {
	var s selection
	finder := a.finder(own)
	remotes, err := places.Remotes(ctx, gitconfig.Git("", a.world.Environ))
	a.trace.Debug().Err(err).Int("remotes", len(remotes)).Msg("looked for a repository")
	if s.inRepository = err == nil; s.inRepository {
		for _, r := range remotes {
			s.add(finder, r.Name, r.URL)
		}
		return s
	}
	for _, k := range a.state.KnownOrganizations() {
		s.add(finder, "", addressOf(k))
	}
	return s
}

// add selects a URL, unless it is none of Azure DevOps'. One that was selected before
// only gets another name.
func (s *selection) add(finder places.Finder, name, raw string) bool {
	var names []string
	if name != "" {
		names = []string{name}
	}
	if found, ok := places.ParseSSH(raw); ok {
		s.ssh = append(s.ssh, check.SSHRemote{Name: name, URL: found.URL, Organization: found.Organization, Login: found.Login})
		return true
	}
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	q, ok := finder.Question(u)
	if !ok {
		return false
	}
	for i, subject := range s.subjects {
		if subject.URL.String() == q.URL.String() && subject.Inside.Secret.Equal(q.Inside.Secret) {
			s.subjects[i].Remotes = append(subject.Remotes, names...)
			return true
		}
	}
	s.subjects = append(s.subjects, check.Subject{Question: q, Remotes: names})
	return true
}

// addressOf is the URL of a known organization; a server's is its key.
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
