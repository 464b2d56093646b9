package configure_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
)

// withPaths returns those of some URLs of which a real Git tells the guard the path.
func (w *world) withPaths(urls ...string) []string {
	w.t.Helper()
	var told []string
	for _, url := range urls {
		if called := w.called(url); !strings.HasPrefix(called, "ado-guard") {
			w.t.Errorf("for %s Git asks %q", url, called)
		}
		if w.read("log.path") != "" {
			told = append(told, url)
		}
	}
	return told
}

func TestGitTellsThePathOnlyWhereTheGuardNeedsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = manager\n"+
		"[credential \"https://dev.azure.com/fabrikam\"]\n\thelper = libsecret\n"+
		"[credential \"https://fabrikam.visualstudio.com\"]\n\thelper = libsecret\n[credential \"contoso.visualstudio.com/web\"]\n\thelper = oauth\n")
	needed := []string{"https://dev.azure.com/contoso/p/_git/r", "https://dev.azure.com/fabrikam/p/_git/r", "https://tfs.example/tfs/Collection/p/_git/r"}
	urls := append([]string{
		"https://contoso.visualstudio.com/p/_git/r", "https://fabrikam.visualstudio.com/p/_git/r", "https://contoso.visualstudio.com/web/_git/web",
	}, needed...)
	r := w.configure(configure.Options{URLs: []string{"https://tfs.example/tfs"}})
	if diff := cmp.Diff(needed, w.withPaths(urls...)); diff != "" {
		t.Errorf("with a path (-want +got):\n%s", diff)
	}
	if len(r.Standings) != 6 || len(r.Notices) > 0 {
		t.Errorf("it says\n%s", w.text(r))
	}
}

// older is what earlier versions wrote.
const older = `[credential "https://dev.azure.com/"]
	helper = 
	helper = ado-guard --helper manager
	useHttpPath = true
[credential "https://*.visualstudio.com/"]
	helper = 
	helper = ado-guard --helper manager
	useHttpPath = true
[credential "https://contoso.visualstudio.com/"]
	helper = 
	helper = ado-guard --helper manager --helper libsecret
	useHttpPath = true
`

const before = "[credential]\n\thelper = manager\n[credential \"https://contoso.visualstudio.com\"]\n\thelper = libsecret\n"

func TestAPathThatAnEarlierVersionAskedForNeedlesslyIsTakenOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", before+older)
	const want = `removed from HOME/.gitconfig:
  [credential "https://*.visualstudio.com/"]
    useHttpPath = true
  [credential "https://contoso.visualstudio.com/"]
    useHttpPath = true

now in force:
  https://dev.azure.com             ado-guard in front of manager
  https://*.visualstudio.com        ado-guard in front of manager
  https://contoso.visualstudio.com  ado-guard in front of manager and libsecret
`
	if diff := cmp.Diff(want, w.text(w.configure(configure.Options{}))); diff != "" {
		t.Error(diff)
	}
	dev, others, _ := strings.Cut(older, "[credential \"https://*")
	repaired := before + dev + "[credential \"https://*" + strings.ReplaceAll(others, "\tuseHttpPath = true\n", "")
	if diff := cmp.Diff(repaired, w.read(".gitconfig")); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	if r := w.configure(configure.Options{}); len(r.Added)+len(r.Removed) > 0 {
		t.Errorf("the second time something changed:\n%s", w.text(r))
	}
	w.unconfigure(configure.Options{})
	if diff := cmp.Diff(before, w.read(".gitconfig")); diff != "" {
		t.Errorf("after unconfigure (-want +got):\n%s", diff)
	}
}

func TestWhatAnEarlierVersionWroteIsReplacedOrRemovedAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", before+older)
	w.configure(configure.Options{Helpers: []string{"oauth"}})
	if told := w.withPaths("https://fabrikam.visualstudio.com/p/_git/r", "https://contoso.visualstudio.com/p/_git/r"); len(told) > 0 {
		t.Errorf("with a path: %v", told)
	}
	w.unconfigure(configure.Options{})
	if diff := cmp.Diff(before, w.read(".gitconfig")); diff != "" {
		t.Errorf("after configure and unconfigure (-want +got):\n%s", diff)
	}
	w.write(".gitconfig", before+older)
	w.unconfigure(configure.Options{})
	if diff := cmp.Diff(before, w.read(".gitconfig")); diff != "" {
		t.Errorf("after unconfigure alone (-want +got):\n%s", diff)
	}
}

func TestAPathThatSomebodyElseAsksForIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const mine = "[credential]\n\thelper = manager\n\tuseHttpPath = true\n[credential \"https://*.visualstudio.com\"]\n\tuseHttpPath = true\n"
	w.write(".gitconfig", mine)
	w.configure(configure.Options{})
	if r := w.configure(configure.Options{}); len(r.Added)+len(r.Removed)+len(r.Notices) > 0 {
		t.Errorf("the second time it says\n%s", w.text(r))
	}
	if !strings.HasPrefix(w.read(".gitconfig"), mine) {
		t.Errorf("the file is\n%s", w.read(".gitconfig"))
	}
}
