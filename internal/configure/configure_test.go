package configure_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
)

// starts are configurations that people have before they meet the guard.
var starts = []struct {
	name, system, global string

	xdg, included string
	touched       bool   // the file may differ afterwards by a blank or an empty section
	says          string // dev.azure.com's line in the report
}{
	{name: "nothing at all", says: "ado-guard alone, tokens are kept in the system's keyring if there is one"},
	{name: "Git for Windows", system: "[credential]\n\thelper = manager\n[credential \"https://dev.azure.com\"]\n\tuseHttpPath = true\n", says: "ado-guard in front of manager"},
	{name: "Apple's Git", system: "[credential]\n\thelper = osxkeychain\n", global: "[user]\n\tname = Ann\n", says: "ado-guard in front of osxkeychain"},
	{
		name:   "Git Credential Manager's own block",
		system: "[credential]\n\thelper = libsecret\n",
		global: "[credential]\n\thelper = \n\thelper = $BIN/git-credential-manager\n[credential \"https://dev.azure.com\"]\n\tuseHttpPath = true\n",
		says:   "ado-guard in front of $BIN/git-credential-manager",
	},
	{name: "a list of helpers", global: "[credential]\n\thelper = libsecret\n\thelper = oauth -v\n", says: "ado-guard in front of libsecret and oauth -v"},
	{
		name: "spaces, quotes and backslashes",
		global: "[credential]\n" +
			"\thelper = \"$BIN/My\\\\ Tools/it\\\\'s \\\"quoted\\\" --x='a  b'\"\n" +
			"\thelper = \"!f() { echo \\\"inline $* \\\\\\\\\\\" >>\\\"$LOG\\\"; }; f\"\n",
		says: `ado-guard in front of $BIN/My\ Tools/it\'s "quoted" --x='a  b' and !f() { echo "inline $* \\" >>"$LOG"; }; f`,
	},
	{
		name:   "a helper of two lines",
		global: "[credential]\n\thelper = \"!f() { # a note\\n echo two lines >>\\\"$LOG\\\"; }; f\"\n",
		says:   `ado-guard in front of !f() { # a note\x0a echo two lines >>"$LOG"; }; f`,
	},
	{
		name: "another helper for one organization",
		global: "[credential]\n\thelper = manager\n[credential \"https://dev.azure.com/contoso\"]\n\thelper = \n\thelper = oauth\n" +
			"[credential \"https://contoso.visualstudio.com\"]\n\thelper = libsecret\n",
		says: "ado-guard in front of manager",
	},
	{
		name: "another helper for one account, without a scheme",
		global: "[credential]\n\thelper = manager\n[credential \"https://alice@dev.azure.com\"]\n\thelper = oauth\n" +
			"[credential \"bob@dev.azure.com\"]\n\thelper = libsecret\n[credential \"dev.azure.com\"]\n\thelper = other\n",
		says: "ado-guard in front of manager and other",
	},
	{
		name:   "no helper for one organization",
		global: "[credential]\n\thelper = manager\n[credential \"https://dev.azure.com/contoso\"]\n\thelper =\n",
		says:   "ado-guard in front of manager",
	},
	{
		name:   "dev.azure.com spelled otherwise",
		global: "[credential \"https://DEV.azure.com:443\"]\n\thelper = oauth\n\tuseHttpPath = true\n",
		says:   "ado-guard in front of oauth",
	},
	{
		name:   "Azure DevOps cleared on purpose",
		system: "[credential]\n\thelper = manager\n",
		global: "[credential \"https://dev.azure.com\"]\n\thelper = \n\tusername = ann\n\tuseHttpPath = false\n",
		says:   "ado-guard alone, tokens are kept in the system's keyring if there is one",
	},
	{
		name:   "the guard by hand, as the manual says",
		system: "[credential]\n\thelper = manager\n",
		global: "[credential \"https://dev.azure.com\"]\n\thelper = \n\thelper = ado-guard --helper manager\n\tuseHttpPath = true\n",
		says:   "ado-guard in front of manager",
	},
	{
		name:   "the guard by hand, never asked first",
		system: "[credential]\n\thelper = manager\n",
		global: "[credential]\n\thelper = ado-guard --no-copy --host https://tfs.example/tfs\n",
		says:   "ado-guard in front of manager",
	},
	{
		name:   "the guard by hand before others",
		global: "[credential]\n\thelper = ado-guard\n\thelper = libsecret\n",
		says:   "ado-guard in front of libsecret",
	},
	{
		name:   "a section of the very name that configure gives",
		global: "[credential]\n\thelper = manager\n[credential \"https://dev.azure.com/\"]\n\thelper = \n\thelper = oauth\n\tuseHttpPath = true\n",
		says:   "ado-guard in front of oauth",
	},
	{
		name:   "settings for other hosts, and comments",
		global: "# mine\n[credential \"https://github.com\"]\n\thelper = other # for work\n[credential]\n\thelper = manager\n; the end\n",
		says:   "ado-guard in front of manager",

		touched: true, // Git leaves an empty section after a comment
	},
	{name: "no newline at the end", global: "[credential]\n\thelper = manager", says: "ado-guard in front of manager", touched: true},
	{name: "the XDG file only", xdg: "[credential]\n\thelper = manager\n", says: "ado-guard in front of manager"},
	{
		name:     "an included file",
		global:   "[include]\n\tpath = more\n[user]\n\tname = Ann\n",
		included: "[credential]\n\thelper = manager\n",
		says:     "ado-guard in front of manager",
	},
}

// guarded are URLs that the guard must be asked for, others those that it must not.
var (
	guarded = []string{
		"https://dev.azure.com", "https://dev.azure.com/contoso/p/_git/r", "https://dev.azure.com/fabrikam/p/_git/r",
		"https://alice@dev.azure.com/fabrikam/p", "https://bob@dev.azure.com/fabrikam/p",
		"https://contoso.visualstudio.com/p/_git/r", "https://fabrikam.visualstudio.com/p/_git/r",
	}
	others = []string{
		"https://github.com/o/r", "http://bob@dev.azure.com/contoso", "http://dev.azure.com/contoso", "https://dev.azure.com.example/contoso",
		"https://a.b.visualstudio.com/p", "https://tfs.example/tfs/c/p",
	}
)

func (w *world) allCalled(urls []string) map[string]string {
	called := map[string]string{}
	for _, url := range urls {
		called[url] = w.called(url)
	}
	return called
}

func TestWhatWasInForceIsInForceAgainAfterwards(t *testing.T) {
	t.Parallel()
	for _, start := range starts {
		t.Run(start.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			fill := strings.NewReplacer("$BIN", w.file("bin"))
			w.program(`bin/My Tools/it's`, `printf '<%s>' "$0" "$@" >>"$LOG"; echo >>"$LOG"`)
			w.program(`bin/My Tools/it's "quoted"`, `exit 1`)
			for name, text := range map[string]string{"system": start.system, ".gitconfig": start.global, ".config/git/config": start.xdg, "more": start.included} {
				if text != "" {
					w.write(name, fill.Replace(text))
				}
			}
			listBefore := w.git("config", "--list", "--show-origin")
			calledBefore, othersBefore := w.allCalled(guarded), w.allCalled(others)
			filesBefore := w.read("system") + w.read(".gitconfig") + w.read(".config/git/config") + w.read("more")

			foretold := w.configure(configure.Options{DryRun: true})
			if diff := cmp.Diff(listBefore, w.git("config", "--list", "--show-origin")); diff != "" {
				t.Fatalf("a dry run changed the configuration:\n%s", diff)
			}
			first := w.configure(configure.Options{})
			if diff := cmp.Diff(lines(foretold), lines(first)); diff != "" {
				t.Errorf("the dry run foretold something else:\n%s", diff)
			}
			_, inForce, _ := strings.Cut(w.text(first), "\n  https://dev.azure.com ")
			says, _, _ := strings.Cut(strings.TrimLeft(inForce, " "), "\n")
			if want := strings.ReplaceAll(fill.Replace(start.says), w.dir, "HOME"); says != want {
				t.Errorf("the report says %q, want %q", says, want)
			}
			if diff := cmp.Diff(lines(first), w.understood(first)); diff != "" {
				t.Errorf("what is shown means something else to Git:\n%s", diff)
			}
			if len(first.Notices) > 0 {
				t.Errorf("it complains: %v", first.Notices)
			}

			for url, was := range calledBefore {
				now := w.called(url)
				inner, found := strings.CutPrefix(now, "ado-guard")
				if !found || strings.Contains(inner, "ado-guard") {
					t.Errorf("for %s Git asks the guard not first, or twice: %q", url, now)
				}
				if got, want := plain(inner), plain(was); got != want {
					t.Errorf("for %s the guard asks %q, but Git asked %q", url, got, want)
				}
			}
			if diff := cmp.Diff(othersBefore, w.allCalled(others)); diff != "" {
				t.Errorf("other hosts are touched:\n%s", diff)
			}

			files := w.read(".gitconfig") + w.read(".config/git/config")
			second := w.configure(configure.Options{})
			if len(second.Added)+len(second.Removed) > 0 || len(second.Standings) != len(first.Standings) || files != w.read(".gitconfig")+w.read(".config/git/config") {
				t.Errorf("the second time something changed:\n%s", w.text(second))
			}

			w.unconfigure(configure.Options{})
			if diff := cmp.Diff(listBefore, w.git("config", "--list", "--show-origin")); diff != "" {
				t.Errorf("after unconfigure the configuration is another:\n%s", diff)
			}
			if diff := cmp.Diff(calledBefore, w.allCalled(guarded)); diff != "" {
				t.Errorf("after unconfigure Git asks others:\n%s", diff)
			}
			filesAfter := w.read("system") + w.read(".gitconfig") + w.read(".config/git/config") + w.read("more")
			if !start.touched && filesAfter != filesBefore {
				t.Errorf("after unconfigure the files are others:\n%s", cmp.Diff(filesBefore, filesAfter))
			}
		})
	}
}

// plain is a log without the guard and its options: the inner helpers.
func plain(log string) string {
	var helpers []string
	for _, name := range strings.Split(log, ", ") {
		if name != "" && name != "ado-guard" && !strings.HasPrefix(name, "--") {
			helpers = append(helpers, name)
		}
	}
	return strings.Join(helpers, ", ")
}

// lines are a report's lines as shown, added after removed.
func lines(r configure.Report) []string {
	var shown []string
	for _, e := range r.Removed {
		shown = append(shown, "-"+e.Key()+"="+e.Value)
	}
	for _, e := range r.Added {
		shown = append(shown, "+"+e.Key()+"="+e.Value)
	}
	return shown
}

// understood are a report's lines as Git reads what is shown.
func (w *world) understood(r configure.Report) []string {
	w.t.Helper()
	shown, _, _ := strings.Cut(r.Format(report.Style{Width: 20}), "now in force")
	var file strings.Builder
	for _, line := range strings.Split(shown, "\n") {
		if strings.HasPrefix(line, "  ") {
			file.WriteString(line + "\n")
		}
	}
	w.write("shown", file.String())
	var read []string
	for _, entry := range strings.Split(strings.TrimSuffix(w.git("config", "--file", w.file("shown"), "--null", "--list"), "\x00"), "\x00") {
		read = append(read, "+"+strings.Replace(entry, "\n", "=", 1))
	}
	return read
}

func TestThreeSpellingsOfOnePatternAreOneScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential \"https://DEV.azure.com:443\"]\n\thelper = oauth\n[credential \"https://dev.azure.com/.\"]\n\thelper = other\n")
	if r := w.configure(configure.Options{}); len(r.Standings) != 2 || len(r.Added) != 5 {
		t.Errorf("the scopes are not the two standard ones:\n%s", w.text(r))
	}
	if got := w.called(repository); got != "ado-guard, oauth get, other get" {
		t.Errorf("Git asks %q", got)
	}
}
