// Package forget removes the credential of an organization wherever it is kept.
//
// The model: an organization has places (see package places): the guard's keyring
// and Git's helpers, for both of its addresses, dev.azure.com/{organization} and
// {organization}.visualstudio.com, and for the repositories that the person stands
// in. Each place is emptied, account by account, and then looked into again: only
// what a look does not show any more is gone. What stays is told together with how
// to remove it by hand.
package forget

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Forgetter removes credentials. All its fields must be set.
type Forgetter struct {
	Finder places.Finder // one that finds all
	Copies Copies
	Memory Memory
	GOOS   string // for what to do by hand
	Wait   func(what string) (done func())
}

// Copies is the guard's keyring; *store.Copies is one.
type Copies interface {
	Load(ctx context.Context, item string) ([]store.Entry, error)
	Remove(ctx context.Context, item string, match func(store.Entry) bool) (int, error)
	Items() []string
}

// Memory is what the guard remembers of an organization; *store.State is one.
type Memory interface {
	Lock(ctx context.Context, organization string) (unlock func(), waited bool, err error)
	Fingerprint(s secret.Secret) store.Fingerprint
	Organizations(fp store.Fingerprint) []string
	KnownOrganizations() []store.Known
	Forget(organization string, fp store.Fingerprint)
	Unknow(organization string)
}

// Bounds of the work.
const (
	lockMost    = 5 * time.Second // the wait for a Git command that is getting a token
	keyringMost = 5 * time.Second
	mostRounds  = 16 // accounts in one helper
)

// Forget removes all accounts of the organization that a question is about. Of the
// remotes of the current repository, those of the same organization are looked after
// too.
func (f Forgetter) Forget(ctx context.Context, asked places.Question, remotes []places.Remote) Report {
	t := asked.Target
	r := Report{target: t, goos: f.GOOS}
	done := f.Wait("removing the token for " + r.name())
	defer done()

	within, cancel := context.WithTimeout(ctx, lockMost)
	unlock, _, _ := f.Memory.Lock(within, t.Key()) // without it the work is done all the same
	cancel()
	defer unlock()

	questions := f.questions(asked, remotes, &r)
	r.keyring = f.emptyKeyring(ctx, t, questions)
	seen := map[string]bool{}
	for _, q := range questions {
		for _, p := range q.Places {
			same := entryOf(p)
			if p.IsKeyring() || seen[same] {
				continue
			}
			seen[same] = true
			if p.Elsewhere {
				r.addElsewhere(p, f.elsewhere(ctx, p, t))
			} else {
				r.add(q, p, empty(ctx, p))
			}
		}
	}
	f.Memory.Forget(t.Key(), "")
	if r.Gone() {
		f.Memory.Unknow(t.Key())
	}
	return r
}

// questions are all under which something of the same organization may be kept: what
// was asked, its other address, its name as Git last had it (Azure DevOps makes no
// difference between Contoso and contoso, but helpers do), and its repositories among
// the remotes. Those with a password in their URL are noted in the report.
func (f Forgetter) questions(asked places.Question, remotes []places.Remote, r *Report) []places.Question {
	all := []places.Question{asked}
	if !asked.Target.Server {
		modern, old := addresses(asked.Target)
		others := []places.Remote{{URL: modern}, {URL: old}}
		for _, k := range f.Memory.KnownOrganizations() {
			if k.Key == asked.Target.Key() {
				others = append(others, places.Remote{URL: "https://" + servicesHost + "/" + k.Organization})
			}
		}
		remotes = append(others, remotes...)
	}
	for _, remote := range remotes {
		u, err := url.Parse(remote.URL)
		if err != nil {
			continue // an SSH address, or none at all
		}
		q, ok := f.Finder.Question(u)
		if !ok || q.Target.Key() != asked.Target.Key() {
			continue
		}
		all = append(all, q)
		if !q.Inside.Secret.Empty() {
			r.inURLs = append(r.inURLs, places.Remote{Name: remote.Name, URL: places.Shown(u)})
		}
	}
	return all
}

// elsewhere is what a mere store still holds for other paths of the host. It cannot be
// told to erase that: without a path it would erase other organizations' too.
type elsewhere struct {
	found places.Found
	known bool // by what is remembered, it is this organization's
}

func (f Forgetter) elsewhere(ctx context.Context, p places.Place, t validate.Target) elsewhere {
	found := p.Look(ctx)
	if !found.Any() {
		return elsewhere{}
	}
	return elsewhere{found, f.known(found.Credential.Secret, t)}
}

// entryOf names what a helper is asked for: one that goes by the organization has one
// entry for all its repositories.
func entryOf(p places.Place) string {
	path := p.Request.Get("path")
	if helper.QuirksOf(p.Value).WantsPath {
		path, _, _ = strings.Cut(path, "/")
	}
	return strconv.FormatBool(p.Elsewhere) + p.Value + "\n" + p.Request.Get("host") + "\n" + path
}

// servicesHost is where organizations share a host, and its keyring item the
// credentials for which Git named none.
const servicesHost = "dev.azure.com"

// emptyKeyring empties the items that may hold accounts of the target.
func (f Forgetter) emptyKeyring(ctx context.Context, t validate.Target, questions []places.Question) []itemState {
	if t.Server {
		return []itemState{f.emptyItem(ctx, helper.Item(t), func(e store.Entry) bool { return e.Path == "" || sameCollection(e, t) })}
	}
	all := func(store.Entry) bool { return true }
	modern, old := addresses(t)
	states := []itemState{
		f.emptyItem(ctx, modern[len("https://"):], all),
		f.emptyItem(ctx, old[len("https://"):], all),
	}
	used := slices.ContainsFunc(questions, func(q places.Question) bool { return q.Told == validate.Target{Host: servicesHost} })
	if used || f.noted(servicesHost) {
		states = append(states, f.emptyItem(ctx, servicesHost, func(e store.Entry) bool {
			return e.Path == "" && (used || strings.EqualFold(e.Username, t.Organization) || f.known(e.Password, t))
		}))
	}
	return states
}

// known reports whether a secret was seen for the target.
func (f Forgetter) known(s secret.Secret, t validate.Target) bool {
	return slices.Contains(f.Memory.Organizations(f.Memory.Fingerprint(s)), t.Key())
}

// itemState is what became of a keyring item.
type itemState struct {
	item    string
	removed int
	left    error // why it is not certain that nothing is left; nil: it is
	unused  bool  // there is no keyring, and nothing was ever put into it
}

var errStill = errors.New("it is still there")

// emptyItem removes the accounts that belong to the target from an item, and looks again.
func (f Forgetter) emptyItem(ctx context.Context, item string, belongs func(store.Entry) bool) itemState {
	ctx, cancel := context.WithTimeout(ctx, keyringMost)
	defer cancel()
	s := itemState{item: item}
	noted := f.noted(item)
	if s.removed, s.left = f.Copies.Remove(ctx, item, belongs); s.left != nil {
		s.unused = errors.Is(s.left, store.ErrUnavailable) && !noted
		return s
	}
	entries, err := f.Copies.Load(ctx, item)
	if s.left = err; err != nil {
		return s
	}
	for _, e := range entries {
		if belongs(e) {
			s.left = errStill
		}
	}
	return s
}

func (f Forgetter) noted(item string) bool { return slices.Contains(f.Copies.Items(), item) }

// sameCollection reports whether an entry of a server's item is for the target's
// collection.
func sameCollection(e store.Entry, t validate.Target) bool {
	server := validate.Server{Host: t.Host, Base: t.Base}
	of, ok := validate.Recognize(validate.Request{Protocol: "https", Host: e.Host, Path: e.Path}, []validate.Server{server})
	return ok && of.Key() == t.Key()
}

// emptied is what became of what a helper held.
type emptied struct {
	removed []places.Found
	left    places.Found // what it gives in spite of being told to erase it; nothing if all is well
	unseen  error        // why it could not be looked into
	unasked bool         // it keeps nothing
}

// empty has a helper erase what a look shows, until one shows nothing: some erase one
// account at a time. A helper that gives the same again will not be told a third time.
func empty(ctx context.Context, p places.Place) emptied {
	var e emptied
	for range mostRounds {
		found := p.Look(ctx)
		switch n := len(e.removed); {
		case found.Unasked:
			e.unasked = true
			return e
		case found.Err != nil:
			e.unseen = found.Err
			p.Erase(ctx, found)
			return e
		case !found.Any():
			return e
		case n > 0 && found.Same(e.removed[n-1]):
			e.removed, e.left = e.removed[:n-1], found
			return e
		}
		p.Erase(ctx, found)
		e.removed = append(e.removed, found)
	}
	e.left, e.removed = e.removed[len(e.removed)-1], e.removed[:len(e.removed)-1]
	return e
}
