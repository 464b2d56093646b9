package forget

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
)

func TestForgettingRemovesSaysSoAndProvesIt(t *testing.T) {
	t.Parallel()
	manager := func(accounts ...string) *vault {
		return &vault{byOrg: true, holds: map[string][]string{"dev.azure.com/contoso": accounts}}
	}
	for _, c := range []struct {
		name  string
		world func(*world)
		url   string
		gone  bool
		want  string
	}{
		{"nothing was kept", func(*world) {}, organization, true, `contoso
    keyring  held nothing
    manager  held nothing
  ✓ gone     nothing was kept: Git asks for a token when it needs one
`},
		{"a copy and what the helper holds", func(w *world) {
			w.helpers["manager"] = manager("ann@contoso.com:" + pat)
			w.keep("dev.azure.com/contoso", store.Entry{Host: "dev.azure.com", Username: "ann@contoso.com", Until: noon.Add(time.Hour)})
		}, repository, true, `contoso
  ✓ keyring  removed 1 account
  ✓ manager  removed the personal access token of ann@contoso.com
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"all accounts, whomever the URL names", func(w *world) {
			w.helpers["manager"] = manager("ann:"+pat, "bob:hunter2", "carol:"+jwt())
			w.keep("dev.azure.com/contoso", store.Entry{Host: "dev.azure.com", Username: "ann"})
			w.keep("dev.azure.com/contoso", store.Entry{Host: "dev.azure.com", Username: "bob", Until: noon.Add(-time.Hour)})
			w.keep("contoso.visualstudio.com", store.Entry{Host: "contoso.visualstudio.com", Username: "ann"})
		}, "https://dan@dev.azure.com/CONTOSO", true, `CONTOSO
  ✓ keyring  removed 3 accounts
  ✓ manager  removed the personal access token of ann, the password of bob, the Microsoft Entra access token of carol
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"at the older address too", func(w *world) {
			w.helpers["manager"] = &vault{holds: map[string][]string{"contoso.visualstudio.com/": {"ann:" + pat}, "dev.azure.com/contoso": {"bob:" + pat}}}
		}, "https://contoso.visualstudio.com", true, `contoso
    keyring  held nothing
  ✓ manager  removed the personal access token of ann, the personal access token of bob
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"under the name that Git had it by", func(w *world) {
			w.helpers["manager"] = &vault{holds: map[string][]string{"dev.azure.com/Contoso": {"ann:" + pat}}}
			w.state.Know(store.Known{Key: "contoso", Host: "dev.azure.com", Organization: "Contoso"})
			w.state.Know(store.Known{Key: "fabrikam", Host: "dev.azure.com", Organization: "fabrikam"})
		}, organization, true, `contoso
    keyring  held nothing
  ✓ manager  removed the personal access token of ann
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"what the guard keeps for the host, because Git names no organization", func(w *world) {
			w.config, w.noPath = []string{"ado-guard"}, true
			w.keep("dev.azure.com", store.Entry{Host: "dev.azure.com", Username: "ann@contoso.com"})
		}, organization, true, `contoso
  ✓ keyring  removed 1 account
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"of what it kept for the host once, what is known to be the organization's", func(w *world) {
			w.keep("dev.azure.com", store.Entry{Host: "dev.azure.com", Username: "ann@contoso.com"})
			other := store.Entry{Host: "dev.azure.com", Username: "bob@fabrikam.com", Password: secret.New("hunter2")}
			if err := w.copies.Save(w.t.Context(), "dev.azure.com", other); err != nil {
				w.t.Fatal(err)
			}
			w.state.Remember("contoso", w.state.Fingerprint(secret.New(pat)), store.Remembered{Finding: store.Live, Until: noon})
		}, organization, true, `contoso
  ✓ keyring  removed 1 account
    manager  held nothing
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"of what it kept for the host once, the account that is the organization's name", func(w *world) {
			w.keep("dev.azure.com", store.Entry{Host: "dev.azure.com", Username: "Contoso"})
			w.keep("dev.azure.com", store.Entry{Host: "dev.azure.com", Username: "fabrikam"})
		}, organization, true, `contoso
  ✓ keyring  removed 1 account
    manager  held nothing
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"a hidden username", func(w *world) { w.helpers["manager"] = manager(pat + ":" + pat) }, organization, true, `contoso
    keyring  held nothing
  ✓ manager  removed the personal access token of [hidden: longer than a user name]
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"every helper of the list", func(w *world) {
			w.config = []string{"ado-guard", "store", "oauth"}
			w.helpers["store"] = &vault{holds: map[string][]string{"dev.azure.com/contoso/web/_git/web": {"ann:" + pat}}}
		}, repository, true, `contoso
    keyring  held nothing
  ✓ store    removed the personal access token of ann
    oauth    keeps nothing: it asks you every time
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"without the guard and without a path", func(w *world) {
			w.config, w.noPath = []string{"manager", "store"}, true
			w.helpers["manager"] = manager("ann:" + pat)
			w.helpers["store"] = &vault{holds: map[string][]string{"dev.azure.com/": {"ann:" + pat}}}
		}, organization, true, `contoso
    keyring  held nothing
  ✓ manager  removed the personal access token of ann
  ✓ store    removed the personal access token of ann
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"the repositories of the current one's remotes", func(w *world) {
			w.config = []string{"store"}
			w.helpers["store"] = &vault{holds: map[string][]string{
				"dev.azure.com/contoso/web/_git/web": {"ann:" + pat}, "dev.azure.com/fabrikam/x/_git/x": {"bob:" + pat},
			}}
			w.remotes = []places.Remote{{Name: "origin", URL: repository}, {Name: "other", URL: "https://dev.azure.com/fabrikam/x/_git/x"}, {Name: "ssh", URL: "git@ssh.dev.azure.com:v3/contoso/web/web"}}
		}, organization, true, `contoso
    keyring  held nothing
  ✓ store    removed the personal access token of ann
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
		{"a store that holds another one for another path", func(w *world) {
			w.config = []string{"ado-guard --helper store"}
			w.helpers["store"] = &vault{holds: map[string][]string{"dev.azure.com/contoso/web/_git/web": {"ann:" + pat}, "dev.azure.com/": {"bob:" + pat}}}
		}, repository, true, `contoso
    keyring  held nothing
  ✓ store    removed the personal access token of ann
             → it still holds the personal access token of bob for another path of dev.azure.com; if that is this organization's, name its repository: git credential-ado-guard forget https://dev.azure.com/contoso/PROJECT/_git/REPOSITORY
  ✓ gone     nothing is left that is known to be this organization's
`},
		{"which is known to be this organization's", func(w *world) {
			w.config = []string{"ado-guard --helper store"}
			w.helpers["store"] = &vault{holds: map[string][]string{"dev.azure.com/": {"bob:" + pat}}}
			w.state.Remember("contoso", w.state.Fingerprint(secret.New(pat)), store.Remembered{Finding: store.Live, Until: noon})
		}, organization, false, `contoso
    keyring  held nothing
  ✗ store    still holds the personal access token of bob for another path of dev.azure.com
             → name its repository: git credential-ado-guard forget https://dev.azure.com/contoso/PROJECT/_git/REPOSITORY
             → remove the line with dev.azure.com from ~/.git-credentials, or from the file of its --file
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"no keyring here", func(w *world) { w.ring.Err = errors.New("there is no D-Bus session") }, organization, true, `contoso
    keyring  there is none that can be used here, and nothing was put into one
    manager  held nothing
  ✓ gone     nothing was kept: Git asks for a token when it needs one
`},
		{"no keyring any more", func(w *world) {
			w.keep("dev.azure.com/contoso", store.Entry{Host: "dev.azure.com", Username: "ann"})
			w.ring.Err = errors.New("there is no D-Bus session")
		}, organization, false, `contoso
  ✗ keyring  cannot be used, and dev.azure.com/contoso was put into it once
             → remove it by hand where the keyring works: secret-tool clear service ado-guard username dev.azure.com/contoso
    manager  held nothing
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"a helper that erases nothing", func(w *world) {
			w.helpers["manager"] = manager("ann:" + pat)
			w.helpers["manager"].mulish = true
		}, organization, false, `contoso
    keyring  held nothing
  ✗ manager  was told to erase the personal access token of ann, and still gives it
             → remove "git:https://dev.azure.com/contoso" by hand from the store that credential.credentialStore names
             → in OAuth mode, let go of the account: git-credential-manager azure-repos unbind contoso
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"on Windows, in OAuth mode", func(w *world) {
			w.goos, w.helpers["manager"] = "windows", manager("ann:"+jwt())
			w.helpers["manager"].mulish = true
		}, organization, false, `contoso
    keyring  held nothing
  ✗ manager  was told to erase the Microsoft Entra access token of ann, and still gives it
             → in OAuth mode, let go of the account: git-credential-manager azure-repos unbind contoso
             → remove "git:https://dev.azure.com/contoso" in the Windows Credential Manager (Windows Credentials), or with: cmdkey /delete:git:https://dev.azure.com/contoso
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"on macOS", func(w *world) {
			w.goos, w.helpers["manager"] = "darwin", manager("ann:"+pat)
			w.helpers["manager"].mulish = true
		}, organization, false, `contoso
    keyring  held nothing
  ✗ manager  was told to erase the personal access token of ann, and still gives it
             → remove it by hand: security delete-generic-password -s git:https://dev.azure.com/contoso
             → in OAuth mode, let go of the account: git-credential-manager azure-repos unbind contoso
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"a Windows helper in the Windows Subsystem for Linux", func(w *world) {
			const value = `/mnt/c/Program\ Files/Git/mingw64/bin/git-credential-manager.exe`
			w.config, w.helpers[value] = []string{value}, manager("ann:"+pat)
			w.helpers[value].mulish = true
		}, organization, false, `contoso
    keyring  held nothing
  ✗ manager  was told to erase the personal access token of ann, and still gives it
             → remove "git:https://dev.azure.com/contoso" in the Windows Credential Manager (Windows Credentials), or with: cmdkey /delete:git:https://dev.azure.com/contoso
             → in OAuth mode, let go of the account: git-credential-manager azure-repos unbind contoso
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"a helper that gives another one every time", func(w *world) { w.helpers["manager"] = &vault{ever: true} }, organization, false, `contoso
    keyring  held nothing
  ✗ manager  was told to erase the password of robot, and still gives it
             → remove "git:https://dev.azure.com/contoso" by hand from the store that credential.credentialStore names
             → remove "git:https://contoso.visualstudio.com" by hand from the store that credential.credentialStore names
             → in OAuth mode, let go of the account: git-credential-manager azure-repos unbind contoso
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"a helper that hangs", func(w *world) { w.config, w.helpers["cache"] = []string{"cache"}, &vault{hangs: true} }, organization, false, `contoso
    keyring  held nothing
  ✗ cache    was told to erase what it keeps, and cannot be looked into: it gave no answer within 30s
             → end it, with all that it holds: git credential-cache exit
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"a token in the URL of a remote", func(w *world) {
			w.remotes = []places.Remote{{Name: "origin", URL: "https://ann:" + pat + "@dev.azure.com/contoso/web/_git/web"}}
		}, organization, false, `contoso
    keyring  held nothing
    manager  held nothing
  ✗ url      a token stands in the URL of the remote origin, where anybody can read it
             → git remote set-url origin https://ann@dev.azure.com/contoso/web/_git/web
  ✗ left     a token may still be used: see above what is to be done by hand
`},
		{"a server", func(w *world) {
			w.config, w.noPath = []string{"ado-guard --host https://tfs.example/tfs --helper store"}, true
			w.helpers["store"] = &vault{holds: map[string][]string{"tfs.example/": {"ann:" + pat}}}
			w.keep("tfs.example", store.Entry{Host: "tfs.example", Username: "ann", Path: "tfs/Main/web/_git/web"})
			w.keep("tfs.example", store.Entry{Host: "tfs.example", Username: "bob", Path: "tfs/main"})
			w.keep("tfs.example", store.Entry{Host: "tfs.example", Username: "carol"})
			w.keep("tfs.example", store.Entry{Host: "tfs.example", Username: "dan", Path: "tfs/Other/web/_git/web"})
		}, "https://tfs.example/tfs/Main", true, `https://tfs.example/tfs/Main
  ✓ keyring  removed 3 accounts
  ✓ store    removed the personal access token of ann
  ✓ gone     nothing is left: the next Git command asks for a new token
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			got, gone := w.forget(c.url)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if gone != c.gone {
				t.Errorf("gone is %v", gone)
			}
			for _, hush := range []string{pat, jwt(), "hunter2"} {
				if strings.Contains(got, hush) {
					t.Error("a secret is shown")
				}
			}
		})
	}
}

func TestForgettingLeavesNothingOfTheOrganizationAndAllOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.helpers["manager"] = &vault{byOrg: true, holds: map[string][]string{"dev.azure.com/contoso": {"ann:" + pat}, "dev.azure.com/fabrikam": {"ann:" + pat}}}
	fp := w.state.Fingerprint(secret.New(pat))
	for _, name := range []string{"contoso", "fabrikam"} {
		w.keep("dev.azure.com/"+name, store.Entry{Host: "dev.azure.com", Username: "ann"})
		w.state.Know(store.Known{Key: name, Host: "dev.azure.com", Organization: name})
		w.state.Remember(name, fp, store.Remembered{Finding: store.Live, Proven: noon, Until: noon.Add(time.Hour)})
		w.state.Settle(name, fp, "ann", noon.Add(time.Hour))
	}
	if _, gone := w.forget(organization); !gone {
		t.Error("not gone")
	}
	if diff := cmp.Diff([]string{"dev.azure.com/fabrikam"}, w.copies.Items()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]store.Known{{Key: "fabrikam", Host: "dev.azure.com", Organization: "fabrikam"}}, w.state.KnownOrganizations()); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]bool{"contoso": false, "fabrikam": true} {
		if _, got := w.state.Recall(name, fp); got != want {
			t.Errorf("%s: a verdict is remembered: %v", name, got)
		}
		if got := w.state.Settled(name, fp, "ann"); got != want {
			t.Errorf("%s: it is settled: %v", name, got)
		}
		if got := len(w.helpers["manager"].holds["dev.azure.com/"+name]) > 0; got != want {
			t.Errorf("%s: the helper holds it: %v", name, got)
		}
	}
}

// deaf is a keyring that removes nothing.
type deaf struct{ *store.Copies }

func (deaf) Remove(context.Context, string, func(store.Entry) bool) (int, error) { return 1, nil }

func TestWhatIsStillInTheKeyringIsTold(t *testing.T) {
	t.Parallel()
	for goos, hand := range map[string]string{
		"linux":   "remove it by hand where the keyring works: secret-tool clear service ado-guard username dev.azure.com/contoso",
		"darwin":  "remove it by hand: security delete-generic-password -s ado-guard -a dev.azure.com/contoso",
		"windows": `remove "ado-guard:dev.azure.com/contoso" in the Windows Credential Manager (Windows Credentials), or with: cmdkey /delete:ado-guard:dev.azure.com/contoso`,
	} {
		w := newWorld(t)
		w.keep("dev.azure.com/contoso", store.Entry{Host: "dev.azure.com", Username: "ann"})
		f := w.forgetter()
		f.Copies, f.GOOS = deaf{w.copies}, goos
		q, _ := f.Finder.Question(parse(t, organization))
		r := f.Forget(t.Context(), q, nil)
		want := "contoso\n  ✗ keyring  it is still there\n             → " + hand + "\n"
		if got := (report.Style{Unicode: true}).Format(r.Section()); !strings.HasPrefix(got, want) || r.Gone() {
			t.Errorf("%s: gone is %v:\n%s", goos, r.Gone(), got)
		}
	}
}

func TestAHelperIsToldToEraseTheSameOnce(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]*vault{
		"mulish": {byOrg: true, mulish: true, holds: map[string][]string{"dev.azure.com/contoso": {"ann:" + pat}}},
		"hangs":  {byOrg: true, hangs: true},
	} {
		w := newWorld(t)
		w.helpers["manager"] = v
		w.forget(organization)
		told := 0
		for _, line := range v.told {
			if strings.HasPrefix(line, "erase dev.azure.com/contoso") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s: it was told %d times: %q", name, told, v.told)
		}
	}
}

func TestAnOrganizationThatIsNotGoneStaysKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.helpers["manager"] = &vault{byOrg: true, mulish: true, holds: map[string][]string{"dev.azure.com/contoso": {"ann:" + pat}}}
	w.state.Know(store.Known{Key: "contoso", Host: "dev.azure.com", Organization: "contoso"})
	if _, gone := w.forget(organization); gone {
		t.Error("gone")
	}
	if len(w.state.KnownOrganizations()) != 1 {
		t.Error("it is not known any more")
	}
}

func TestAHelperThatGoesByTheOrganizationIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.helpers["manager"] = &vault{byOrg: true, holds: map[string][]string{"dev.azure.com/contoso": {"ann:" + pat}}}
	w.remotes = []places.Remote{{Name: "origin", URL: repository}, {Name: "api", URL: "https://dev.azure.com/contoso/web/_git/api"}}
	w.forget(repository)
	if diff := cmp.Diff([]string{
		"get dev.azure.com/contoso ", "erase dev.azure.com/contoso ann", "get dev.azure.com/contoso ", "get contoso.visualstudio.com/ ",
	}, w.helpers["manager"].told); diff != "" {
		t.Error(diff)
	}
}
