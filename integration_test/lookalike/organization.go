package lookalike

import (
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// An Organization is one that the look-alike knows, or a collection of an Azure
// DevOps Server.
type Organization struct {
	server    *Server
	name      string
	base      *url.URL // of a collection; nil in the cloud
	directory string   // holds the repositories

	// guarded by server.mu
	public       bool
	is           *Behaviour
	repositories map[string]*GitRepository
}

// Organization returns the organization of that name, which exists from now on.
// It allows no public projects.
func (s *Server) Organization(name string) *Organization {
	return s.organization(strings.ToLower(name), &Organization{name: name})
}

// Collection returns a collection of an Azure DevOps Server, given by its URL
// with any port and path, such as https://tfs.example:8443/tfs/DefaultCollection.
// Its host can be reached from now on. It has Connection and Repository only.
func (s *Server) Collection(rawURL string) *Organization {
	base, err := url.Parse(strings.TrimSuffix(rawURL, "/"))
	must("reading the collection's URL", err)
	name := base.Path[strings.LastIndex(base.Path, "/")+1:]
	return s.organization(collectionKey(withPort(base.Host), base.Path), &Organization{name: name, base: base})
}

func collectionKey(host, path string) string { return strings.ToLower(host + path) }

func (s *Server) organization(key string, fresh *Organization) *Organization {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.organizations[key] == nil {
		fresh.server, fresh.repositories = s, map[string]*GitRepository{}
		fresh.directory = filepath.Join(s.directory, "git", strconv.Itoa(len(s.organizations)))
		s.organizations[key] = fresh
	}
	return s.organizations[key]
}

// AllowPublicProjects makes connectionData answer a dead token, or none, with
// 200 and the anonymous identity, as it does in organizations with that policy.
func (o *Organization) AllowPublicProjects() {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	o.public = true
}

// Behave makes the whole organization behave as b, whoever asks: an outage, a
// fence.
func (o *Organization) Behave(b Behaviour) {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	o.is = &b
}

// Name returns the organization's name.
func (o *Organization) Name() string { return o.name }

// URL returns the organization's URL without a slash at its end.
func (o *Organization) URL() string {
	if o.base != nil {
		return o.base.String()
	}
	return "https://dev.azure.com/" + o.name
}

// LegacyURL returns the organization's URL at visualstudio.com.
func (o *Organization) LegacyURL() string { return "https://" + o.name + ".visualstudio.com" }

// locate finds what a URL path on host is about: the organization (nil if
// unknown), its name, and the rest of the path without a slash before it.
func (s *Server) locate(host, path string) (o *Organization, name, rest string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path = strings.TrimPrefix(path, "/")
	if endpointsOf(host) == nil { // an Azure DevOps Server
		for key, candidate := range s.organizations {
			if candidate.base == nil {
				continue
			}
			if below, ok := strings.CutPrefix(strings.ToLower(host+"/"+path), key+"/"); ok {
				return candidate, strings.ToLower(candidate.name), path[len(path)-len(below):]
			}
		}
		return nil, "", path
	}
	if label, ok := strings.CutSuffix(host, ".visualstudio.com:443"); ok {
		return s.organizations[label], label, path
	}
	first, rest, _ := strings.Cut(path, "/")
	name = strings.ToLower(first)
	return s.organizations[name], name, rest
}
