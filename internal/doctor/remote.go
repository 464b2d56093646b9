package doctor

import (
	"net/url"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// kind is how a URL reaches Azure DevOps.
type kind int

const (
	elsewhere kind = iota // not Azure DevOps, as far as one can tell
	guarded               // over https, which the guard is for
	overSSH               // with a key, and no credential helper
	plainHTTP             // Azure DevOps over http, which is not guarded
	unnamed               // looks like an Azure DevOps Server that no --host names
)

// address is a URL taken apart.
type address struct {
	kind   kind
	shown  string          // fit to be shown
	url    string          // of guarded: for Git, without a password
	target validate.Target // of guarded

	password bool       // it holds one, so that Git asks no helper
	ssh      places.SSH // of overSSH
}

// parseAddress takes a URL apart. It reports false for what is no URL; git-clone(1),
// "GIT URLS", knows other forms, of which only those for Azure DevOps are read here.
func parseAddress(raw string, servers []validate.Server) (address, bool) {
	if ssh, ok := places.ParseSSH(raw); ok {
		return address{kind: overSSH, shown: ssh.URL, ssh: ssh}, true
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return address{}, false
	}
	u.RawQuery, u.Fragment = "", ""
	a := address{shown: places.Shown(u)}
	_, a.password = u.User.Password()
	switch u.Scheme {
	case "https":
		a.recognize(u, servers)
	case "http":
		secure := *u
		secure.Scheme = "https"
		if a.recognize(&secure, servers); a.kind != elsewhere {
			a.kind, a.url = plainHTTP, ""
		}
	}
	return a, true
}

// recognize knows Azure DevOps by the guard's own rule, and what looks like a server
// by the path that all repositories of Azure DevOps have.
func (a *address) recognize(u *url.URL, servers []validate.Server) {
	request := validate.Request{Protocol: u.Scheme, Host: u.Host, Path: strings.Trim(u.Path, "/"), Username: u.User.Username()}
	target, ok := validate.Recognize(request, servers)
	switch {
	case ok:
		a.kind, a.target, a.url = guarded, target, places.WithoutPassword(u).String()
	case strings.Contains(u.Path+"/", "/_git/"):
		a.kind = unnamed
	}
}
