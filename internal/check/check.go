// Package check tells a person whether the credential that Git would use is alive.
//
// The model: a [Subject] is a URL; looking into its places in Git's order finds the
// credential that Git would use, and who else holds one; Azure DevOps is asked about
// it as thoroughly as it goes; and a [Report] says what was found, why, and what to
// do next. Nothing is prompted for, erased, stored or remembered.
package check

import (
	"context"
	"sync"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Checker checks. All its fields must be set.
type Checker struct {
	Judge    Judge
	Memory   Memory
	Settings helper.Settings // adoguard.timeout is the clock for each credential
	Off      bool            // ADO_GUARD=0
	Now      func() time.Time
	Wait     func(what string) (done func()) // see report.Wait
}

// Judge asks Azure DevOps; *validate.Validator is one.
type Judge interface {
	Judge(ctx context.Context, target validate.Target, credential validate.Credential) validate.Verdict
	Health(ctx context.Context) (validate.Health, error)
}

// Memory tells when a secret was last proven live; *store.State is one.
type Memory interface {
	Fingerprint(s secret.Secret) store.Fingerprint
	LastProven(organization string, fp store.Fingerprint) (time.Time, bool)
}

// Subject is a URL to check.
type Subject struct {
	places.Question
	Remotes []string // what the current repository calls it; none for a URL of the command line
}

// Check checks all that is selected. Remotes that Git reaches over SSH are only named.
func (c Checker) Check(ctx context.Context, all Selection) Report {
	done := c.Wait("looking at what is stored")
	cases := make([]*finding, len(all.Subjects))
	for i, s := range all.Subjects {
		cases[i] = c.look(ctx, s)
	}
	done()

	done = c.Wait("asking Azure DevOps")
	health := c.judge(ctx, cases)
	done()

	r := Report{Version: 1, Credentials: []Credential{}, SSH: all.SSH, Services: services(health)}
	for _, f := range cases {
		r.Credentials = append(r.Credentials, f.credential())
	}
	r.Exit = r.exit()
	return r
}

// finding is all that was found out about a subject.
type finding struct {
	Subject
	found    []places.Found // what each place holds, by its index
	used     int            // the place whose credential Git would use; inURL or nowhere
	verdict  validate.Verdict
	proven   time.Time // when the secret was last proven live; zero: not known
	settings helper.Settings
	off      bool
	now      time.Time
}

// Instead of an index of a place.
const (
	nowhere = -1
	inURL   = -2
)

// look finds the credential that Git would use: the one in the URL, or that of the
// first place that has one.
func (c Checker) look(ctx context.Context, s Subject) *finding {
	f := &finding{Subject: s, used: nowhere, settings: c.Settings, off: c.Off, now: c.Now()}
	if !s.Inside.Secret.Empty() {
		f.used = inURL
	}
	for i, place := range s.Places {
		var found places.Found
		if !place.Elsewhere || f.used == nowhere {
			found = place.Look(ctx)
		}
		if f.found = append(f.found, found); f.used == nowhere && found.Any() {
			f.used = i
		}
	}
	return f
}

// chosen is the credential that Git would use, and what is known of it.
func (f *finding) chosen() (places.Found, bool) {
	switch f.used {
	case nowhere:
		return places.Found{}, false
	case inURL:
		return places.Found{Credential: f.Inside}, true
	default:
		return f.found[f.used], true
	}
}

// elsewhere reports whether the credential is kept for another path of the host, and
// so perhaps for another organization.
func (f *finding) elsewhere() bool { return f.used >= 0 && f.Places[f.used].Elsewhere }

// judge has all credentials judged at once, and asks how Azure DevOps is.
func (c Checker) judge(ctx context.Context, cases []*finding) validate.Health {
	var all sync.WaitGroup
	services := false
	for _, f := range cases {
		found, ok := f.chosen()
		if !ok {
			continue
		}
		services = services || !f.Target.Server
		f.proven, _ = c.Memory.LastProven(f.Target.Key(), c.Memory.Fingerprint(found.Credential.Secret))
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, c.Settings.Timeout)
			defer cancel()
			f.verdict = c.Judge.Judge(ctx, f.Target, found.Credential)
		})
	}
	var health validate.Health
	if services {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, c.Settings.Timeout)
			defer cancel()
			health, _ = c.Judge.Health(ctx) // no answer means nothing: where nothing can be reached, the probes say so
		})
	}
	all.Wait()
	return health
}
