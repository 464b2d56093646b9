package gitconfig_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// logging is the configuration value of a helper that answers nothing and logs
// that Git called it.
func logging(id int) string {
	return fmt.Sprintf(`helper = "!f() { echo %d >>\"$LOG\"; }; f"`, id)
}

// called returns the ids of the helpers that a real Git asks for url, in order.
func (h home) called(url string) string {
	log := filepath.Join(h.dir, "log")
	_ = os.Remove(log) // it may not be there yet
	h.git("url="+url+"\n\n", "credential", "fill")
	text, _ := os.ReadFile(log) // not there if no helper was asked
	return strings.Join(strings.Fields(string(text)), " ")
}

func (h home) predicted(url string) string {
	h.t.Helper()
	config, err := gitconfig.ReadOrigins(h.t.Context(), gitconfig.Git(h.dir, h.env()))
	if err != nil {
		h.t.Fatal(err)
	}
	var ids []string
	for _, helper := range config.CredentialHelpers(url) {
		ids = append(ids, strings.TrimSuffix(strings.TrimPrefix(helper.Value, "!f() { echo "), ` >>"$LOG"; }; f`))
	}
	return strings.Join(ids, " ")
}

func TestTheHelpersInForceAreThoseThatGitCalls(t *testing.T) {
	t.Parallel()
	patterns := []string{
		"", "", "https://dev.azure.com", "https://dev.azure.com/", "https://*.azure.com", "https://dev.azure.com/contoso",
		"https://dev.azure.com/fabrikam", "https://alice@dev.azure.com", "https://bob@dev.azure.com", "https://al%40ice@dev.azure.com",
		"dev.azure.com", "alice@dev.azure.com", "dev.azure.com/contoso", "/contoso", "/contoso/", "https://", "http://", "DEV.azure.com",
		"https://*.visualstudio.com", "https://contoso.visualstudio.com", "https://DEV.azure.com:443/./", "https://dev.azure.com:8080",
		"dev.azure.com:8080", "https://github.com", "https://dev.azure.com/a%20b", "dev.azure.com/a b",
	}
	urls := []string{
		"https://dev.azure.com", "https://dev.azure.com/contoso", "https://dev.azure.com/contoso/p/_git/r", "https://alice@dev.azure.com/contoso/",
		"https://al%40ice@dev.azure.com/x", "https://contoso.visualstudio.com/p", "https://dev.azure.com:8080/contoso", "http://dev.azure.com/contoso",
		"https://github.com/o/r", "https://dev.azure.com//contoso//", "https://dev.azure.com/a%20b", "https://dev.azure.com/%63ontoso",
	}
	r := rand.New(rand.NewPCG(5, 6))
	h := newHome(t)
	for range 60 {
		var file strings.Builder
		for id := range 2 + r.IntN(8) {
			line := logging(id)
			switch r.IntN(8) {
			case 0, 1:
				line = "helper ="
			case 2:
				line = "username = alice"
			}
			file.WriteString(section("credential", pick(r, patterns), line))
		}
		h.write(file.String())
		for range 3 {
			url := pick(r, urls)
			if got, want := h.predicted(url), h.called(url); got != want {
				t.Errorf("for %s the helpers are %q, but Git called %q, with\n%s", url, got, want, &file)
			}
		}
	}
}

func TestAPathThatGitDoesNotSendStillChoosesTheHelper(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(section("credential", "https://dev.azure.com/contoso", logging(1)))
	const url = "https://dev.azure.com/contoso/p/_git/r"
	if got, want := h.predicted(url), h.called(url); got != "1" || want != "1" {
		t.Errorf("the helpers are %q, Git called %q", got, want)
	}
}

func TestAConfiguredUsernameCountsForTheSchemelessPatternsAfterIt(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	alice := section("credential", "alice@dev.azure.com", logging(1))
	name := section("credential", "", "username = alice")
	const url = "https://dev.azure.com/contoso"
	for text, want := range map[string]string{name + alice: "1", alice + name: ""} {
		h.write(text)
		if got, real := h.predicted(url), h.called(url); got != want || real != want {
			t.Errorf("the helpers are %q, Git called %q, want %q", got, real, want)
		}
	}
}

func TestTheLastMatchWinsForTheOtherCredentialSettings(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(section("credential", "https://dev.azure.com/contoso", "useHttpPath = true", "username = carol") +
		section("credential", "https://dev.azure.com", "useHttpPath = off", "username = dave"))
	config, err := gitconfig.Read(t.Context(), gitconfig.Git(h.dir, h.env()))
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://dev.azure.com/contoso/p"
	if config.CredentialBool(url, "useHttpPath") {
		t.Error("useHttpPath is on, though a later match says off")
	}
	if user, _ := config.CredentialValue(url, "username"); user != "dave" {
		t.Errorf("username = %q", user)
	}
	if answer := h.git("url="+url+"\npassword=x\n\n", "credential", "fill"); strings.Contains(answer, "path=") || !strings.Contains(answer, "username=dave") {
		t.Errorf("Git disagrees: %q", answer)
	}
	if _, found := config.CredentialValue("https://github.com", "username"); found {
		t.Error("a setting for dev.azure.com is found for github.com")
	}
}

func TestAHelperKnowsWhereItIsConfigured(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(section("credential", "", "helper = manager") + section("credential", "https://dev.azure.com", "helper = cache --timeout=5"))
	config, err := gitconfig.ReadOrigins(t.Context(), gitconfig.Git(h.dir, h.env()))
	if err != nil {
		t.Fatal(err)
	}
	origin := "file:" + filepath.Join(h.dir, ".gitconfig")
	want := []gitconfig.Helper{
		{Value: "manager", Scope: "global", Origin: origin},
		{Value: "cache --timeout=5", Pattern: "https://dev.azure.com", Scope: "global", Origin: origin},
	}
	if diff := cmp.Diff(want, config.CredentialHelpers("https://dev.azure.com/contoso")); diff != "" {
		t.Error(diff)
	}
}

func TestARequestsURLIsWrittenAsGitWritesIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ protocol, host, path, username, want string }{
		{"https", "dev.azure.com", "", "", "https://dev.azure.com"},
		{"https", "dev.azure.com", "contoso/My Project/_git/r", "", "https://dev.azure.com/contoso/My%20Project/_git/r"},
		{"https", "tfs:8080", "tfs", "al/i@ce", "https://al%2Fi%40ce@tfs:8080/tfs"},
		{"https", "[::1]:8080", "a?b", "", "https://[::1]:8080/a%3Fb"},
	} {
		if got := gitconfig.CredentialURL(test.protocol, test.host, test.path, test.username); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestTheConfigurationIsReadAsGitSeesItWithEverythingGivenOnTheCommandLine(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write("[adoguard]\n\trecheckAfter = 5m\n\ttimeout = 3\n\tflag\n[other]\n\ttext = \"a\\nb\"\n")
	env := append(h.env(), "GIT_CONFIG_PARAMETERS='adoguard.timeout'='9s'", "GIT_CONFIG=/nonexistent")
	config, err := gitconfig.Read(t.Context(), gitconfig.Git(h.dir, env))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"recheckAfter": "5m", "timeout": "9s", "flag": "true"} {
		if got, _ := config.Get("adoguard", key); got != want {
			t.Errorf("adoguard.%s = %q, want %q", key, got, want)
		}
	}
	if got, _ := config.Get("other", "text"); got != "a\nb" {
		t.Errorf("a value of two lines came back as %q", got)
	}
	if _, found := config.Get("adoguard", "nothing"); found {
		t.Error("what is not there was found")
	}
}

func TestAFailureOfGitIsToldWithItsOwnWords(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write("[broken\n")
	_, err := gitconfig.Read(t.Context(), gitconfig.Git(h.dir, h.env()))
	if err == nil || !strings.Contains(err.Error(), "reading Git's configuration: ") || !strings.Contains(err.Error(), "bad config line 1") {
		t.Errorf("the error is %v", err)
	}

	gone := errors.New("no git here")
	_, err = gitconfig.Read(t.Context(), func(context.Context, ...string) ([]byte, error) { return nil, gone })
	if !errors.Is(err, gone) {
		t.Errorf("the error is %v", err)
	}
}
