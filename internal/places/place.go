package places

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// How long a look may take.
const (
	keyringMost = 3 * time.Second
	programMost = 30 * time.Second // see helper.Program
)

// Place is where a credential may be kept: the guard's keyring, or a helper.
type Place struct {
	Name    string // "keyring", or the helper's name: "manager"
	Value   string // the helper as in Git's configuration; "" for the keyring
	Request helper.Message

	// Elsewhere is set for another look into a mere store, for any path of the host:
	// the guard takes what it finds so if nothing else was found (such stores know
	// nothing of organizations), and leaves it alone if it is dead.
	Elsewhere bool

	program helper.Program // nil for the keyring
	look    func(context.Context) Found
}

// Found is what a look into a place showed.
type Found struct {
	Credential validate.Credential // an empty secret: nothing is there
	Until      time.Time           // of the keyring's copy: until when it is used; zero: it is no copy
	Expiry     time.Time           // password_expiry_utc; zero: none
	Unasked    bool                // the helper keeps nothing, and asks a person every time
	Err        error               // the keyring's, or why a helper gave no answer in time
}

// Any reports whether there is a credential.
func (f Found) Any() bool { return !f.Credential.Secret.Empty() }

// Same reports whether both are the same credential.
func (f Found) Same(other Found) bool {
	return f.Credential.Username == other.Credential.Username && f.Credential.Secret.Equal(other.Credential.Secret)
}

// IsKeyring reports whether the place is the guard's keyring.
func (p Place) IsKeyring() bool { return p.program == nil }

// Look looks into the place, without a dialog.
func (p Place) Look(ctx context.Context) Found { return p.look(ctx) }

// Erase tells a helper to erase what was found in it, or, if that is nothing, all that
// it keeps for the question. Whether it did, another look tells: how a helper ends says
// nothing. The keyring is no helper; see store.Copies.
func (p Place) Erase(ctx context.Context, f Found) {
	if p.IsKeyring() {
		return
	}
	m := p.Request
	if f.Any() {
		m = m.Without(func(key, _ string) bool { return key == "username" })
		m = m.With("username", f.Credential.Username).WithSecret("password", f.Credential.Secret)
	}
	p.program.Run(ctx, helper.ActionErase, m, true) //nolint:errcheck // see above
}

// program is the place of a helper that is asked with a request.
func (f Finder) program(value string, request helper.Message) Place {
	p := Place{Name: helper.ProgramName(value), Value: value, Request: request, program: f.Program(value)}
	p.look = func(ctx context.Context) Found {
		if helper.QuirksOf(value).AsksAlways {
			return Found{Unasked: true}
		}
		began := f.Now()
		answer, err := p.program.Run(ctx, helper.ActionGet, request, true)
		if err != nil && answer.Empty() && f.Now().Sub(began) >= programMost {
			return Found{Err: fmt.Errorf("it gave no answer within %s", programMost)}
		}
		return f.found(answer, request.Get("username")) // helpers fail when they have nothing, too
	}
	return p
}

// found reads a helper's answer as Git does: what is not complete, or past its own
// end, is nothing.
func (f Finder) found(answer helper.Message, username string) Found {
	if answer.Has("username") {
		username = answer.Get("username")
	}
	if username == "" || answer.Expired(f.Now()) {
		return Found{}
	}
	found := Found{Credential: validate.Credential{Username: username, Secret: answer.Secret("password")}}
	found.Expiry, _ = answer.Expiry()
	return found
}

// keyring is the place where the guard keeps what it is told to, or a copy of what
// its inner helpers hold.
func (f Finder) keyring(guard *configure.Guard, request helper.Message, told validate.Target) Place {
	look := func(ctx context.Context) Found {
		ctx, cancel := context.WithTimeout(ctx, keyringMost)
		defer cancel()
		search := helper.Search{
			Request: request, Target: told, Wrapped: len(guard.Helpers) > 0,
			Source: strings.Join(guard.Helpers, "\n"), NoCopy: guard.NoCopy, Now: f.Now(),
		}
		e, ok, err := search.In(func(item string) ([]store.Entry, error) { return f.Copies.Load(ctx, item) })
		if err != nil || !ok {
			return Found{Err: err}
		}
		return Found{Credential: validate.Credential{Username: e.Username, Secret: e.Password}, Until: e.Until, Expiry: e.Expiry}
	}
	return Place{Name: "keyring", Request: request, look: look}
}
