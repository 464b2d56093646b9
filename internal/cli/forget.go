package cli

import (
	"context"
	"errors"
	"io"
	"net/url"
	"runtime"

	"github.com/ado-guard/git-credential-ado-guard/internal/forget"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
)

// Exit statuses of forget.
const (
	exitGone = 0
	exitLeft = 1
)

// runForget removes the credential of an organization wherever it is kept.
func runForget(ctx context.Context, w World, own options, args []string) int {
	words, err := arguments(newFlags("forget"), args, 1)
	if err == nil && len(words) == 0 {
		err = errors.New("forget needs a URL, such as https://dev.azure.com/ORGANIZATION")
	}
	if err != nil {
		return usage(w, err)
	}
	a := assemble(w, own)
	a.state.Purpose = "git credential-ado-guard forget"
	if !a.knowsOrigins() {
		return exitLeft
	}
	finder := a.finder(own)
	finder.All = true
	u, err := url.Parse(words[0])
	if err != nil {
		a.notices.Print(notice.NotAzureDevOps(places.ShownText(words[0])))
		return exitUsage
	}
	asked, ok := finder.Question(u)
	if !ok {
		a.notices.Print(notice.NotAzureDevOps(places.ShownText(words[0])))
		return exitUsage
	}
	if asked.Target.Organization == "" {
		a.notices.Print(notice.NoOrganizationNamed(places.ShownText(words[0])))
		return exitUsage
	}

	terminal := report.StyleOf(w.Stderr, w.Environ)
	forgetter := forget.Forgetter{
		Finder: finder, Copies: a.copies, Memory: a.state, GOOS: runtime.GOOS,
		Wait: func(what string) func() { return report.Wait(w.Stderr, terminal, what) },
	}
	remotes, err := places.Remotes(ctx, gitconfig.Git("", w.Environ))
	a.trace.Debug().Err(err).Int("remotes", len(remotes)).Msg("looked for a repository")
	found := forgetter.Forget(ctx, asked, remotes)
	if ctx.Err() != nil {
		return exitInterrupted
	}
	style := report.StyleOf(w.Stdout, w.Environ)
	io.WriteString(w.Stdout, style.Format(found.Section())) //nolint:errcheck // nobody is left to be told
	if !found.Gone() {
		return exitLeft
	}
	return exitGone
}
