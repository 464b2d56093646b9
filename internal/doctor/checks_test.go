package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// check is a row of a table: what a check says first.
func first(t *testing.T, name string, found []Finding, want string) {
	t.Helper()
	got := "nothing"
	if len(found) > 0 {
		got = found[0].Mark.String() + ": " + found[0].Text
	}
	if !strings.HasPrefix(got, want) {
		t.Errorf("%s\n got %s\nwant %s", name, got, want)
	}
}

func TestGitsVersionSaysWhatItBrings(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"2.47.1":                  "ok: 2.47.1 gives",
		"2.46.0":                  "ok: 2.46.0 gives",
		"2.46.0-rc1":              "ok: 2.46.0-rc1 gives",
		"3.0.0":                   "ok: 3.0.0 gives",
		"2.45.2.windows.1":        "warning: 2.45.2.windows.1 is older than 2.46",
		"2.39.5 (Apple Git-154)":  "warning: 2.39.5 (Apple Git-154) is older than 2.46",
		"2.26.0":                  "warning: 2.26.0 is older than 2.46",
		"2.25.1":                  "problem: 2.25.1 is older than 2.26",
		"1.8.3.1":                 "problem: 1.8.3.1 is older than 2.26",
		"2.46":                    "ok: 2.46 gives",
		"":                        `warning: its version cannot be read: ""`,
		"two":                     `warning: its version cannot be read: "two"`,
		"2.x":                     `warning: its version cannot be read: "2.x"`,
		"99999999999999999999.0.": `warning: its version cannot be read`,
	} {
		first(t, version, git{version: version}.findings(), want)
	}
	first(t, "missing", git{versionErr: fmt.Errorf("git version: %w", exec.ErrNotFound)}.findings(), "problem: git is not found on PATH")
	first(t, "crashing", git{versionErr: errors.New("exit status 139")}.findings(), "problem: git cannot be run: exit status 139")
	found := git{version: "2.47.1", configErr: errors.New("reading Git's configuration: git config: exit status 128:\nfatal: bad config line 1 in file /home/ann/.gitconfig")}.findings()
	if len(found) != 2 || found[1].Text != "reading Git's configuration: git config: exit status 128: fatal: bad config line 1 in file /home/ann/.gitconfig" {
		t.Errorf("a broken configuration is told as %v", texts(found))
	}
}

func TestAnOldGitIsReadWithoutKnowingWhereThingsStand(t *testing.T) {
	t.Parallel()
	g := askGit(t.Context(), func(_ context.Context, args ...string) ([]byte, error) {
		switch strings.Join(args, " ") {
		case "version":
			return []byte("git version 2.20.1\n"), nil
		case "config --list -z":
			return []byte("credential.helper\nstore\x00"), nil
		}
		return nil, errors.New("error: unknown option")
	})
	if helpers := g.config.CredentialHelpers("https://dev.azure.com"); g.configErr != nil || len(helpers) != 1 {
		t.Errorf("the helpers are %v (%v)", helpers, g.configErr)
	}
}

func TestAGitThatHangsIsWaitedForInVainForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := askGit(t.Context(), func(ctx context.Context, _ ...string) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() })
		first(t, "hanging", g.findings(), "problem: git cannot be run: it gave no answer within 5s")
	})
}

func TestGitFindsTheGuardOnce(t *testing.T) {
	t.Parallel()
	const own, far, core = "/home/ann/bin/git-credential-ado-guard", "/usr/bin/git-credential-ado-guard", "/usr/lib/git-core/git-credential-ado-guard"
	for _, c := range []struct {
		name       string
		programs   files
		executable string
		byName     bool
		want       string
	}{
		{"one", files{own: "a"}, own, true, "ok: " + own},
		{"Git's own folder comes first", files{own: "a", core: "a"}, own, true, "ok: " + core},
		{"the same twice", files{own: "a", far: "a"}, far, true, "ok: " + own},
		{"different copies", files{own: "a", far: "b"}, own, true, "warning: there are different copies of the guard, of which Git runs " + own},
		{"another than this", files{far: "b", "/opt/x": "a"}, "/opt/x", true, "warning: Git runs " + far + ", which is another program than the one that says this (/opt/x)"},
		{"none, and it is called by its name", files{"/opt/x": "a"}, "/opt/x", true, "problem: git-credential-ado-guard is neither"},
		{"none, and it is called by its path", files{"/opt/x": "a"}, "/opt/x", false, "warning: git-credential-ado-guard is neither"},
	} {
		w := World{OS: "linux", Files: c.programs, Environ: func(string) (string, bool) { return "/home/ann/bin::/usr/bin:/home/ann/bin/", true }}
		first(t, c.name, programFindings(newSearch(w, "/usr/lib/git-core"), c.executable, c.byName), c.want)
	}
}

func TestTheGuardsPlaceAmongTheHelpers(t *testing.T) {
	t.Parallel()
	const guard = "credential.https://dev.azure.com.helper=\n\t\tglobal /g credential.https://dev.azure.com.usehttppath=true\n\t\tglobal /g credential.https://dev.azure.com.helper="
	for _, c := range []struct{ name, config, want string }{
		{"in front", "global /g " + guard + "ado-guard --helper manager --helper store", "ok: https://dev.azure.com: ado-guard in front of manager, then store"},
		{"in a chain", "global /g " + guard + "ado-guard\nglobal /g credential.helper=manager", "ok: https://dev.azure.com: ado-guard first, then manager"},
		{"alone", "global /g " + guard + "ado-guard", "ok: https://dev.azure.com: ado-guard alone, which keeps tokens in the keyring"},
		{"alone without a keyring", "global /g " + guard + "ado-guard --no-copy", "ok: https://dev.azure.com: ado-guard alone, and no token is kept"},
		{"in front of a shell command", "global /g " + guard + "ado-guard --helper '!f() { echo password=x; }; f'", "ok: https://dev.azure.com: ado-guard in front of a shell command (!f() …)"},
		{"by a path that is there", "global /g " + guard + `/opt/my\ tools/git-credential-ado-guard --helper manager`, "ok: "},
		{"by a path that is not there", "global /g " + guard + `/opt/gone/git-credential-ado-guard --helper manager`, "problem: https://dev.azure.com: Git is to run /opt/gone/git-credential-ado-guard, which is not there"},
		{"behind a system helper", "system /etc/gitconfig credential.helper=manager\nglobal /g credential.helper=ado-guard", "problem: another helper is asked before the guard for https://dev.azure.com: credential.helper=manager in /etc/gitconfig"},
		{"behind a shell command", "local /l credential.helper=!f() { echo password=x; }; f\nlocal /l credential.helper=ado-guard", "problem: another helper is asked before the guard for https://dev.azure.com: credential.helper=!f() … in /l"},
		{"twice", "global /g " + guard + "ado-guard --helper manager\nlocal .git/config credential.helper=ado-guard", "warning: the guard is asked twice for https://dev.azure.com"},
		{"without a path", "global /g credential.helper=ado-guard", "problem: Git does not tell the guard which organization is meant"},
		{"not there", "global /g credential.helper=store", "problem: the guard is not set up for https://dev.azure.com"},
	} {
		s := allIsWell()
		s.config = c.config
		g := askGit(t.Context(), s.git)
		all := standings(g.config, []place{{name: "https://dev.azure.com", url: "https://dev.azure.com"}})
		first(t, c.name, orderFindings(all, files{"/opt/my tools/git-credential-ado-guard": "guard"}), c.want)
	}
}

func TestWhatTheKeyringIsNeededFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		helpers []string // one for each place
		want    keeping
	}{
		{"no guard", []string{"manager", "store"}, unknown},
		{"no copies", []string{"manager", "ado-guard --no-copy --helper manager"}, nothing},
		{"copies", []string{"ado-guard --helper manager", "ado-guard --no-copy --helper manager"}, copies},
		{"tokens", []string{"ado-guard --helper manager", "ado-guard", "manager"}, tokens},
		{"nowhere to keep tokens", []string{"ado-guard --no-copy"}, nothing},
	} {
		var all []standing
		for _, value := range c.helpers {
			entries := []gitconfig.Entry{{Section: "credential", Name: "helper", Value: value, HasValue: true}}
			all = append(all, standings(gitconfig.New(entries), []place{{url: "https://dev.azure.com"}})...)
		}
		if got := keeps(all); got != c.want {
			t.Errorf("%s: %d", c.name, got)
		}
	}
}

func TestPlacesThatAreAlikeAreToldTogether(t *testing.T) {
	t.Parallel()
	s := allIsWell()
	s.config += "\nlocal .git/config credential.https://dev.azure.com/fabrikam.helper=store"
	g := askGit(t.Context(), s.git)
	var names [][]string
	for _, standing := range standings(g.config, []place{
		{name: "a", url: "https://dev.azure.com"}, {name: "b", url: "https://dev.azure.com/fabrikam"}, {name: "c", url: "https://x.visualstudio.com"},
	}) {
		names = append(names, standing.names())
	}
	if diff := cmp.Diff([][]string{{"a", "c"}, {"b"}}, names); diff != "" {
		t.Error(diff)
	}
}

func TestASettingThatMeansNothingIsTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		environ map[string]string
		entries []gitconfig.Entry
		want    []string
	}{
		{"defaults", nil, nil, []string{"ok: recheckAfter 5m, copyFor 8h, timeout 5s, erase proven"}},
		{"all set", map[string]string{"ADO_GUARD": "1"}, []gitconfig.Entry{setting("recheckafter", "90"), setting("copyfor", "0"), setting("timeout", "1h30m"), setting("erase", "never")},
			[]string{"ok: recheckAfter 1m30s, copyFor 0s, timeout 1h30m, erase never"}},
		{"unreadable", nil, []gitconfig.Entry{setting("timeout", "soon"), setting("erase", "yes")}, []string{
			`warning: adoguard.timeout has the value "soon", which means nothing here: 5s is used`, "durations are 300, 300s, 5m or 8h; adoguard.erase is proven, expired or never",
			`warning: adoguard.erase has the value "yes", which means nothing here: proven is used`, "durations are 300, 300s, 5m or 8h; adoguard.erase is proven, expired or never",
		}},
		{"unknown", nil, []gitconfig.Entry{setting("time-out", "3"), setting("time-out", "4"), {Section: "adoguard", Subsection: "sub", Name: "time", Value: "1"}}, []string{
			"warning: there is no setting adoguard.time-out, so it does nothing", "the settings are recheckAfter, copyFor, timeout, erase",
		}},
		{"off", map[string]string{"ADO_GUARD": "0"}, nil, []string{
			"problem: ADO_GUARD is 0 in this environment: the guard hands every token over unchecked", "unset ADO_GUARD",
		}},
		{"marked", map[string]string{"ADO_GUARD_INNER": "1"}, nil, []string{
			"problem: ADO_GUARD_INNER is set in this environment, by which the guard knows that it runs behind itself: it answers nothing", "unset ADO_GUARD_INNER",
		}},
	} {
		found, _ := settingFindings(gitconfig.New(c.entries), func(name string) (string, bool) { value, ok := c.environ[name]; return value, ok })
		if diff := cmp.Diff(c.want, texts(found)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func setting(name, value string) gitconfig.Entry {
	return gitconfig.Entry{Section: "adoguard", Name: name, Value: value, HasValue: true}
}

func TestAHelperIsJudgedByItsAnswer(t *testing.T) {
	t.Parallel()
	failed := errors.New("exit status")
	for _, c := range []struct {
		name        string
		answer      Answer
		late, there bool
		want        string
	}{
		{"holds", Answer{Credential: true}, false, true, "ok: manager answers, and holds a credential for contoso"},
		{"holds, then breaks", Answer{Credential: true, Exit: 134, Err: failed}, false, true, "ok: manager answers, and holds"},
		{"holds nothing", Answer{}, false, true, "ok: manager runs, and holds nothing for contoso"},
		{"holds nothing, and may not ask", Answer{Exit: 255, Err: failed}, false, true, "ok: manager runs, and holds nothing for contoso"},
		{"fails", Answer{Exit: 1, Err: failed}, false, true, "ok: manager runs"},
		{"crashes", Answer{Exit: 134, Err: failed}, false, true, "warning: manager ended with exit status 134 when it was asked"},
		{"is killed", Answer{Exit: -1, Err: failed}, false, true, "warning: manager was ended by a signal when it was asked"},
		{"hangs", Answer{Exit: -1, Err: failed}, true, true, "problem: manager gave no answer within 12s, and Git would wait for it as well"},
		{"is not there", Answer{Exit: 1, Err: failed}, false, false, "problem: manager is configured as a credential helper, and there is no such program"},
		{"gives nothing, from where nobody looked", Answer{Exit: 255, Err: failed}, false, false, "ok: manager runs"},
		{"is not there, says sh", Answer{Exit: 127, Err: failed}, false, true, "problem: manager is configured"},
		{"is built into Git", Answer{}, false, false, "ok: manager runs"},
	} {
		first(t, c.name, []Finding{helperFinding(behind{"manager", "https://dev.azure.com/contoso"}, c.answer, c.late, c.there)}, c.want)
	}
}

func TestAHelperThatAlwaysAsksIsNotAsked(t *testing.T) {
	t.Parallel()
	s := allIsWell()
	found := lookAtHelpers(t.Context(), s.world(), search{files: files{}}, []behind{{"oauth", "https://dev.azure.com"}})
	first(t, "oauth", found, "ok: oauth was not asked: it would open a browser")
	if len(s.looked) > 0 {
		t.Errorf("asked: %v", s.looked)
	}
}

func TestAHelpersProgramIsLookedFor(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"store --file ~/x": true, "manager": false, "!anything": true, "/opt/other": true, // sh will tell of these
	} {
		s := search{files: files{"/bin/git-credential-store": "x"}, folders: []string{"/bin"}}
		if got := s.has(value); got != want {
			t.Errorf("%s: %t", value, got)
		}
	}
}

func TestGitForWindowsHasAFolderMore(t *testing.T) {
	t.Parallel()
	w := World{OS: "windows", Files: files{"/git/mingw64/bin/git-credential-manager.exe": "x"}, Environ: func(string) (string, bool) { return "", false }}
	if s := newSearch(w, "/git/mingw64/libexec/git-core"); !s.has("manager") {
		t.Errorf("not found in %q", s.folders)
	}
}

func TestTheWindowsSubsystemForLinux(t *testing.T) {
	t.Parallel()
	windows := behind{value: `/mnt/c/Program\ Files/Git/mingw64/bin/git-credential-manager.exe`}
	for _, c := range []struct {
		name    string
		distro  string
		inner   []behind
		copied  bool
		present bool
		want    string
	}{
		{"elsewhere", "", []behind{windows}, false, true, "nothing"},
		{"a Windows helper, with a keyring", "Debian", []behind{windows}, true, true, "ok: /mnt/c/Program"},
		{"a Windows helper, without", "Debian", []behind{windows}, false, true, "warning: /mnt/c/Program"},
		{"a helper of its own", "Debian", []behind{{value: "libsecret"}}, false, true, "nothing"},
		{"none, though there is one", "Debian", nil, false, true, "warning: Git for Windows has Git Credential Manager, and it is not used here"},
		{"none", "Debian", nil, false, false, "nothing"},
	} {
		w := World{Environ: func(string) (string, bool) { return c.distro, c.distro != "" }, Files: files{}}
		if c.present {
			w.Files = files{managerOfWindows: "x"}
		}
		first(t, c.name, subsystemFindings(w, c.inner, c.copied), c.want)
	}
}

func TestTheKeyringIsJudgedByWhatItIsNeededFor(t *testing.T) {
	t.Parallel()
	noBus := errors.New("there is no D-Bus session")
	for _, c := range []struct {
		name  string
		spoil func(*fakeKeyring)
		need  keeping
		want  string
		works bool
	}{
		{"works", func(*fakeKeyring) {}, copies, "ok: takes a test entry, gives it back and removes it", true},
		{"works again", func(k *fakeKeyring) { k.hung = true }, copies, "ok: hung a while ago, and answers again", true},
		{"not used", func(k *fakeKeyring) { k.MapRing.Err = noBus }, nothing, "ok: is not used (--no-copy)", false},
		{"none, for copies", func(k *fakeKeyring) { k.MapRing.Err = noBus }, copies, "warning: cannot be used: there is no D-Bus session; so manager is started for every Git command", false},
		{"none, for tokens", func(k *fakeKeyring) { k.MapRing.Err = noBus }, tokens, "problem: cannot be used: there is no D-Bus session; nothing else keeps tokens", false},
		{"none, for no guard yet", func(k *fakeKeyring) { k.MapRing.Err = noBus }, unknown, "warning: cannot be used: there is no D-Bus session", false},
		{"alters", func(k *fakeKeyring) { k.alter = true }, copies, "problem: gives back something else than it was given", false},
		{"keeps", func(k *fakeKeyring) { k.keep = fmt.Errorf("removing: %w: read-only", store.ErrUnavailable) }, copies, "warning: does not remove the test entry: read-only", true},
		{"hangs, for copies", func(k *fakeKeyring) { k.Hang = true }, copies, "warning: did not answer within 8s, and is left alone for ten minutes", false},
		{"hangs, for tokens", func(k *fakeKeyring) { k.Hang = true }, tokens, "problem: did not answer within 8s, and is left alone for ten minutes", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ring fakeKeyring
				c.spoil(&ring)
				f, works := checkKeyring(t.Context(), &ring, c.need, []behind{{value: "manager"}}, "linux")
				first(t, c.name, []Finding{f}, c.want)
				if works != c.works {
					t.Errorf("works is %t", works)
				}
			})
		})
	}
}

func TestTheRemedyForAKeyringIsTheSystemsOwn(t *testing.T) {
	t.Parallel()
	for system, want := range map[string]string{"windows": "Credential Manager", "darwin": "login keychain", "linux": "gnome-keyring", "freebsd": "gnome-keyring"} {
		if f := noKeyring(errors.New("x"), copies, nil, system); !strings.Contains(f.Remedies[0], want) {
			t.Errorf("%s: %v", system, f.Remedies)
		}
	}
}

func TestAMissingStateDirectoryIsAProblem(t *testing.T) {
	t.Parallel()
	want := []string{
		"problem: nothing can be remembered, so every Git command is checked anew and a dead token may be stored again: mkdir /home/ann/.cache: permission denied",
		"make /home/ann/.cache/ado-guard a folder that is yours and closed to others, or remove it: the guard makes a new one",
	}
	err := fmt.Errorf("making the state directory: %w", &fs.PathError{Op: "mkdir", Path: "/home/ann/.cache", Err: fs.ErrPermission})
	if diff := cmp.Diff(want, texts([]Finding{memoryFinding(err, "/home/ann/.cache/ado-guard")})); diff != "" {
		t.Error(diff)
	}
	f := memoryFinding(errors.New("opening the state directory: \"\" is not an absolute path"), "")
	if f.Remedies[0] != "set HOME (on Windows LocalAppData) to a folder of yours" {
		t.Errorf("the remedy is %v", f.Remedies)
	}
}

func TestURLsAreTakenApart(t *testing.T) {
	t.Parallel()
	servers := []validate.Server{must(validate.ParseServer("https://tfs.example/tfs"))}
	for raw, want := range map[string]struct {
		kind  kind
		shown string
		url   string
	}{
		"https://dev.azure.com/contoso/_git/web":                          {guarded, "https://dev.azure.com/contoso/_git/web", "https://dev.azure.com/contoso/_git/web"},
		"https://contoso@dev.azure.com/contoso/My%20Web/_git/web":         {guarded, "https://contoso@dev.azure.com/contoso/My%20Web/_git/web", "https://contoso@dev.azure.com/contoso/My%20Web/_git/web"},
		"https://ann:pw@contoso.visualstudio.com/web/_git/web":            {guarded, "https://ann@contoso.visualstudio.com/web/_git/web", "https://ann@contoso.visualstudio.com/web/_git/web"},
		"https://tfs.example/tfs/DefaultCollection/_git/web":              {guarded, "https://tfs.example/tfs/DefaultCollection/_git/web", "https://tfs.example/tfs/DefaultCollection/_git/web"},
		"https://other.example/DefaultCollection/web/_git/web?x=y":        {unnamed, "https://other.example/DefaultCollection/web/_git/web", ""},
		"http://dev.azure.com/contoso/_git/web":                           {plainHTTP, "http://dev.azure.com/contoso/_git/web", ""},
		"http://other.example/DefaultCollection/web/_git/web":             {plainHTTP, "http://other.example/DefaultCollection/web/_git/web", ""},
		"git@ssh.dev.azure.com:v3/contoso/web/web":                        {overSSH, "git@ssh.dev.azure.com:v3/contoso/web/web", ""},
		"contoso@vs-ssh.visualstudio.com:v3/contoso/web/web":              {overSSH, "contoso@vs-ssh.visualstudio.com:v3/contoso/web/web", ""},
		"https://github.com/contoso/web":                                  {elsewhere, "https://github.com/contoso/web", ""},
		"ssh://git@github.com/contoso/web":                                {elsewhere, "ssh://git@github.com/contoso/web", ""},
		"https://contoso.pkgs.visualstudio.com/_packaging/x/npm/registry": {elsewhere, "https://contoso.pkgs.visualstudio.com/_packaging/x/npm/registry", ""},
	} {
		a, ok := parseAddress(raw, servers)
		if !ok || a.kind != want.kind || a.shown != want.shown || a.url != want.url {
			t.Errorf("%s is %d, %q, %q", raw, a.kind, a.shown, a.url)
		}
	}
	for _, raw := range []string{"", "web", "/srv/git/web", "../web", "git@github.com:contoso/web", `C:\work\web`, "file:///srv/web", "https://%zz"} {
		if a, ok := parseAddress(raw, servers); ok {
			t.Errorf("%q is taken for %+v", raw, a)
		}
	}
}

func TestAServersBaseIsGuessed(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://tfs.example/tfs/DefaultCollection/web/_git/web": "https://tfs.example/tfs",
		"https://tfs.example/TFS/_git/web":                       "https://tfs.example/TFS",
		"https://ado.example:8443/Collection/_git/web":           "https://ado.example:8443",
	} {
		if got := serverBase(url); got != want {
			t.Errorf("%s: %s", url, got)
		}
	}
}

func TestTheVeilHidesSecretsAndNothingElse(t *testing.T) {
	t.Parallel()
	pat := strings.Repeat("aB3", 25) + "aAZDO1234" // 84 characters
	for text, want := range map[string]string{
		"http.proxy=http://ann:hunter2@proxy:8080":                    "http.proxy=http://ann:[hidden]@proxy:8080",
		"https://" + pat + "@dev.azure.com/x":                         "https://[hidden]@dev.azure.com/x",
		"https://" + strings.Repeat("a-b.", 13) + "@dev.azure.com":    "https://[hidden]@dev.azure.com",
		"http.extraheader=AUTHORIZATION: bearer abc.def":              "http.extraheader=AUTHORIZATION: bearer [hidden]",
		"http.extraHeader holds an Authorization: Git does not":       "http.extraHeader holds an Authorization: Git does not",
		"!f() { echo password=hunter2; echo 'token = x'; }":           "!f() { echo password=[hidden]; echo 'token = [hidden]'; }",
		"credential.helper=vault --api-token hunter2 --path x":        "credential.helper=vault --api-token [hidden] --path x",
		"a JWT eyJhbGciOi.eyJzdWIiOiI.c2ln and a PAT " + pat + " end": "a JWT [hidden] and a PAT [hidden] end",
		"/home/ann/.gitconfig":                                        "~/.gitconfig",
		"/home/anna/.gitconfig":                                       "/home/anna/.gitconfig",
		"https://dev.azure.com/contoso":                               "https://dev.azure.com/contoso",
		"credential.https://dev.azure.com/.usehttppath=true":          "credential.https://dev.azure.com/.usehttppath=true",
		"http.sslcapath=/etc/ssl":                                     "http.sslcapath=/etc/ssl",
		"ssh -T git@ssh.dev.azure.com":                                "ssh -T git@ssh.dev.azure.com",
		"http://proxy:8080, and a mail to ann@contoso.example":        "http://proxy:8080, and a mail to ann@contoso.example",
	} {
		if got := (veil{home: "/home/ann/"}).over(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	if got := (veil{home: `C:\Users\ann`}).over(`C:\Users\ann\x and C:/Users/ann/.gitconfig`); got != `~\x and ~/.gitconfig` {
		t.Error(got)
	}
	if got := (veil{home: "/"}).over("/etc/gitconfig"); got != "/etc/gitconfig" {
		t.Error(got)
	}
}

func TestSpansAreWrittenAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		8 * time.Hour: "8h", 5 * time.Minute: "5m", 5 * time.Second: "5s", 90 * time.Second: "1m30s", 90 * time.Minute: "1h30m", 0: "0s", 10 * time.Minute: "10m",
	} {
		if got := span(d); got != want {
			t.Errorf("%d: %s", d, got)
		}
	}
}
