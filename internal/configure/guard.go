package configure

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Guard is a value of credential.helper that calls the guard, taken apart.
type Guard struct {
	Program string   // as written: "ado-guard", "/opt/bin/git-credential-ado-guard", "!git credential-ado-guard"
	Helpers []string // the inner helpers of --helper, each a value of credential.helper
	Hosts   []string // the base URLs of --host
	NoCopy  bool     // --no-copy

	inner []string // Helpers as shell words, with what the shell is to expand
	rest  []string // options that this version does not know, as shell words
}

// ParseGuard takes a value of credential.helper apart. It reports false if the
// value does not call the guard, or not as a simple command.
func ParseGuard(value string) (Guard, bool) {
	command, bang := strings.CutPrefix(value, "!")
	words, ok := split(command)
	if !ok {
		return Guard{}, false
	}
	named := 1 // words that name the program
	switch program := strings.TrimSuffix(path.Base(words[0].text), ".exe"); {
	case program == "git-credential-ado-guard" && (bang || strings.HasPrefix(command, "/") || hasDrive(command)):
	case program == "ado-guard" && words[0].raw == "ado-guard" && !bang:
	case program == "git" && bang && len(words) > 1 && words[1].text == "credential-ado-guard":
		named = 2
	default:
		return Guard{}, false
	}
	g := Guard{Program: words[0].raw}
	if named == 2 {
		g.Program += " " + words[1].raw
	}
	if bang {
		g.Program = "!" + g.Program
	}
	return g, g.options(words[named:])
}

// options reads the options as package flag does: one or two dashes, the value
// after "=" or in the next word.
func (g *Guard) options(words []word) bool {
	for i := 0; i < len(words); i++ {
		w := words[i]
		name, text, joined := strings.Cut(w.text, "=")
		option := strings.TrimPrefix(strings.TrimPrefix(name, "-"), "-")
		if option == name {
			option = "" // no dash
		}
		value := word{raw: text, text: text, expands: w.expands}
		if !joined && (option == "helper" || option == "host") {
			if i++; i == len(words) {
				return false
			}
			value = words[i]
		}
		switch option {
		case "helper":
			if !value.expands {
				value.raw = quote(value.text) // one spelling for all
			}
			g.Helpers, g.inner = append(g.Helpers, value.text), append(g.inner, value.raw)
		case "host":
			g.Hosts = append(g.Hosts, value.text)
		case "no-copy":
			g.NoCopy = text != "false"
		default:
			g.rest = append(g.rest, w.raw)
		}
	}
	return true
}

// String is the value of credential.helper.
func (g Guard) String() string {
	words := []string{g.Program}
	for _, h := range g.inner {
		words = append(words, "--helper", h)
	}
	for _, h := range g.Hosts {
		words = append(words, "--host", quote(h))
	}
	if g.NoCopy {
		words = append(words, "--no-copy")
	}
	return strings.Join(append(words, g.rest...), " ")
}

// same reports whether both do the same, whatever program they call.
func (g Guard) same(other Guard) bool {
	return slices.Equal(g.inner, other.inner) && slices.Equal(g.Hosts, other.Hosts) &&
		g.NoCopy == other.NoCopy && slices.Equal(g.rest, other.rest)
}

// mention is how a value looks that calls the guard in some way. It is compiled when
// it is first needed, and not at every start of the program.
var mention = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s/"'!]|credential-)ado-guard(\.exe)?($|[\s"';])`)
})

// mentionsGuard reports whether the value calls the guard, even if ParseGuard
// cannot read it.
func mentionsGuard(value string) bool { return mention().MatchString(value) }

// hasDrive reports whether a path begins with a drive, as on Windows.
func hasDrive(path string) bool { return len(path) > 2 && path[1] == ':' && path[2] == '/' }
