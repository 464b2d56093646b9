package validate

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The hosts of Azure DevOps Services.
const (
	servicesHost   = "dev.azure.com"
	servicesSuffix = ".visualstudio.com"
	profileHost    = "vssps.dev.azure.com"
	statusHost     = "status.dev.azure.com"
)

// Request is what Git says of the credential that it wants, in Git's own words:
// see "INPUT/OUTPUT FORMAT" in git-credential(1).
type Request struct {
	Protocol string // https
	Host     string // with its port if the URL names one: tfs.example:8443
	Path     string // already URL-decoded by Git; only there with credential.useHttpPath
	Username string // only there if the URL or credential.username names one
}

// Target is what a request is about. It is comparable; its zero value is no target.
type Target struct {
	Server       bool   // an Azure DevOps Server, not the Services
	Host         string // in lower case, with :port only if that is not 443
	Base         string // of a Server: the encoded path that its collections stand below, "/tfs" or ""
	Organization string // as written, or the Server's collection; "" if unknown
	Sure         bool   // the organization stands in the URL; if not, it is only the username
	Repository   string // the encoded path below the organization: "project/_git/repo"; "" if unknown
}

// Recognize tells what a request is about. It says no to everything that is not
// Azure DevOps Services over https or one of servers, so that nothing is ever asked
// of another host: no other port, no other spelling of the host, no subdomain.
//
// At dev.azure.com the organization is the path's first segment, or, as a guess,
// the username of a URL without a path (https://contoso@dev.azure.com, where the
// Clone button puts the organization); at visualstudio.com it is the host's label.
// A path with a segment that could not stand in a URL as it is (empty, dots, control
// characters, a backslash) names nothing at all.
func Recognize(r Request, servers []Server) (Target, bool) {
	if r.Protocol != "https" || !ascii(r.Host) {
		return Target{}, false
	}
	host := strings.TrimSuffix(strings.ToLower(r.Host), ":443")
	segments, clean := split(r.Path)

	if host == servicesHost {
		return atServices(r, segments, clean), true
	}
	if label, ok := strings.CutSuffix(host, servicesSuffix); ok {
		if !organizationName(label) || serviceLabel(label) {
			return Target{}, false
		}
		return Target{Host: host, Organization: r.Host[:len(label)], Sure: true, Repository: repository(segments, true)}, true
	}
	return atServer(host, segments, clean, servers)
}

// atServices makes the target of a request to dev.azure.com.
func atServices(r Request, segments []string, clean bool) Target {
	t := Target{Host: servicesHost}
	switch {
	case !clean:
	case len(segments) == 0:
		if organizationName(r.Username) {
			t.Organization = r.Username
		}
	case organizationName(segments[0]):
		t.Organization, t.Sure = segments[0], true
		t.Repository = repository(segments[1:], false)
	}
	return t
}

// serviceLabel reports whether a label in front of visualstudio.com belongs to a
// service of Microsoft's and so to no organization: front ends (app, www, my,
// login), the old names of Azure DevOps' services (vssps: profiles, vsrm: release,
// vsaex: users, extmgmt: extensions, almsearch: search, vstmr: test results, pkgs
// and feeds: packages, vsblob and artifacts: their content), the SSH host vs-ssh,
// and the sites that share the domain. Git may well use some of them; none of them
// is a place to ask about an organization's token.
func serviceLabel(label string) bool {
	switch label {
	case "app", "www", "my", "login", "go", "api", "cdn", "static", "status",
		"vssps", "vsrm", "vsaex", "extmgmt", "almsearch", "vstmr", "vsblob", "vsdscops", "vssh",
		"pkgs", "feeds", "artifacts", "blobs", "vs-ssh", "ssh",
		"code", "docs", "marketplace", "manage", "support", "services", "online", "dev", "tfs":
		return true
	}
	return false
}

// repository finds the repository in the path below an organization and returns it
// encoded: [project/]_git/repo, with what stands behind it (info/lfs, …) cut off.
// At visualstudio.com a DefaultCollection may stand in front; _full and _optimized
// are ways to read the same repository and stay in the path.
func repository(segments []string, collection bool) string {
	git := 0
	if collection && len(segments) > 0 && strings.EqualFold(segments[0], "DefaultCollection") {
		git = 1
	}
	if git < len(segments) && segments[git] != "_git" {
		git++ // the project
	}
	name := git + 1
	if name < len(segments) && (segments[name] == "_full" || segments[name] == "_optimized") {
		name++
	}
	if name >= len(segments) || segments[git] != "_git" {
		return ""
	}
	return encode(segments[:name+1])
}

// split cuts a path into its segments, and reports whether each of them may stand
// in a URL; if not, there are none. Like Git it ignores slashes at either end.
func split(path string) (segments []string, clean bool) {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil, true
	}
	segments = strings.Split(path, "/")
	for _, segment := range segments {
		if !plain(segment) {
			return nil, false
		}
	}
	return segments, true
}

// plain reports whether a segment names just itself: not empty, not a way to
// another folder (dots, also with the blanks that Windows drops, or a backslash),
// and printable, so that no control character reaches a URL or a terminal.
func plain(segment string) bool {
	if strings.Trim(segment, ". ") == "" || !utf8.ValidString(segment) {
		return false
	}
	for _, r := range segment {
		if r == '\\' || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// encode joins segments to a path in which each is encoded by itself.
func encode(segments []string) string {
	encoded := make([]string, len(segments))
	for i, segment := range segments {
		encoded[i] = url.PathEscape(segment)
	}
	return strings.Join(encoded, "/")
}

// organizationName reports whether a text can be the name of an organization:
// letters, digits and hyphens, a letter or digit at both ends, at most 50.
// https://learn.microsoft.com/azure/devops/organizations/settings/naming-restrictions
func organizationName(name string) bool {
	if name == "" || len(name) > 50 || name[0] == '-' || name[len(name)-1] == '-' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
