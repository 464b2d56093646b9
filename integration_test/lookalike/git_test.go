package lookalike_test

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

// home is a person's home directory: Git there is led to the look-alike and
// keeps its passwords in a file.
type home struct {
	t   *testing.T
	dir string
}

// newHome makes a home where the stored password for dev.azure.com is secret.
func newHome(t *testing.T, s *lookalike.Server, secret string) home {
	h := home{t, t.TempDir()}
	h.write(".gitconfig", s.GitConfig()+"[user]\n\tname = Alice\n\temail = alice@contoso.example\n[credential]\n\thelper = store\n")
	if secret != "" {
		h.write(".git-credentials", "https://alice:"+secret+"@dev.azure.com\n")
	}
	return h
}

func (h home) write(name, text string) {
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h home) stored() string {
	text, err := os.ReadFile(filepath.Join(h.dir, ".git-credentials"))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// git runs Git, with the directory as its -C, and returns all that it printed.
func (h home) git(arguments ...string) (string, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "git", arguments...)
	command.Dir = h.dir
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + h.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"}
	output, err := command.CombinedOutput()
	return string(output), err
}

func (h home) mustGit(arguments ...string) string {
	h.t.Helper()
	output, err := h.git(arguments...)
	if err != nil {
		h.t.Fatalf("git %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return output
}

func TestRealGitWorksWithALivingToken(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	repository := s.Organization("contoso").Repository("web", "web")
	secret := s.Token("token", lookalike.Live).Secret()
	h := newHome(t, s, secret)
	h.write(".git-credentials", h.stored()+"https://alice:"+secret+"@contoso.visualstudio.com\n")

	h.mustGit("clone", repository.URL(), "web")
	h.mustGit("clone", repository.LegacyURL(), "legacy")
	if listed := h.mustGit("ls-remote", repository.URL()); !strings.Contains(listed, repository.Head("main")) {
		t.Errorf("ls-remote lists %s", listed)
	}

	big := make([]byte, 3<<20) // over http.postBuffer: a chunked request
	rand.Read(big)
	h.write("web/big", string(big))
	h.mustGit("-C", "web", "add", "big")
	h.mustGit("-C", "web", "commit", "-m", "Add something big")
	h.mustGit("-C", "web", "push")
	if pushed := strings.TrimSpace(h.mustGit("-C", "web", "rev-parse", "HEAD")); pushed != repository.Head("main") {
		t.Errorf("pushed %s, the repository has %s", pushed, repository.Head("main"))
	}

	repository.Commit("main", "more.txt", "more\n")
	repository.Commit("topic", "topic.txt", "a branch without history in common\n")
	h.mustGit("-C", "web", "pull")
	if _, err := os.Stat(filepath.Join(h.dir, "web", "more.txt")); err != nil {
		t.Errorf("after the pull: %v", err)
	}
	h.mustGit("-C", "legacy", "fetch")
	if topic := strings.TrimSpace(h.mustGit("-C", "legacy", "rev-parse", "origin/topic")); topic != repository.Head("topic") {
		t.Errorf("fetched %s, the repository has %s", topic, repository.Head("topic"))
	}
	if refused := s.Requests().At(lookalike.Refused); len(refused) > 0 {
		t.Errorf("Git asked for %v", refused)
	}
}

// TestGitMeetsADeadToken holds what Git does with each answer to a stored
// token: the reason for the guard.
func TestGitMeetsADeadToken(t *testing.T) {
	tests := map[string]struct {
		is     lookalike.Behaviour
		exit   bool   // Git succeeds
		says   string // a part of what Git prints
		stored bool   // the token is in the store afterwards
		pruned bool   // `fetch --prune` has deleted the remote-tracking branch
	}{
		"401":                            {lookalike.Revoked, false, "fatal: Authentication failed for 'https://dev.azure.com/contoso/web/_git/web/'", false, false},
		"401 as expired":                 {lookalike.Expired, false, "fatal: Authentication failed", false, false},
		"203 and the sign-in page":       {lookalike.Revoked.At(lookalike.Repository, lookalike.SignInPage), false, "not valid: is this a git repository?", true, false},
		"200 and the sign-in page":       {lookalike.Revoked.At(lookalike.Repository, lookalike.HTML200), false, "not valid: is this a git repository?", true, false},
		"302 to the sign-in host":        {lookalike.Revoked.At(lookalike.Repository, lookalike.SignInRedirect), false, "not valid: is this a git repository?", true, false},
		"302 to a page on the same host": {lookalike.Revoked.At(lookalike.Repository, lookalike.SignInHere), false, "not valid: is this a git repository?", true, false},
		"203 and nothing":                {lookalike.Revoked.At(lookalike.Repository, lookalike.Empty203), true, "", true, true},
		"200 and nothing":                {lookalike.Revoked.At(lookalike.Repository, lookalike.Empty200), true, "", true, true},
		"403":                            {lookalike.Forbidden, false, "The requested URL returned error: 403", true, false},
		"404":                            {lookalike.NotFound, false, "not found", true, false},
		"500":                            {lookalike.Error500, false, "The requested URL returned error: 500", true, false},
		"401 to the POST":                {lookalike.PostRejected, false, "HTTP 401", false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, lookalike.Live)
			repository := s.Organization("contoso").Repository("web", "web")
			secret := s.Token("token", lookalike.Live).Secret()
			h := newHome(t, s, secret)
			h.mustGit("clone", "--quiet", repository.URL(), "web")
			s.Token("token", test.is)
			repository.Commit("main", "more.txt", "more\n") // so that fetch has something to ask for

			output, err := h.git("-C", "web", "-c", "http.maxRetries=1", "fetch", "--prune")
			if (err == nil) != test.exit || !strings.Contains(output, test.says) {
				t.Errorf("git fetch: %v\n%s\nwant success %t and %q", err, output, test.exit, test.says)
			}
			if stored := strings.Contains(h.stored(), secret); stored != test.stored {
				t.Errorf("the token is stored: %t, want %t", stored, test.stored)
			}
			branches := h.mustGit("-C", "web", "for-each-ref", "refs/remotes/origin/main")
			if pruned := branches == ""; pruned != test.pruned {
				t.Errorf("the remote-tracking branch is gone: %t, want %t", pruned, test.pruned)
			}
			if hosts := s.Requests().Carrying("token").Hosts(); len(hosts) != 1 {
				t.Errorf("Git showed the token to %q", hosts)
			}
			// Git shows the token to a redirect's target on the same host only.
			resent := len(s.Requests().At(lookalike.SignIn).Carrying("token")) > 0
			if want := strings.HasSuffix(test.is.String(), lookalike.SignInHere.String()); resent != want {
				t.Errorf("the sign-in page saw the token: %t, want %t", resent, want)
			}
		})
	}
}

func TestGitAsksOnceWithoutTheTokenAndIsChallenged(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	h := newHome(t, s, s.Token("token", lookalike.Live).Secret())
	h.mustGit("ls-remote", s.Organization("contoso").Repository("web", "web").URL())
	asked := s.Requests().At(lookalike.Repository)
	if asked[0].Token != "" || asked[0].Status != 401 {
		t.Errorf("first: %v", asked[0])
	}
	if last := asked[len(asked)-1]; last.Token != "token" || last.Status != 200 {
		t.Errorf("last: %v", last)
	}
}

func TestAPublicRepositoryIsReadByAnybodyAndWrittenByNobody(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	repository := s.Organization("contoso").Repository("web", "web")
	repository.Publish()
	h := newHome(t, s, "")
	h.mustGit("clone", "--quiet", repository.URL(), "web")
	h.mustGit("-C", "web", "commit", "--allow-empty", "-m", "Nothing")
	if output, err := h.git("-C", "web", "push"); err == nil {
		t.Errorf("pushed without a token:\n%s", output)
	}
}

func TestAnUnknownRepositoryIsNotFound(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	h := newHome(t, s, s.Token("token", lookalike.Live).Secret())
	if output, err := h.git("ls-remote", "https://dev.azure.com/contoso/web/_git/other"); err == nil || !strings.Contains(output, "not found") {
		t.Errorf("ls-remote: %v\n%s", err, output)
	}
}
