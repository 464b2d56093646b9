package gitconfig

import "strings"

// Specificity says how exactly a pattern matched a URL. Git compares the host
// first, then the path, then the user.
type Specificity struct {
	Host int  // bytes of the pattern's host
	Path int  // bytes of the path that matched, with the slash that ends it
	User bool // the pattern names the URL's user
}

// Less reports whether s is less exact than other.
func (s Specificity) Less(other Specificity) bool {
	if s.Host != other.Host {
		return s.Host < other.Host
	}
	if s.Path != other.Path {
		return s.Path < other.Path
	}
	return !s.User && other.User
}

// Match reports whether a pattern such as "https://*.visualstudio.com" is for url,
// and how exactly, by the rules of git-config(1) ("http.<url>.*"): the same scheme
// and port; each label of the host the same or "*" in the pattern; the pattern's
// path a prefix that ends at a slash; the pattern's user, if it names one, the
// same. Both are normalized first. Whatever Git takes for no URL matches nothing.
func Match(pattern, url string) (Specificity, bool) {
	p, ok := normalize(pattern, true)
	if !ok {
		return Specificity{}, false
	}
	u, ok := normalize(url, false)
	if !ok {
		return Specificity{}, false
	}
	return p.match(u)
}

// match reports whether u falls under the pattern p.
func (p normalURL) match(u normalURL) (Specificity, bool) {
	if p.scheme != u.scheme || p.port != u.port || !matchHost(p.host, u.host) {
		return Specificity{}, false
	}
	if p.hasUser && (!u.hasUser || p.user != u.user) {
		return Specificity{}, false
	}
	path, ok := matchPath(p.path, u.path)
	return Specificity{Host: len(p.host), Path: path, User: p.hasUser}, ok
}

// matchHost compares label by label. A single dot at the end of either counts for
// nothing, as in Git.
func matchHost(pattern, host string) bool {
	patterns := strings.Split(strings.TrimSuffix(pattern, "."), ".")
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(patterns) != len(labels) {
		return false
	}
	for i, p := range patterns {
		if p != "*" && p != labels[i] {
			return false
		}
	}
	return true
}

// matchPath returns the length of the match, counting the slash at its end even
// where neither has one.
func matchPath(pattern, path string) (int, bool) {
	pattern = strings.TrimSuffix(pattern, "/")
	rest, ok := strings.CutPrefix(path, pattern)
	if !ok || rest != "" && rest[0] != '/' {
		return 0, false
	}
	return len(pattern) + 1, true
}
