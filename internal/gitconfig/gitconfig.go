// Package gitconfig answers questions about Git's own configuration the way Git
// itself would, from one reading of it.
//
// The model: a configuration is a list of entries in the order in which Git reads
// them: system, XDG, ~/.gitconfig, repository, worktree, environment, -c. [Read]
// gets that list from one `git config --list` process, so files, includes,
// conditional includes and the environment are Git's business and not repeated
// here. What is repeated here is how Git chooses among the entries for a URL,
// because Git offers no command for it:
//
//   - a plain key (adoguard.timeout): the last entry wins ([Config.Get]);
//   - http.<url>.*: the most specific pattern wins, among equals the last
//     ([Config.URL], [Config.All]);
//   - credential.<url>.*: every matching entry counts, in order, however specific
//     it is ([Config.CredentialHelpers], [Config.CredentialValue]).
//
// The rules are those of git-config(1) ("http.<url>.*") and gitcredentials(7)
// ("CONFIGURATION OPTIONS"), and tests hold every one of them against a real Git.
//
// Values may contain secrets (a password in http.proxy, a token in
// http.extraHeader): print none of them.
package gitconfig

import (
	"context"
	"fmt"
	"strings"
)

// Entry is one line of the configuration.
type Entry struct {
	Section    string // in lower case: "credential"
	Subsection string // as written: "https://dev.azure.com"; empty without one
	Name       string // in lower case: "usehttppath"
	Value      string // empty also when HasValue is false
	HasValue   bool   // false for a name without "=", which means true to Git

	Scope  string // "system", "global", "local", "worktree" or "command"; only from ReadOrigins
	Origin string // "file:/home/ann/.gitconfig", "command line:"; only from ReadOrigins
}

// Key returns the entry's full key, as in `git config --list`.
func (e Entry) Key() string {
	if e.Subsection == "" {
		return e.Section + "." + e.Name
	}
	return e.Section + "." + e.Subsection + "." + e.Name
}

// text is the value as the look-ups return it: a name without "=" is Git's way of
// saying true.
func (e Entry) text() string {
	if !e.HasValue {
		return "true"
	}
	return e.Value
}

// Config is Git's configuration. The zero value is an empty one.
type Config struct{ entries []Entry }

// New makes a configuration of entries in Git's order.
func New(entries []Entry) Config { return Config{entries} }

// Entries returns every entry, in Git's order. The caller must not change them.
func (c Config) Entries() []Entry { return c.entries }

// Runner runs git with args and returns what it wrote to standard output. [Git]
// makes the real one.
type Runner func(ctx context.Context, args ...string) ([]byte, error)

// Read returns the configuration in force for run's directory and environment.
func Read(ctx context.Context, run Runner) (Config, error) {
	out, err := run(ctx, "config", "--list", "-z")
	if err != nil {
		return Config{}, fmt.Errorf("reading Git's configuration: %w", err)
	}
	entries, err := parse(string(out), false)
	return Config{entries}, err
}

// ReadOrigins is [Read] with each entry's Scope and Origin. It needs Git 2.26.
func ReadOrigins(ctx context.Context, run Runner) (Config, error) {
	out, err := run(ctx, "config", "--list", "-z", "--show-scope", "--show-origin")
	if err != nil {
		return Config{}, fmt.Errorf("reading Git's configuration: %w", err)
	}
	entries, err := parse(string(out), true)
	return Config{entries}, err
}

// parse takes the output of `git config --list -z` apart: entries end with NUL,
// key and value are separated by a newline, and with origins the scope and the
// origin stand before each key, ended by NUL as well.
func parse(list string, origins bool) ([]Entry, error) {
	var entries []Entry
	for list != "" {
		var e Entry
		var item string
		if origins {
			e.Scope, list, _ = strings.Cut(list, "\x00")
			e.Origin, list, _ = strings.Cut(list, "\x00")
		}
		item, list, _ = strings.Cut(list, "\x00")
		key, value, hasValue := strings.Cut(item, "\n")
		first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
		if first < 0 {
			return nil, fmt.Errorf("reading Git's configuration: no section in key %q", key)
		}
		e.Section, e.Name = key[:first], key[last+1:]
		if first < last {
			e.Subsection = key[first+1 : last]
		}
		e.Value, e.HasValue = value, hasValue
		entries = append(entries, e)
	}
	return entries, nil
}

// Get returns the last value of section.name without a subsection, such as
// "adoguard", "timeout". A name without "=" has the value "true".
func (c Config) Get(section, name string) (string, bool) {
	section, name = strings.ToLower(section), strings.ToLower(name)
	for i := len(c.entries) - 1; i >= 0; i-- {
		e := c.entries[i]
		if e.Section == section && e.Name == name && e.Subsection == "" {
			return e.text(), true
		}
	}
	return "", false
}

// URL returns the value of section.name or section.<pattern>.name that Git uses
// for url, as `git config --get-urlmatch` does: the most specific pattern wins,
// among equals the last. It is right for http.*, not for credential.*. A name
// without "=" has the value "true".
func (c Config) URL(section, name, url string) (string, bool) {
	value, found := "", false
	for e := range c.rising(section, name, url) {
		value, found = e.text(), true
	}
	return value, found
}

// All returns the values of a list such as http.extraHeader for url, as Git
// gathers them: in order, leaving out those of a pattern less specific than one
// seen before; an empty value clears the list.
func (c Config) All(section, name, url string) []string {
	var values []string
	for e := range c.rising(section, name, url) {
		if e.Value == "" {
			values = nil
			continue
		}
		values = append(values, e.Value)
	}
	return values
}

// HTTP returns the value of http.name for url; see [Config.URL].
func (c Config) HTTP(name, url string) (string, bool) { return c.URL("http", name, url) }

// HTTPAll returns the list http.name for url; see [Config.All].
func (c Config) HTTPAll(name, url string) []string { return c.All("http", name, url) }

// rising yields, in order, those entries of section.name that match url and are
// no less specific than any that matched before.
func (c Config) rising(section, name, url string) func(yield func(Entry) bool) {
	section, name = strings.ToLower(section), strings.ToLower(name)
	target, valid := normalize(url, false)
	return func(yield func(Entry) bool) {
		var best Specificity // of an entry without a pattern, too
		for _, e := range c.entries {
			if e.Section != section || e.Name != name {
				continue
			}
			var s Specificity
			if e.Subsection != "" {
				pattern, ok := normalize(e.Subsection, true)
				if !ok || !valid {
					continue
				}
				if s, ok = pattern.match(target); !ok {
					continue
				}
			}
			if s.Less(best) {
				continue
			}
			best = s
			if !yield(e) {
				return
			}
		}
	}
}
