package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Every link within the repository leads to a file that is there, and to a heading
// of it.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(m[1], "://") || strings.HasSuffix(m[1], ".svg") {
				continue
			}
			name, heading, _ := strings.Cut(m[1], "#")
			target := filepath.Join(filepath.Dir(file), filepath.FromSlash(name))
			if name == "" {
				target = file
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s: there is no such file", file, m[1])
			} else if heading != "" && !slices.Contains(headings(read(t, target)), heading) {
				t.Errorf("%s: %s: there is no such heading", file, m[1])
			}
		}
	}
}

// headings are the names by which headings are linked to: in lower case, blanks made
// hyphens, everything else but letters, digits, hyphens and underscores left out.
func headings(text string) []string {
	var all []string
	inside := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			inside = !inside
		}
		title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if inside || !ok || line[0] != '#' {
			continue
		}
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title)))
	}
	return all
}
