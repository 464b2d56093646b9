package validate

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Server is an Azure DevOps Server: a host and the path that its collections stand
// below. Make one with [ParseServer].
type Server struct {
	Host string // in lower case, with :port only if that is not 443
	Base string // encoded, without a slash at its end: "/tfs", or "" for the root
}

// ParseServer reads the base URL of an Azure DevOps Server as a person writes it in
// --host: https://tfs.example:8443/tfs, without the collection. The errors say what
// is wrong with it in one line and never quote a password.
func ParseServer(raw string) (Server, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return Server{}, errors.New("an Azure DevOps Server's address must be a URL, https://host/path")
	case u.User != nil:
		return Server{}, errors.New("an Azure DevOps Server's address must not hold a username or password")
	case u.Scheme != "https":
		return Server{}, fmt.Errorf("an Azure DevOps Server is guarded over https only, not at %q", raw)
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return Server{}, fmt.Errorf("an Azure DevOps Server's address ends with its path, unlike %q", raw)
	}
	host, err := serverHost(u)
	if err != nil {
		return Server{}, err
	}
	if host == servicesHost || strings.HasSuffix(host, servicesSuffix) {
		return Server{}, fmt.Errorf("%s is Azure DevOps Services, which is guarded without being named", host)
	}
	segments, clean := split(u.Path)
	if !clean {
		return Server{}, fmt.Errorf("an Azure DevOps Server's path must be plain, unlike that of %q", raw)
	}
	server := Server{Host: host}
	if len(segments) > 0 {
		server.Base = "/" + encode(segments)
	}
	return server, nil
}

// String is the server's base URL.
func (s Server) String() string { return "https://" + s.Host + s.Base }

// serverHost is the URL's host as a Target writes it.
func serverHost(u *url.URL) (string, error) {
	name := strings.ToLower(u.Hostname())
	if net.ParseIP(name) == nil && !hostName(name) {
		return "", fmt.Errorf("an Azure DevOps Server's address must name a host, unlike %q", u.Host)
	}
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	port := u.Port()
	switch number, err := strconv.ParseUint(port, 10, 16); {
	case port == "" && strings.HasSuffix(u.Host, ":"), port != "" && (err != nil || number == 0 || port[0] == '0'):
		return "", fmt.Errorf("an Azure DevOps Server's port must be a number, unlike that of %q", u.Host)
	case port != "" && port != "443":
		name += ":" + port
	}
	return name, nil
}

// hostName reports whether a text can be a host's name: labels of letters, digits,
// hyphens and underscores, none of them empty, so without a dot at the end.
func hostName(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// atServer makes the target of a request to one of servers: the one whose base goes
// furthest into the path. A request without a path names its host only, and so no
// collection.
func atServer(host string, segments []string, clean bool, servers []Server) (Target, bool) {
	var best *Server
	for i := range servers {
		s := &servers[i]
		if s.Host == host && (best == nil || len(s.Base) > len(best.Base)) && s.holds(segments, clean) {
			best = s
		}
	}
	if best == nil {
		return Target{}, false
	}
	t := Target{Server: true, Host: host, Base: best.Base}
	below := segments[min(best.depth(), len(segments)):]
	if len(below) > 0 && below[0][0] != '_' { // names with _ in front are the Server's own
		t.Organization, t.Sure = below[0], true
		t.Repository = repository(below[1:], false)
	}
	return t, true
}

// holds reports whether a path stands below the server's base. Windows, on which
// every Azure DevOps Server runs, sees no difference between TFS and tfs.
func (s Server) holds(segments []string, clean bool) bool {
	depth := s.depth()
	switch {
	case depth == 0 || clean && len(segments) == 0:
		return true
	case len(segments) < depth:
		return false
	}
	return strings.EqualFold("/"+encode(segments[:depth]), s.Base)
}

// depth is the number of segments in the server's base.
func (s Server) depth() int { return strings.Count(s.Base, "/") }
