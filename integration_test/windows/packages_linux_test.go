package windows

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// packages are those whose tests need nothing that is not under Wine, such as Git or
// a shell, and the tests among them that are left out. They make thousands of files,
// each of which takes Wine milliseconds, and ask nothing about Windows; the first of
// them holds sixteen processes at once to a time that Wine does not always keep.
var packages = map[string]string{
	"store":           "^TestSixteenProcesses|^TestASweepIsBounded|^TestASweepComesTo|^TestAThousandItems|^TestNoNameOfAnOrganization",
	"helper":          "",
	"validate":        "",
	"internal/secret": "",
	"internal/notice": "",
}

// complaint is what a test says by t.Error and the like: file, line, text.
var complaint = regexp.MustCompile(`^ +[a-z0-9_]+\.go:\d+: (.*)$`)

// Go removes files by a call that came with Windows 10 (FileDispositionInfoEx), and
// that Wine before 9 does not know. os.RemoveAll then fails, and so does every test
// that has a directory of its own, at its very end; two of store's end there earlier.
var notRemoved = regexp.MustCompile(`unlinkat .*: Invalid function\.$`)

func TestTheTestsOfThePackagesPass(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for name, but := range packages {
		t.Run(name, func(t *testing.T) {
			program := strings.ReplaceAll(name, "/", "-") + ".test.exe"
			m.build(program, "test", "-c", "github.com/ado-guard/git-credential-ado-guard/"+name)
			arguments := []string{"-test.v", "-test.timeout=5m"}
			if but != "" {
				arguments = append(arguments, "-test.skip="+but)
			}
			m.dir = filepath.Join("..", "..", name)
			r := m.run("", program, arguments...)
			lines := strings.Split(strings.ReplaceAll(r.out, "\r", ""), "\n")
			passed, removals := 0, 0
			for _, line := range lines {
				if strings.Contains(line, "--- PASS: ") {
					passed++
				}
				said := complaint.FindStringSubmatch(line)
				switch {
				case said == nil:
				case notRemoved.MatchString(said[1]):
					removals++
				default:
					t.Error(line)
				}
			}
			ended := slices.Contains(lines, "PASS") || slices.Contains(lines, "FAIL")
			if !ended || passed == 0 || !r.with(0) && removals == 0 || strings.Contains(r.out, "panic: ") {
				t.Errorf("exit status %d, %d passed:\n%s%s", r.status, passed, r.out, r.say)
			}
			t.Logf("%d passed; %d times nothing was wrong but that a directory could not be removed", passed, removals)
		})
	}
}
