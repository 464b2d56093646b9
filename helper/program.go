package helper

import (
	"context"
	"path"
	"strings"
	"unicode"
)

// The actions of the credential protocol.
const (
	ActionGet   = "get"
	ActionStore = "store"
	ActionErase = "erase"
)

// Program is one inner helper: a program that speaks the credential protocol.
type Program interface {
	// Value is what stands in Git's configuration for it, such as "manager".
	Value() string
	// Run starts it for one action and returns its answer (nothing but for get).
	// What the helper printed before an error counts, as it does to Git, so both
	// may be returned. A look (quiet) ends after 30 s and opens no dialog.
	Run(ctx context.Context, action string, request Message, quiet bool) (Message, error)
}

// Topology is where the guard stands in Git's list of helpers.
type Topology int

// The topologies.
const (
	Alone Topology = iota // no inner helper: the keyring is the store, Git prompts
	Wrap                  // the guard runs the inner helpers named by --helper, and forwards store and erase
	Chain                 // the inner helpers stand after the guard in Git's list; Git tells them itself
)

// String names the topology.
func (t Topology) String() string {
	return [...]string{"alone", "wrap", "chain"}[t]
}

// Inner is who stands behind the guard for one request.
type Inner struct {
	Topology Topology
	Programs []Program
}

// Values are the programs as Git's configuration names them, in their order.
func (in Inner) Values() []string {
	values := make([]string, len(in.Programs))
	for i, p := range in.Programs {
		values[i] = p.Value()
	}
	return values
}

// any reports whether one of the programs has a quirk.
func (in Inner) any(has func(Quirks) bool) bool {
	for _, p := range in.Programs {
		if has(QuirksOf(p.Value())) {
			return true
		}
	}
	return false
}

// Quirks are the ways in which a helper differs from Git's manual.
type Quirks struct {
	// Forgets: what it was given is gone after a while by design, so it is told
	// every time and never copied from.
	Forgets bool
	// NeverAsks: it is a mere store. Where it has nothing, Git itself prompts.
	NeverAsks bool
	// AsksAlways: every get may open a dialog and nothing can stop it, and there
	// is nothing stored that could be looked at.
	AsksAlways bool
	// WantsPath: it needs the organization in path, even where Git sends none
	// (GCM #1619: store and erase fail without).
	WantsPath bool
	// Unbind is the command that makes it let go of a token that an erase leaves
	// in place (GCM in OAuth mode).
	Unbind string
}

// quirks is the one list of helpers that need special care. To teach the guard a
// new one, add a line: the key is the program's name without "git-credential-".
var quirks = map[string]Quirks{
	"manager":      {WantsPath: true, Unbind: "git-credential-manager azure-repos unbind"},
	"manager-core": {WantsPath: true, Unbind: "git-credential-manager-core azure-repos unbind"}, // its name before 2.3
	"cache":        {Forgets: true, NeverAsks: true},
	"store":        {NeverAsks: true},
	"libsecret":    {NeverAsks: true},
	"osxkeychain":  {NeverAsks: true},
	"wincred":      {NeverAsks: true},
	"oauth":        {AsksAlways: true}, // git-credential-oauth stores nothing and opens a browser
	"azure":        {AsksAlways: true}, // git-credential-azure likewise
}

// QuirksOf finds the quirks of a helper by its value in Git's configuration: a
// bare name, an absolute path, or a "!" command, each with arguments.
func QuirksOf(value string) Quirks {
	return quirks[ProgramName(value)]
}

// ProgramName is the name of the helper that a value in Git's configuration
// starts: "manager" for "manager", for "/usr/bin/git-credential-manager --x", for
// "!GCM_TRACE=1 git-credential-manager" and for
// "!'/mnt/c/Program Files/Git/mingw64/bin/git-credential-manager.exe'". It may be shown
// where the whole value may not: people write tokens into it.
func ProgramName(value string) string {
	command, isShell := strings.CutPrefix(value, "!")
	word, rest := firstWord(command)
	for isShell && isAssignment(word) {
		word, rest = firstWord(rest)
	}
	word = path.Base(strings.ReplaceAll(word, `\`, "/"))
	word = strings.ToLower(word)
	word = strings.TrimSuffix(word, ".exe")
	return strings.TrimPrefix(word, "git-credential-")
}

// isAssignment reports whether a word of a shell command sets a variable for the
// program behind it.
func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && !strings.ContainsFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// firstWord returns the first word of a command as sh splits it, and what stands
// behind it: quotes and backslashes keep blanks together.
func firstWord(command string) (first, rest string) {
	var word strings.Builder
	var quote rune
	escaped := false
	command = strings.TrimLeft(command, " \t")
	for i, r := range command {
		switch {
		case escaped:
			if r != ' ' && r != '\'' && r != '"' && r != '\\' && r != '(' && r != ')' {
				word.WriteRune('\\') // a backslash of a Windows path, not of the shell
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && (r == ' ' || r == '\t'):
			return word.String(), command[i:]
		default:
			word.WriteRune(r)
		}
	}
	return word.String(), ""
}
