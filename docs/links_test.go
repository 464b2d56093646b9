package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// Every link within the repository leads to a file that is there, and to a heading
// of it.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(m[1], "://") {
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

// The picture at the top of the README is what the demo draws now, so the README's
// first command is run as well.
func TestThePictureIsWhatTheDemoDraws(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("what Git prints there looks a little different")
	}
	t.Parallel()
	drawn := filepath.Join(t.TempDir(), "before-after.svg")
	cmd := exec.CommandContext(t.Context(), "go", "run", "./integration_test/demo", "--svg", drawn)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(read(t, "before-after.svg"), read(t, drawn)); diff != "" {
		t.Errorf("docs/before-after.svg is another picture (go run ./integration_test/demo --svg docs/before-after.svg) (-docs +demo):\n%s", diff)
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
