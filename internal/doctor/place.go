package doctor

import (
	"fmt"
	"slices"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// place is a URL, or a pattern of some, for which Git looks for helpers.
type place struct {
	name   string          // for people
	url    string          // for Git
	target validate.Target // the zero Target for a pattern
}

// survey lists the places to look at: the standard scopes, the URL asked for, the
// remotes. Of what no helper can be asked for there are findings instead.
func survey(remotes []places.Remote, servers []validate.Server, asked string) ([]place, []Finding, error) {
	var all []place
	var found []Finding
	for _, pattern := range configure.Standard {
		all = append(all, place{name: pattern, url: pattern})
	}
	add := func(called string, a address) {
		switch a.kind {
		case guarded:
			if a.password {
				found = append(found, passwordInURL(called, a))
			}
			if !slices.ContainsFunc(all, func(p place) bool { return p.url == a.url }) {
				all = append(all, place{called, a.url, a.target})
			}
		case overSSH:
			found = append(found, remoteOverSSH(called, a))
		case plainHTTP:
			found = append(found, remoteOverHTTP(called, a))
		case unnamed:
			found = append(found, serverUnnamed(called, a))
		}
	}
	if asked != "" {
		a, ok := parseAddress(asked, servers)
		if !ok || a.kind == elsewhere {
			return nil, nil, ErrNotAzureDevOps
		}
		add(a.shown, a)
	}
	for _, r := range remotes {
		if a, ok := parseAddress(r.URL, servers); ok {
			add(fmt.Sprintf("%s (%s)", r.Name, a.shown), a)
		}
	}
	return all, found, nil
}

// serversIn are the Azure DevOps Servers that the guard's lines name.
func serversIn(c gitconfig.Config) []validate.Server {
	var servers []validate.Server
	for _, e := range c.Entries() {
		if e.Section != "credential" || e.Name != "helper" {
			continue
		}
		guard, _ := configure.ParseGuard(e.Value) // what is none names no hosts
		for _, host := range guard.Hosts {
			if s, err := validate.ParseServer(host); err == nil && !slices.Contains(servers, s) {
				servers = append(servers, s)
			}
		}
	}
	return servers
}
