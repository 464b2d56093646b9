package configure

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Standard are the URL patterns of Azure DevOps Services, the guard's own ground.
var Standard = []string{"https://dev.azure.com", "https://*.visualstudio.com"}

// scope is a set of URLs that gets lines of its own.
type scope struct {
	pattern  string // "https://dev.azure.com"
	server   string // for an Azure DevOps Server: its base URL, for --host
	narrower bool   // within another scope, because other helpers are configured for it, at the level or before
}

// scopeOf is the pattern that a subsection of configure's is for; see [section].
func scopeOf(subsection string) string {
	pattern := strings.TrimSuffix(subsection, "/")
	for strings.HasSuffix(pattern, "/.") {
		pattern = strings.TrimSuffix(pattern, "/.")
	}
	return pattern
}

// scopes returns what is to be guarded, the wider before the narrower, because the
// lines of the narrower must come later: the standard patterns, the URLs asked
// for, and what configure guarded before at this level.
func scopes(urls []string, c gitconfig.Config, level Level) ([]scope, error) {
	var all []scope
	add := func(s scope) {
		if !slices.ContainsFunc(all, func(o scope) bool { return o.pattern == s.pattern }) {
			all = append(all, s)
		}
	}
	for _, pattern := range Standard {
		add(scope{pattern: pattern})
	}
	for _, raw := range urls {
		s, err := parseURL(raw)
		if err != nil {
			return nil, err
		}
		add(s)
	}
	entries := c.Entries()
	for _, i := range ours(entries, level) {
		add(scope{pattern: scopeOf(entries[i].Subsection)})
	}
	slices.SortStableFunc(all, wider)
	return all, nil
}

// narrower returns those patterns within the scopes for which somebody configured
// helpers: they get lines of their own, or they would lose those helpers to the
// wider scope's. Those of a later level keep them, and may be worth a complaint.
func narrower(c gitconfig.Config, level Level, wide []scope) []scope {
	var all []scope
	entries := c.Entries()
	written := ours(entries, level)
	for i, e := range entries {
		if e.Section != "credential" || e.Name != "helper" || e.Subsection == "" || slices.Contains(written, i) {
			continue
		}
		s := scope{pattern: strings.TrimRight(e.Subsection, "/"), narrower: rank(e.Scope) <= rank(string(level))}
		if !strings.Contains(s.pattern, "://") {
			s.pattern = "https://" + s.pattern
		}
		within := func(w scope) bool { return covers(w.pattern, s.pattern) && !covers(s.pattern, w.pattern) }
		known := func(o scope) bool { return o.pattern == s.pattern }
		if slices.ContainsFunc(wide, within) && !slices.ContainsFunc(slices.Concat(wide, all), known) {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, wider)
	return all
}

// covers reports whether every URL of the second pattern is one of the first.
func covers(pattern, other string) bool {
	_, ok := gitconfig.Match(pattern, standIn(other))
	return ok
}

// wider orders patterns, so that one that covers another comes first. Wildcards
// need not be looked at: only [Standard] has any, and stands in front.
func wider(a, b scope) int {
	user := func(s scope) int { return strings.Count(s.pattern, "@") }
	return cmp.Or(
		cmp.Compare(len(pathOf(a.pattern)), len(pathOf(b.pattern))),
		cmp.Compare(user(a), user(b)),
	)
}

// needsPath reports whether only the path tells the organization, so that the guard
// cannot do without credential.useHttpPath. At visualstudio.com the host tells it, and
// the path would do harm: Git Credential Manager files a token there under the whole
// URL that Git sends, so with the path it finds none that it had before, and asks
// for one for each repository.
func needsPath(pattern string) bool {
	u, err := url.Parse(standIn(pattern))
	return err != nil || !strings.HasSuffix(strings.ToLower(u.Hostname()), ".visualstudio.com")
}

func pathOf(pattern string) string {
	_, rest, _ := strings.Cut(pattern, "://")
	_, path, _ := strings.Cut(rest, "/")
	return path
}

// parseURL reads a --url: a URL of Azure DevOps Services, or the base URL of an
// Azure DevOps Server. The user in it is left out: the guard is for every user.
func parseURL(raw string) (scope, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return scope{}, UsageError{fmt.Sprintf("--url %s is no URL", raw)}
	}
	if u.Scheme == "ssh" {
		return scope{}, UsageError{fmt.Sprintf("--url %s is not guarded: an SSH remote needs no token", u.Redacted())}
	}
	if u.Scheme != "https" {
		return scope{}, UsageError{fmt.Sprintf("--url %s is not guarded: over %s a token travels in clear text, use https", u.Redacted(), u.Scheme)}
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	host := strings.ToLower(u.Hostname())
	if host == "dev.azure.com" || strings.HasSuffix(host, ".visualstudio.com") {
		pattern, ok := gitconfig.Normalize(u.String())
		if !ok {
			return scope{}, UsageError{fmt.Sprintf("--url %s is no URL to Git", u)}
		}
		return scope{pattern: strings.TrimRight(pattern, "/")}, nil
	}
	server, err := validate.ParseServer(strings.TrimRight(u.String(), "/"))
	if err != nil {
		return scope{}, UsageError{fmt.Sprintf("--url: %v", err)}
	}
	return scope{pattern: strings.TrimRight(server.String(), "/"), server: server.String()}, nil
}
