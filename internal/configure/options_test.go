package configure_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
)

func TestTheReportShowsEveryLineAndWhatIsInForce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("system", "[credential]\n\thelper = manager\n")
	const lines = `  [credential "https://dev.azure.com/"]
    helper =
    helper = ado-guard --helper manager
    useHttpPath = true
  [credential "https://*.visualstudio.com/"]
    helper =
    helper = ado-guard --helper manager

`
	const guarded = `  https://dev.azure.com       ado-guard in front of manager
  https://*.visualstudio.com  ado-guard in front of manager
`
	const unguarded = `  https://dev.azure.com       manager
  https://*.visualstudio.com  manager
`
	for _, step := range []struct {
		name, want string
		report     configure.Report
	}{
		{"dry run", "would be added to the global configuration:\n" + lines + "then in force:\n" + guarded, w.configure(configure.Options{DryRun: true})},
		{"configure", "added to HOME/.gitconfig:\n" + lines + "now in force:\n" + guarded, w.configure(configure.Options{})},
		{"again", "nothing to change in HOME/.gitconfig\n\nnow in force:\n" + guarded, w.configure(configure.Options{})},
		{"dry unconfigure", "would be removed from HOME/.gitconfig:\n" + lines + "then in force:\n" + unguarded, w.unconfigure(configure.Options{DryRun: true})},
		{"unconfigure", "removed from HOME/.gitconfig:\n" + lines + "now in force:\n" + unguarded, w.unconfigure(configure.Options{})},
		{"again", "nothing to change in the global configuration\n\nnow in force:\n" + unguarded, w.unconfigure(configure.Options{})},
	} {
		if diff := cmp.Diff(step.want, w.text(step.report)); diff != "" {
			t.Errorf("%s:\n%s", step.name, diff)
		}
	}
}

func TestAHelperThatIsNamedStandsBehindTheGuardInsteadOfThoseFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = manager\n[credential \"https://dev.azure.com/contoso\"]\n\thelper = libsecret\n")
	path := w.program("My 'Tools'/gcm", `echo "gcm $*" >>"$LOG"`)
	w.configure(configure.Options{Helpers: []string{"oauth -v", path}})
	if got := w.called(repository); got != "ado-guard, oauth -v get, gcm get" {
		t.Errorf("Git asks %q\n%s", got, w.read(".gitconfig"))
	}
	if r := w.configure(configure.Options{Helpers: []string{"oauth -v", path}}); len(r.Added) > 0 {
		t.Errorf("the second time something changed:\n%s", w.text(r))
	}
	w.configure(configure.Options{Helpers: []string{"other"}})
	if got := w.called("https://contoso.visualstudio.com/p"); got != "ado-guard, other get" {
		t.Errorf("Git asks %q", got)
	}
	w.configure(configure.Options{})
	if got := w.called(repository); !strings.HasPrefix(got, "ado-guard, other get") {
		t.Errorf("what was named is forgotten: Git asks %q", got)
	}
}

func TestAServersURLIsGuardedAndNamedToTheGuard(t *testing.T) {
	t.Parallel()
	const url = "https://tfs.example:8443/tfs/Collection/p/_git/r"
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = manager\n")
	w.configure(configure.Options{URLs: []string{"https://ann@TFS.example:8443/tfs/", "https://dev.azure.com/contoso", "https://contoso.visualstudio.com"}})
	const want = "ado-guard, manager get, --host https://tfs.example:8443/tfs"
	if got := w.called(url); got != want {
		t.Errorf("Git asks %q, want %q\n%s", got, want, w.read(".gitconfig"))
	}
	if r := w.configure(configure.Options{URLs: []string{"https://tfs.example:8443/tfs"}}); len(r.Added) > 0 {
		t.Errorf("the second time something changed:\n%s", w.text(r))
	}
	if got := w.called(repository); got != "ado-guard, manager get" {
		t.Errorf("for dev.azure.com Git asks %q", got)
	}
	if got := w.called("https://tfs.example:8443/other"); got != "manager get" {
		t.Errorf("for another path Git asks %q", got)
	}
	if text := w.read(".gitconfig"); strings.Contains(text, "contoso") {
		t.Errorf("a URL that is guarded anyway has lines of its own:\n%s", text)
	}

	// Later runs repair it without being told of it again.
	w.git("config", "--global", "credential.https://tfs.example:8443.helper", "")
	w.configure(configure.Options{})
	if got := w.called(url); got != "ado-guard, --host https://tfs.example:8443/tfs" {
		t.Errorf("after a repair Git asks %q", got)
	}
	w.unconfigure(configure.Options{})
	if text := w.read(".gitconfig"); strings.Contains(text, "ado-guard") {
		t.Errorf("unconfigure left\n%s", text)
	}
}

func TestOfTwoURLsTheWiderLeavesTheNarrowerItsLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	urls := []string{"https://tfs.example/tfs/Collection", "https://tfs.example/tfs"}
	w.configure(configure.Options{URLs: urls, Helpers: []string{"manager"}})
	const want = "ado-guard, manager get, --host https://tfs.example/tfs/Collection"
	if got := w.called("https://tfs.example/tfs/Collection/p/_git/r"); got != want {
		t.Errorf("Git asks %q, want %q", got, want)
	}
	if r := w.configure(configure.Options{URLs: urls}); len(r.Added) > 0 {
		t.Errorf("the second time something changed:\n%s", w.text(r))
	}
}

func TestTheOptionsOfALineWrittenByHandAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = manager\n[credential \"https://dev.azure.com\"]\n"+
		"\thelper = \"!git credential-ado-guard --no-copy --host=https://tfs.example --helper \\\"$BIN/git-credential-oauth\\\"\"\n")
	w.configure(configure.Options{})
	const want = `ado-guard --helper manager --helper "$BIN/git-credential-oauth" --host https://tfs.example --no-copy`
	if got := w.git("config", "--get-all", "credential.https://dev.azure.com/.helper"); got != "\n"+want+"\n" {
		t.Errorf("the lines are %q", got)
	}
	if got := w.called(repository); got != "ado-guard, manager get, oauth get, --host https://tfs.example, --no-copy" {
		t.Errorf("Git asks %q", got)
	}
}

func TestAHelperThatTheGuardRunsAlreadyIsNotRunTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = ado-guard --helper manager\n\thelper = manager\n\tuseHttpPath = true\n")
	w.configure(configure.Options{})
	if got := w.called(repository); got != "ado-guard, manager get" {
		t.Errorf("Git asks %q", got)
	}
}

func TestWhereSomebodyWantedNoHelperTheGuardKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential \"https://dev.azure.com/contoso\"]\n\thelper =\n")
	r := w.configure(configure.Options{})
	want := "now in force:\n" +
		"  https://dev.azure.com          ado-guard alone, tokens are kept in the system's keyring if there is one\n" +
		"  https://*.visualstudio.com     ado-guard alone, tokens are kept in the system's keyring if there is one\n" +
		"  https://dev.azure.com/contoso  ado-guard alone, nothing is kept\n"
	if text := w.text(r); !strings.HasSuffix(text, want) {
		t.Errorf("it says\n%s", text)
	}
	if got := w.called(repository); got != "ado-guard, --no-copy" {
		t.Errorf("Git asks %q", got)
	}
	w.configure(configure.Options{Helpers: []string{"manager"}})
	if got := w.called(repository); !strings.HasPrefix(got, "ado-guard, manager get") {
		t.Errorf("with a helper named, Git asks %q", got)
	}
}

func TestALineWrittenByHandThatServesIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"ado-guard", "!git credential-ado-guard", "$BIN/git-credential-ado-guard"} {
		w := newWorld(t)
		call = strings.ReplaceAll(call, "$BIN", w.file("bin"))
		var text strings.Builder
		for _, pattern := range configure.Standard {
			text.WriteString("[credential \"" + pattern + "\"]\n\thelper =\n\thelper = " + call + " -helper=manager --host https://tfs.example\n\tuseHttpPath = on\n")
		}
		w.write(".gitconfig", text.String())
		if r := w.configure(configure.Options{}); len(r.Added)+len(r.Notices) > 0 {
			t.Errorf("%s: it says\n%s", call, w.text(r))
		}
	}
}

func TestWhatOneRepositorySaysIsNotWrittenForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.git("init", "-q", "repo")
	w.cwd = w.file("repo")
	w.git("config", "--local", "credential.https://dev.azure.com/contoso.helper", "")
	if r := w.configure(configure.Options{}); len(r.Added) != 5 {
		t.Errorf("it says\n%s", w.text(r))
	}
}

func TestALineWrittenByHandThatCannotBeReadIsNotGuessedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = \"!A=b git credential-ado-guard --helper manager\"\n")
	_, err := configure.Configure(t.Context(), configure.Options{}, w.environment())
	want := "reading a line written by hand in " + w.file(".gitconfig") + ": helper = !A=b git credential-ado-guard --helper manager: not a simple call of the guard"
	if err == nil || err.Error() != want {
		t.Errorf("the error is %v", err)
	}
}

func TestCommandLinesThatCannotBeObeyedAreRefusedInOneLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options configure.Options
		want    string
	}{
		"http":           {configure.Options{URLs: []string{"http://tfs.example/tfs"}}, "--url http://tfs.example/tfs is not guarded: over http a token travels in clear text, use https"},
		"http, password": {configure.Options{URLs: []string{"http://a:secret@dev.azure.com"}}, "--url http://a:xxxxx@dev.azure.com is not guarded: over http a token travels in clear text, use https"},
		"ssh":            {configure.Options{URLs: []string{"ssh://git@ssh.dev.azure.com/v3/contoso"}}, "--url ssh://git@ssh.dev.azure.com/v3/contoso is not guarded: an SSH remote needs no token"},
		"no URL":         {configure.Options{URLs: []string{"dev.azure.com"}}, "--url dev.azure.com is no URL"},
		"wildcard":       {configure.Options{URLs: []string{"https://*.example"}}, "--url: an Azure DevOps Server's address must name a host, unlike \"*.example\""},
		"empty helper":   {configure.Options{Helpers: []string{""}}, "--helper needs a value, such as manager"},
		"itself":         {configure.Options{Helpers: []string{"ado-guard --no-copy"}}, "--helper ado-guard --no-copy is the guard itself: name the helper that it is to stand in front of"},
		"no repository":  {configure.Options{Level: configure.Local}, "--local is for use inside a repository, and there is none here"},
	} {
		w := newWorld(t)
		_, err := configure.Configure(t.Context(), test.options, w.environment())
		if usage := (configure.UsageError{}); !errors.As(err, &usage) || err.Error() != test.want {
			t.Errorf("%s: the error is %#v", name, err)
		}
		if _, err := os.Stat(w.file(".gitconfig")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a file was made: %v", name, err)
		}
	}
}

func TestWithoutAnotherHelperAndWithoutAKeyringTheCacheIsProposed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keyring = false
	text := w.text(w.configure(configure.Options{}))
	want := "! there is no other credential helper and no keyring: Git will ask for the token each time\n" +
		"? to keep it in memory for eight hours: git credential-ado-guard configure --helper 'cache --timeout=28800'\n"
	if !strings.HasSuffix(text, want) {
		t.Errorf("it says\n%s", text)
	}
	if text := w.text(w.configure(configure.Options{Helpers: []string{"cache --timeout=28800"}})); strings.Contains(text, "!") {
		t.Errorf("it still complains\n%s", text)
	}
}

func TestAGuardThatIsNotOnPathIsCalledByItsPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.path = false
	w.write("My Tools/git-credential-ado-guard", w.read("bin/git-credential-ado-guard"))
	if err := os.Chmod(w.file("My Tools/git-credential-ado-guard"), 0o700); err != nil {
		t.Fatal(err)
	}
	r := w.configure(configure.Options{Helpers: []string{"manager"}})
	if text := w.text(r); !strings.HasSuffix(text, "! git-credential-ado-guard is not on PATH, so its full path is written: HOME/My Tools/git-credential-ado-guard\n"+
		"? if it is moved, run configure again from its new place\n") {
		t.Errorf("it says\n%s", text)
	}
	if got := w.called(repository); got != "ado-guard, manager get" {
		t.Errorf("Git asks %q\n%s", got, w.read(".gitconfig"))
	}
	if r := w.configure(configure.Options{}); len(r.Notices) > 0 {
		t.Errorf("it is said again: %v", r.Notices)
	}
	if err := os.Remove(w.file("My Tools/git-credential-ado-guard")); err != nil {
		t.Fatal(err)
	}
	w.path = true
	w.configure(configure.Options{})
	if got := w.git("config", "--get-all", "credential.https://dev.azure.com/.helper"); got != "\nado-guard --helper manager\n" {
		t.Errorf("a path that leads nowhere is left: %q", got)
	}
}

func TestTheRepositorysOwnConfigurationCanBeMeant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.git("init", "-q", "repo")
	w.write(".gitconfig", "[credential]\n\thelper = manager\n")
	w.write("repo/sub/file", "")
	w.cwd = w.file("repo/sub")
	before := w.git("config", "--list", "--show-origin")

	w.git("config", "--local", "credential.helper", "")
	w.configure(configure.Options{})
	text := w.text(w.configure(configure.Options{}))
	want := "now in force:\n  https://dev.azure.com       no credential helper\n  https://*.visualstudio.com  no credential helper\n" +
		"! the guard is not asked for https://dev.azure.com, https://*.visualstudio.com: .git/config clears it off the list with credential.helper=\n" +
		"? set it right with: git credential-ado-guard configure --local\n"
	if !strings.Contains(text, want) {
		t.Errorf("it says\n%s", text)
	}

	w.git("config", "--local", "credential.helper", "manager")
	w.git("config", "--local", "credential.https://dev.azure.com/contoso.helper", "")
	want = "! the guard is not asked for https://dev.azure.com/contoso: .git/config clears it off the list with credential.https://dev.azure.com/contoso.helper=\n"
	if r := w.configure(configure.Options{}); len(r.Added) > 0 || strings.Count(w.text(r), "!") != 1 || !strings.Contains(w.text(r), want) {
		t.Errorf("of one organization it says\n%s", w.text(r))
	}
	w.git("config", "--local", "--remove-section", "credential.https://dev.azure.com/contoso")

	w.configure(configure.Options{Level: configure.Local, Helpers: []string{"oauth"}})
	if got := w.called(repository); got != "ado-guard, oauth get" {
		t.Errorf("Git asks %q", got)
	}
	w.unconfigure(configure.Options{Level: configure.Local})
	w.unconfigure(configure.Options{})
	w.git("config", "--local", "--unset", "credential.helper")
	if diff := cmp.Diff(before, w.git("config", "--list", "--show-origin")); diff != "" {
		t.Error(diff)
	}
}

func TestLinesInAFileThatGitNoLongerWritesToAreFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".config/git/config", "[credential]\n\thelper = manager\n")
	w.configure(configure.Options{})
	w.write(".gitconfig", "[credential]\n\thelper = oauth\n") // from now on Git's --global
	w.configure(configure.Options{})
	if got := w.called(repository); got != "ado-guard, manager get, oauth get" {
		t.Errorf("Git asks %q", got)
	}
	w.unconfigure(configure.Options{})
	if diff := cmp.Diff("[credential]\n\thelper = manager\n[credential]\n\thelper = oauth\n", w.read(".config/git/config")+w.read(".gitconfig")); diff != "" {
		t.Error(diff)
	}
}

func TestASectionOfTheSameNameInAnotherFileIsNotTheGuards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".config/git/config", "[credential \"https://dev.azure.com/\"]\n\thelper =\n\thelper = ado-guard\n")
	const mine = "[credential \"https://dev.azure.com/\"]\n\tuseHttpPath = true\n"
	w.write(".gitconfig", mine)
	w.unconfigure(configure.Options{})
	if diff := cmp.Diff(mine, w.read(".config/git/config")+w.read(".gitconfig")); diff != "" {
		t.Error(diff)
	}
}

func TestWhatTheEnvironmentSaysIsToldAndNotTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = manager\n")
	w.extra = []string{
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=credential.helper", "GIT_CONFIG_VALUE_0=",
		"GIT_CONFIG_KEY_1=credential.helper", "GIT_CONFIG_VALUE_1=oauth",
	}
	w.keyring = false // nothing to be said of it: the guard is not alone
	text := w.text(w.configure(configure.Options{}))
	if strings.Contains(text, "keyring") || !strings.Contains(text, "ado-guard --helper manager\n") || !strings.HasSuffix(text,
		"! the guard is not asked for https://dev.azure.com, https://*.visualstudio.com: the environment or git -c clears it off the list with credential.helper=\n"+
			"? that line comes from the environment (GIT_CONFIG_COUNT) or from git -c: take it out there\n") {
		t.Errorf("it says\n%s", text)
	}
}
