package helper

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/store"
)

func TestAloneTheKeyringIsTheStore(t *testing.T) {
	w := newWorld(t, Alone)
	const extra = "password_expiry_utc=4000000000\noauth_refresh_token=refresh\n"
	w.do("store", contoso+given("L")+extra)
	w.azure["L"] = live
	expect(t, "answer", w.do("get", contoso), given("L")+extra)
	w.do("store", contoso+"username=bob\npassword=B\n")
	w.azure["B"] = live
	expect(t, "a second account", w.do("get", contoso+"username=bob\n"), "username=bob\npassword=B\n")
	expect(t, "the first one", w.do("get", contoso+"username=alice\n"), given("L")+extra)
	expect(t, "nobody of that name", w.do("get", contoso+"username=carol\n"), "")
	w.wait(365 * 24 * time.Hour)
	if w.do("get", contoso+"username=bob\n") == "" {
		t.Error("what is kept alone has run out")
	}
}

func TestAloneADeadTokenIsRemovedAndGitPrompts(t *testing.T) {
	w := newWorld(t, Alone)
	w.do("store", contoso+given("D"))
	w.azure["D"] = expired
	expect(t, "answer", w.do("get", contoso), "")
	expect(t, "items", len(w.ring.Items()), 0)
	if said := w.said(); !strings.Contains(said, "has expired") {
		t.Errorf("said %q", said)
	}
	w.do("store", contoso+given("N"))
	w.azure["N"] = live
	expect(t, "answer", w.do("get", contoso), given("N"))
}

func TestAServerIsKeptByItsPathAndGuardedOnlyWhenDeclared(t *testing.T) {
	w := newWorld(t, Alone)
	const repo = "protocol=https\nhost=tfs.example:8443\npath=tfs/Main/p/_git/r\n"
	w.do("store", repo+given("S"))
	expect(t, "not declared", len(w.ring.Items()), 0)
	w.declare("https://tfs.example:8443/tfs")
	w.do("store", repo+given("S"))
	w.azure["S"] = live
	expect(t, "declared", w.do("get", repo), given("S"))
	expect(t, "another repository", w.do("get", strings.Replace(repo, "_git/r", "_git/other", 1)), "")
}

func TestEmptyUsernamesAndSecretsAreKept(t *testing.T) {
	w := newWorld(t, Alone)
	w.do("store", contoso+"username=\npassword=\n")
	expect(t, "answer", w.do("get", contoso), "username=\npassword=\n")
	expect(t, "asked", w.asked(), nil)
}

func TestAloneACredentialWithoutAnOrganizationIsKeptByItsHost(t *testing.T) {
	const nowhere = "protocol=https\nhost=dev.azure.com\n"
	w := newWorld(t, Alone)
	w.do("store", nowhere+"username=alice@contoso.example\npassword=L\n")
	expect(t, "answer", w.do("get", nowhere), "username=alice@contoso.example\npassword=L\n")
	expect(t, "asked", w.asked(), nil)
	w.do("erase", nowhere)
	expect(t, "erased", w.do("get", nowhere), "")
}

// Git asks for no username, prompts, and stores what a person typed: which may look
// like an organization.
func TestAloneATypedUsernameIsNoOrganization(t *testing.T) {
	const nowhere = "protocol=https\nhost=dev.azure.com\n"
	w := newWorld(t, Alone)
	w.do("store", nowhere+given("L"))
	expect(t, "answer", w.do("get", nowhere), given("L"))
	expect(t, "another account", w.do("get", nowhere+"username=bob\n"), "")
	w.do("store", nowhere+"username=bob\npassword=B\n")
	expect(t, "the other account", w.do("get", nowhere+"username=bob\n"), "username=bob\npassword=B\n")
	w.do("erase", nowhere+"username=bob\npassword=B\n")
	expect(t, "erased", w.do("get", nowhere+"username=bob\n"), "")
	expect(t, "the first one", w.do("get", nowhere+"username=alice\n"), given("L"))
}

func TestAloneAUsernameThatIsTheOrganizationIsGuarded(t *testing.T) {
	const guess = "protocol=https\nhost=dev.azure.com\nusername=contoso\n"
	w := newWorld(t, Alone)
	w.do("store", guess+"password=D\n")
	w.azure["D"] = live
	expect(t, "answer", w.do("get", guess), "username=contoso\npassword=D\n")
	w.do("store", guess+"password=D\n")
	w.wait(DefaultSettings.RecheckAfter)
	w.azure["D"] = expired
	expect(t, "expired", w.do("get", guess), "")
	expect(t, "items", len(w.ring.Items()), 0)
	w.said()
	w.do("store", guess+"password=D\n")
	if said := w.said(); !strings.Contains(said, "although Git took the answer for a success") {
		t.Errorf("said %q", said)
	}
	expect(t, "items", len(w.ring.Items()), 0)
}

func TestADeathRemovesNoOtherAccount(t *testing.T) {
	w := newWorld(t, Alone)
	w.do("store", contoso+"username=bob\npassword=B\n")
	w.do("store", contoso+given("D"))
	w.azure["D"], w.azure["B"] = expired, live
	expect(t, "answer", w.do("get", contoso+"username=alice\n"), "")
	expect(t, "the other account", w.do("get", contoso), "username=bob\npassword=B\n")
}

func TestAloneWithoutACopyNothingIsKept(t *testing.T) {
	w := newWorld(t, Alone)
	w.noCopy = true
	w.do("store", contoso+given("L"))
	expect(t, "items", len(w.ring.Items()), 0)
	expect(t, "answer", w.do("get", contoso), "")
}

// locked is a keyring that may be read and not changed.
type locked struct{ Copies }

func (locked) Remove(context.Context, string, func(store.Entry) bool) (int, error) {
	return 0, errors.New("it is locked")
}

func TestAloneADeadTokenThatStaysInTheKeyringIsTold(t *testing.T) {
	w := newWorld(t, Alone)
	w.do("store", contoso+given("D"))
	w.azure["D"] = expired
	g := w.guard()
	g.Copies = locked{g.Copies}
	var out strings.Builder
	if err := g.Handle(t.Context(), "get", strings.NewReader(contoso), &out); err != nil {
		t.Fatal(err)
	}
	expect(t, "answer", out.String(), "")
	if said := w.said(); !strings.Contains(said, "could not be removed: it is locked") || strings.Contains(said, "is removed") {
		t.Errorf("said %q", said)
	}
}
