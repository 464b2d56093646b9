package cli

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/doctor"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/store"
)

// runDoctor looks at everything around the guard. Its exit status is the number of
// problems.
func runDoctor(ctx context.Context, w World, own options, args []string) int {
	set := newFlags("doctor")
	asJSON := set.Bool("json", false, "")
	words, err := arguments(set, args, 1)
	if err != nil {
		return usage(w, err)
	}
	address := strings.Join(words, "")
	a := assemble(w, own)
	done := report.Wait(w.Stderr, report.StyleOf(w.Stderr, w.Environ), "looking at Git, the helpers, the keyring and the network")
	found, err := doctor.Diagnose(ctx, a.surroundings(), address)
	done()
	if err != nil {
		a.notices.Print(notice.NotAzureDevOps(places.ShownText(address)))
		return exitUsage
	}
	return showDiagnosis(ctx, w, found, *asJSON)
}

func showDiagnosis(ctx context.Context, w World, found doctor.Diagnosis, asJSON bool) int {
	if ctx.Err() != nil {
		return exitInterrupted // what was cut short says nothing
	}
	if asJSON {
		found.WriteJSON(w.Stdout, Version(), runtime.GOOS+"/"+runtime.GOARCH) //nolint:errcheck // nobody is left to be told
	} else {
		io.WriteString(w.Stdout, found.Format(report.StyleOf(w.Stdout, w.Environ))) //nolint:errcheck // likewise
	}
	return found.Status()
}

// surroundings is what doctor looks at: all that is real.
func (a *assembly) surroundings() doctor.World {
	validator := a.validator()
	validator.Down = nil // who asks a doctor wants to know how it is now
	directory, err := store.DefaultDir()
	if err != nil {
		directory = "" // which the state has told as its problem
	}
	executable, err := os.Executable()
	if err != nil {
		executable = "" // then it is not compared with what Git finds
	}
	return doctor.World{
		OS:         runtime.GOOS,
		Environ:    a.lookupEnv,
		Git:        gitconfig.Git("", a.world.Environ),
		Files:      doctor.Disk{},
		Executable: executable,
		Servers:    a.servers,
		Known:      a.knownURLs,
		Look:       a.look,
		Keyring:    a.keyring,
		Memory:     a.state,
		Directory:  directory,
		Reach:      validator.Reach,
		Health:     validator.Health,
	}
}

// knownURLs are the organizations that the guard has seen.
func (a *assembly) knownURLs() []string {
	var urls []string
	for _, k := range a.state.KnownOrganizations() {
		urls = append(urls, addressOf(k))
	}
	return urls
}

// look asks an inner helper for a credential without a dialog, and forgets it.
func (a *assembly) look(ctx context.Context, value, address string) doctor.Answer {
	u, err := url.Parse(address)
	if err != nil {
		return doctor.Answer{Err: err}
	}
	request := helper.Message{}.With("protocol", u.Scheme).With("host", u.Host)
	if path := strings.Trim(u.Path, "/"); path != "" {
		request = request.With("path", path)
	}
	if name := u.User.Username(); name != "" {
		request = request.With("username", name)
	}
	answer, err := a.runner.Helper(value).Run(ctx, helper.ActionGet, request, true)
	found := doctor.Answer{Credential: answer.Complete(), Err: err}
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		found.Exit = ended.ExitCode()
	}
	return found
}
