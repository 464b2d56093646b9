// Package doctor finds out whether everything around the guard is as it should be:
// Git, the guard's place among the credential helpers, what stands behind it, what it
// remembers with, and the way to Azure DevOps. It looks, and changes nothing; it
// sends no credential anywhere, and judges none: that is what check does.
//
// The model: a check is a function that makes [Finding]s of what it is given. What
// the checks go by comes from a [World]; Git is asked first, because all else depends
// on its configuration, then everything else at the same time. Each sentence that a
// finding can say stands in texts.go.
package doctor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// World is what doctor looks at. Its functions are called at the same time, and end
// when their context does.
type World struct {
	OS         string // runtime.GOOS
	Environ    func(name string) (value string, ok bool)
	Git        gitconfig.Runner // where the command was given
	Files      Files
	Executable string            // the running program's own path
	Servers    []validate.Server // those named on the command line
	Known      func() []string   // the URLs of organizations that the guard has seen

	// Look asks a credential helper, named as in Git's configuration, what it has for
	// a URL. It must open no dialog.
	Look func(ctx context.Context, helper, url string) Answer

	Keyring   Keyring
	Memory    interface{ Problem() error } // *store.State
	Directory string                       // where that is

	Reach  func(ctx context.Context, url string) validate.Reachability
	Health func(ctx context.Context) (validate.Health, error)
}

// Most is how long a diagnosis takes at the most: the checks have all of it but the
// time that an unwilling one needs to end.
const (
	Most      = 15 * time.Second
	checkMost = Most - 2*time.Second
	gitMost   = 5 * time.Second // of that; what Git is asked for is local
)

// ErrNotAzureDevOps says that a URL is none of Azure DevOps'.
var ErrNotAzureDevOps = errors.New("no URL of Azure DevOps")

// Diagnose makes every check. A URL, if it is not empty, is looked at besides the
// two standard scopes and the current repository's remotes. The only error is
// [ErrNotAzureDevOps].
func Diagnose(ctx context.Context, w World, url string) (Diagnosis, error) {
	ctx, cancel := context.WithTimeout(ctx, checkMost)
	defer cancel()
	g := askGit(ctx, w.Git)
	servers := slices.Concat(w.Servers, serversIn(g.config))
	places, found, err := survey(g.remotes, servers, url)
	if err != nil {
		return Diagnosis{}, err
	}
	found = append(found, g.findings()...)
	found = append(found, runAll(ctx, checks(w, g, places))...)
	home, ok := w.Environ("HOME")
	if !ok {
		home, _ = w.Environ("USERPROFILE")
	}
	return newDiagnosis(g.version, found, veil{home: home}), nil
}

// checks are all that can be made at the same time. Where Git's configuration is not
// known, nothing is said about the guard's place in it.
func checks(w World, g git, places []place) []check {
	all := []check{{topicMemory, func(context.Context) []Finding { return []Finding{memoryFinding(w.Memory.Problem(), w.Directory)} }}}
	settings, inForce := settingFindings(g.config, w.Environ)
	all = append(all, check{topicSettings, func(context.Context) []Finding { return settings }})
	all = append(all, check{topicNetwork, func(ctx context.Context) []Finding {
		return checkNetwork(ctx, w, g.config, places, inForce.Timeout)
	}})
	if g.versionErr != nil || g.configErr != nil {
		return all
	}
	find := newSearch(w, g.execPath)
	order := standings(g.config, places)
	inner := innerHelpers(order, w.Known())
	return append(all,
		check{topicProgram, func(context.Context) []Finding { return programFindings(find, w.Executable, calledByName(order)) }},
		check{topicOrder, func(context.Context) []Finding { return orderFindings(order, w.Files) }},
		check{topicHelper, func(ctx context.Context) []Finding { return lookAtHelpers(ctx, w, find, inner) }},
		check{topicKeyring, func(ctx context.Context) []Finding {
			found, works := checkKeyring(ctx, w.Keyring, keeps(order), inner, w.OS)
			return append(subsystemFindings(w, inner, works), found)
		}},
	)
}

func checkNetwork(ctx context.Context, w World, c gitconfig.Config, places []place, clock time.Duration) []Finding {
	ctx, cancel := context.WithTimeout(ctx, networkMost)
	defer cancel()
	var all []tried
	var health validate.Health
	var silent error
	var wait sync.WaitGroup
	wait.Go(func() { all = reachAll(ctx, w, addresses(places)) })
	wait.Go(func() { health, silent = w.Health(ctx) })
	wait.Wait()
	return slices.Concat(networkFindings(all, c, clock), clockFindings(all), serviceFindings(health, silent, all))
}
