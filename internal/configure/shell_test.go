package configure

import (
	"os/exec"
	"strings"
	"testing"
)

// sh runs a command and returns the words that it got, each ended by a newline
// and a bar.
func sh(t *testing.T, command string) string {
	t.Helper()
	path, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	cmd := exec.Command(path, "-c", "printf '%s\\n|' "+command)
	cmd.Dir = t.TempDir() // no files for a wildcard to match
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return string(out)
}

var awkward = []string{
	"plain", "a b", `C:\Program Files\x`, `it's`, `"quoted"`, "$HOME", "`id`", "!f() { :; }; f", "~/x", "*", "[a]", "#", "a#b", "", " ",
	"a\nb", "a\tb", "ä ö", "-n", "a=b", `\`, `\\`, "'", "''", "a;b|c&d<e>f(g)", "%s", "{a,b}", "!", "^",
}

func TestAQuotedWordReachesTheProgramAsItIs(t *testing.T) {
	t.Parallel()
	for _, s := range awkward {
		if got := sh(t, quote(s)); got != s+"\n|" {
			t.Errorf("quote(%q) = %s reaches it as %q", s, quote(s), got)
		}
		words, ok := split("x " + quote(s))
		if !ok || len(words) != 2 || words[1].text != s || words[1].expands {
			t.Errorf("quote(%q) = %s is split into %v, %v", s, quote(s), words, ok)
		}
		if s == "" || strings.Contains(s, "\n") {
			continue // no path of a program
		}
		if got := sh(t, escape(s)); got != s+"\n|" {
			t.Errorf("escape(%q) = %s reaches it as %q", s, escape(s), got)
		}
	}
}

// FuzzSplit holds what split makes of a command against what sh makes of it.
func FuzzSplit(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
		f.Add("x " + quote(s) + `"b c"`)
	}
	f.Add("a\\\nb")
	f.Add("a\\\nb \"c\\\nd\"")
	f.Add(`a"b\"c\d"'e'\f g`)
	f.Fuzz(func(t *testing.T, command string) {
		words, ok := split(command)
		if !ok || strings.ContainsAny(command, "\x00\r") {
			return
		}
		var want strings.Builder
		for _, w := range words {
			if w.expands || strings.ContainsAny(w.raw, "{}") { // a brace may expand in some shells
				return
			}
			want.WriteString(w.text + "\n|")
		}
		if got := sh(t, command); got != want.String() {
			t.Errorf("%q is split into %q, but sh makes of it %q", command, want.String(), got)
		}
	})
}
