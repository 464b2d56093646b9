// Package places finds where the credential is kept that Git would use for a URL.
//
// The model: Git asks the credential helpers that are configured for the URL, one
// after the other, and takes the first complete answer. One of them may be the
// guard, which looks into the keyring first and then asks the helpers behind it. Laid
// out in one row, those are the [Place]s: a look into each of them shows what Git
// would get, and from whom. A look opens no dialog and changes nothing.
//
// A [Finder] makes a [Question] of a URL: what Git would ask its helpers, and the
// places where it may find an answer.
package places

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Finder finds the places for URLs.
type Finder struct {
	Config  gitconfig.Config
	Given   *configure.Guard                  // the guard's options on the command line, which count before the configured ones; nil: none
	Program func(value string) helper.Program // starts a helper
	Copies  Copies
	Now     func() time.Time

	// All makes questions for everything that is kept for the organization instead of
	// what Git would ask: of no account in particular, and with the organization named
	// to every helper that needs it.
	All bool
}

// Copies is the guard's keyring; *store.Copies is one.
type Copies interface {
	Load(ctx context.Context, item string) ([]store.Entry, error)
}

// Question is what Git would ask for a URL, and whom.
type Question struct {
	URL      *url.URL        // without a password
	Target   validate.Target // of the whole URL
	Told     validate.Target // of what Git tells its helpers: without credential.useHttpPath that is no path
	Request  helper.Message
	Standing configure.Standing // the guard's place among Git's helpers
	Places   []Place            // in the order in which Git comes to them

	// Inside is a credential that stands in the URL itself, with which Git asks
	// nobody; its secret is empty if there is none.
	Inside validate.Credential
}

// Question makes the question for a URL. It reports false for one that is not at
// Azure DevOps over https.
func (f Finder) Question(u *url.URL) (Question, bool) {
	q := Question{Inside: inside(u), URL: WithoutPassword(u)}
	request := f.request(u)
	shown := gitconfig.CredentialURL(request.Protocol, request.Host, request.Path, request.Username)
	q.Standing = configure.Examine(f.Config, shown)
	q.Standing.Pattern = Shown(u)
	helpers := f.helpers(q.Standing)
	servers := f.servers(helpers)

	var azure bool
	if q.Target, azure = validate.Recognize(request, servers); !azure {
		return Question{}, false
	}
	if !f.Config.CredentialBool(shown, "useHttpPath") {
		request.Path = ""
	}
	q.Told, _ = validate.Recognize(request, servers)
	told := q.Told
	if f.All {
		told, request.Username = q.Target, ""
	}
	q.Request = message(request)
	q.Places = f.places(helpers, q, told)
	return q, true
}

// request is what Git makes of a URL (credential_from_url in Git's credential.c),
// with its path.
func (f Finder) request(u *url.URL) validate.Request {
	r := validate.Request{Protocol: u.Scheme, Host: u.Host, Path: strings.Trim(u.Path, "/"), Username: u.User.Username()}
	if r.Username == "" {
		at := gitconfig.CredentialURL(r.Protocol, r.Host, r.Path, "")
		r.Username, _ = f.Config.CredentialValue(at, "username")
	}
	return r
}

// message writes a request as Git does: what is empty is left out.
func message(r validate.Request) helper.Message {
	m := helper.Message{}.With("protocol", r.Protocol).With("host", r.Host)
	if r.Path != "" {
		m = m.With("path", r.Path)
	}
	if r.Username != "" {
		m = m.With("username", r.Username)
	}
	return m
}

// asked is one of Git's helpers: the guard with its options, or another one.
type asked struct {
	value string
	guard *configure.Guard
}

// helpers are Git's helpers in their order, the guard's options known.
func (f Finder) helpers(s configure.Standing) []asked {
	var all []asked
	for _, h := range s.Helpers {
		if g, ok := configure.ParseGuard(h.Value); ok {
			all = append(all, asked{h.Value, &g})
		} else if helper.ProgramName(h.Value) != "ado-guard" { // in a form that is not understood
			all = append(all, asked{value: h.Value})
		}
	}
	if f.Given == nil {
		return all
	}
	first := slices.IndexFunc(all, func(a asked) bool { return a.guard != nil })
	switch {
	case first >= 0:
		all[first].guard = f.Given
	case len(f.Given.Helpers) > 0:
		all = []asked{{guard: f.Given}}
	default:
		all = slices.Insert(all, 0, asked{guard: f.Given})
	}
	return all
}

// servers are the Azure DevOps Servers that the guard was told of.
func (f Finder) servers(helpers []asked) []validate.Server {
	var servers []validate.Server
	for _, a := range helpers {
		if a.guard == nil {
			continue
		}
		for _, host := range a.guard.Hosts {
			if server, err := validate.ParseServer(host); err == nil { // the guard itself complains of the others
				servers = append(servers, server)
			}
		}
	}
	return servers
}

// places lays the helpers out in a row. The guard does its own work only if what it
// is told names an organization or a server; alone, it keeps for the host what names
// none.
func (f Finder) places(helpers []asked, q Question, told validate.Target) []Place {
	var all, stores []Place
	works := told.Organization != "" || told.Server
	behind := f.All // the guard, that is: asked by it
	for _, a := range helpers {
		values := []string{a.value}
		if a.guard != nil {
			keyring := slices.ContainsFunc(all, Place.IsKeyring)
			if (works || len(a.guard.Helpers) == 0) && !keyring && !a.guard.NoCopy {
				all = append(all, f.keyring(a.guard, q.Request, told))
			}
			values, behind = a.guard.Helpers, behind || works
		}
		for _, value := range values {
			request := q.Request
			if f.All || a.guard != nil && works {
				request = helper.WithOrganization(request, told, helper.QuirksOf(value))
			}
			all = append(all, f.program(value, request))
			if behind && request.Has("path") && helper.QuirksOf(value).NeverAsks {
				store := f.program(value, request.Without(func(key, _ string) bool { return key == "path" }))
				store.Elsewhere = true
				stores = append(stores, store)
			}
		}
	}
	return append(all, stores...)
}
