package gitconfig

import (
	"net/url"
	"strings"
)

// Helper is a credential helper in force for a URL.
type Helper struct {
	Value   string // "manager", "cache --timeout=300", "/usr/bin/x", "!f() { … }; f"
	Pattern string // the URL pattern that it is configured for; empty: for every URL
	Scope   string // as in Entry
	Origin  string // as in Entry
}

// CredentialHelpers returns the helpers that Git asks for url, in order. Git reads
// credential.helper and credential.<pattern>.helper in one pass: each match is
// added to the list, an empty value clears it, and how specific a pattern is does
// not matter (gitcredentials(7)).
//
// A helper knows only what Git sent it: without credential.useHttpPath that is no
// path, and what is configured for a path cannot be seen from inside.
func (c Config) CredentialHelpers(url string) []Helper {
	var helpers []Helper
	for e := range c.credential(url) {
		if e.Name != "helper" || !e.HasValue { // without a value Git would have stopped
			continue
		}
		if e.Value == "" {
			helpers = nil
			continue
		}
		helpers = append(helpers, Helper{e.Value, e.Subsection, e.Scope, e.Origin})
	}
	return helpers
}

// CredentialEntries returns every entry of credential.* that applies to url, in
// order, cleared helpers included.
func (c Config) CredentialEntries(url string) []Entry {
	var entries []Entry
	for e := range c.credential(url) {
		entries = append(entries, e)
	}
	return entries
}

// CredentialValue returns the value of credential.name (such as "username") that
// Git uses for url: the last that matches, however specific it is.
func (c Config) CredentialValue(url, name string) (string, bool) {
	name = strings.ToLower(name)
	value, found := "", false
	for e := range c.credential(url) {
		if e.Name == name {
			value, found = e.text(), true
		}
	}
	return value, found
}

// CredentialBool is [Config.CredentialValue] for a switch such as "useHttpPath".
// What is not set, or not a boolean to Git, is false.
func (c Config) CredentialBool(url, name string) bool {
	value, found := c.CredentialValue(url, name)
	set, err := Bool(value)
	return found && err == nil && set
}

// credential yields the entries of credential.* that match url, in order.
func (c Config) credential(url string) func(yield func(Entry) bool) {
	return func(yield func(Entry) bool) {
		want := parsePartial(url)
		target, valid := normalize(CredentialURL(want.protocol, want.host, want.path, want.username), false)
		named := want.username != ""
		for _, e := range c.entries {
			if e.Section != "credential" || e.Subsection != "" && !matchCredential(e.Subsection, target, valid, want) {
				continue
			}
			if e.Name == "username" && !named {
				want.username = e.Value // Git goes on matching with it
			}
			if !yield(e) {
				return
			}
		}
	}
}

// matchCredential matches a pattern of credential.<pattern>.*: by URL, or, if it
// is none, part by part ("dev.azure.com", "alice@dev.azure.com", "https://").
func matchCredential(pattern string, target normalURL, valid bool, want partial) bool {
	if p, ok := normalize(pattern, true); ok {
		_, matches := p.match(target)
		return valid && matches
	}
	p := parsePartial(pattern)
	return (p.protocol == "" || p.protocol == want.protocol) &&
		(p.host == "" || p.host == want.host) &&
		(p.path == "" || p.path == want.path) &&
		(!p.hasUser || p.username == want.username)
}

// partial is what Git finds in a URL of which parts may be missing. Nothing in it
// is normalized, so it matches by equality.
type partial struct {
	protocol, host, path, username string

	hasUser bool // even an empty one
}

func parsePartial(raw string) partial {
	var p partial
	rest := raw
	if protocol, after, found := strings.Cut(raw, "://"); found {
		p.protocol, rest = protocol, after
	}
	host, path := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host, path = rest[:end], rest[end:]
	}
	if user, after, found := strings.Cut(host, "@"); found {
		user, _, _ = strings.Cut(user, ":")
		p.username, p.hasUser, host = unescape(user), true, after
	}
	p.host = unescape(host)
	p.path = strings.TrimRight(unescape(strings.TrimLeft(path, "/")), "/")
	return p
}

// unescape undoes %-escapes and, like Git, leaves alone what is none.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// CredentialURL returns the URL by which Git looks up the configuration for a
// credential request with these attributes. Empty ones are left out.
func CredentialURL(protocol, host, path, username string) string {
	var b strings.Builder
	b.WriteString(protocol + "://")
	if username != "" {
		b.WriteString(escape(username, "") + "@")
	}
	b.WriteString(escape(host, ":[]"))
	if path != "" {
		b.WriteString("/" + escape(path, "/"))
	}
	return b.String()
}

// escape writes every byte that RFC 3986, section 2.3, does not call unreserved,
// nor keep lists, as %XX.
func escape(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; only(s[i:i+1], "-._~"+keep) {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + hex[c>>4:c>>4+1] + hex[c&15:c&15+1])
		}
	}
	return b.String()
}
