package places

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAURLIsShownWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("a2b3", 13)
	for raw, want := range map[string]string{
		repository:                                  repository,
		"https://contoso@dev.azure.com/contoso":     "https://contoso@dev.azure.com/contoso",
		"https://ann:hush@dev.azure.com/contoso":    "https://ann@dev.azure.com/contoso",
		"https://:hush@dev.azure.com/contoso":       "https://dev.azure.com/contoso",
		"https://" + token + "@dev.azure.com/x":     "https://dev.azure.com/x",
		"https://" + token + ":@dev.azure.com/x":    "https://dev.azure.com/x",
		"https://ann:" + token + "@dev.azure.com/x": "https://ann@dev.azure.com/x",
		"https://ann:hu sh@dev.azure.com/x":         "dev.azure.com/x",
		"https://ann:h@u@s@h%zz@dev.azure.com/x":    "dev.azure.com/x",
		token + "@dev.azure.com/x":                  "dev.azure.com/x",
		"ann:" + token + "@dev.azure.com/x":         "dev.azure.com/x",
		"https:ann:" + token + "@dev.azure.com/x":   "dev.azure.com/x",
		"contoso": "contoso",
		"git@ssh.dev.azure.com:v3/contoso/web/web":        "ssh.dev.azure.com:v3/contoso/web/web",
		"https://dev.azure.com/contoso/\x1b[31m/x":        "https://dev.azure.com/contoso/\x1b[31m/x", // no URL to Go, and escaped when it is shown
		"https://dev.azure.com/contoso/%1b%5b31m/x":       "https://dev.azure.com/contoso/%1b%5b31m/x",
		"https://dev.azure.com/contoso/$(id);'x'&/_git/x": "https://dev.azure.com/contoso/%24%28id%29%3B%27x%27%26/_git/x",
		"https://dev.azure.com/contoso/m%20y/_git/x":      "https://dev.azure.com/contoso/m%20y/_git/x",
	} {
		if got := ShownText(raw); got != want {
			t.Errorf("%q is shown as %q, want %q", raw, got, want)
		}
	}
}

func TestSSHAddressesOfAzureDevOpsAreKnown(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]SSH{
		"git@ssh.dev.azure.com:v3/contoso/web/web":                   {"git@ssh.dev.azure.com:v3/contoso/web/web", "git@ssh.dev.azure.com", "contoso"},
		"git@SSH.dev.azure.com:v3/contoso/web/web":                   {"git@SSH.dev.azure.com:v3/contoso/web/web", "git@ssh.dev.azure.com", "contoso"},
		"contoso@vs-ssh.visualstudio.com:web/_ssh/web":               {"contoso@vs-ssh.visualstudio.com:web/_ssh/web", "contoso@vs-ssh.visualstudio.com", "contoso"},
		"contoso@vs-ssh.visualstudio.com:v3/contoso/web/web":         {"contoso@vs-ssh.visualstudio.com:v3/contoso/web/web", "contoso@vs-ssh.visualstudio.com", "contoso"},
		"ssh://git@ssh.dev.azure.com/v3/contoso/web/web":             {"ssh://git@ssh.dev.azure.com/v3/contoso/web/web", "git@ssh.dev.azure.com", "contoso"},
		"ssh://git@ssh.dev.azure.com:22/v3/contoso/web/web":          {"ssh://git@ssh.dev.azure.com:22/v3/contoso/web/web", "git@ssh.dev.azure.com", "contoso"},
		"ssh://git:hush@ssh.dev.azure.com/v3/contoso/web/web":        {"ssh://git@ssh.dev.azure.com/v3/contoso/web/web", "git@ssh.dev.azure.com", "contoso"},
		"ssh://contoso@vs-ssh.visualstudio.com:22/v3/contoso/web/ww": {"ssh://contoso@vs-ssh.visualstudio.com:22/v3/contoso/web/ww", "contoso@vs-ssh.visualstudio.com", "contoso"},
	} {
		if got, ok := ParseSSH(raw); !ok || got != want {
			t.Errorf("%q: %v, %+v", raw, ok, got)
		}
	}
	for _, raw := range []string{
		"$(id)@ssh.dev.azure.com:v3/contoso/web/web", "git@ssh.dev.azure.com:v3/$(id)/web/web", "git@ssh.dev.azure.com:v3",
		"", "git@github.com:contoso/web", "ssh.dev.azure.com:v3/contoso/web/web", "@ssh.dev.azure.com:v3/x", repository,
		"ssh://ssh.dev.azure.com/v3/contoso/web/web", "https://git@ssh.dev.azure.com/v3/contoso", "git@ssh.dev.azure.com.evil.example:v3/contoso/web/web",
	} {
		if got, ok := ParseSSH(raw); ok {
			t.Errorf("%q: %+v", raw, got)
		}
	}
}

func TestRemotesAreThoseThatGitTellsEachOnce(t *testing.T) {
	t.Parallel()
	git := func(_ context.Context, args ...string) ([]byte, error) {
		if strings.Join(args, " ") != "remote --verbose" {
			return nil, errors.New("git was asked for something else")
		}
		return []byte("mirror\tgit@ssh.dev.azure.com:v3/contoso/web/web (fetch)\n" +
			"mirror\tgit@ssh.dev.azure.com:v3/contoso/web/web (push)\n" +
			"origin\t" + repository + " (fetch) [blob:none]\n" +
			"origin\thttps://dev.azure.com/contoso/a (b)/_git/web (push)\n" +
			"empty\t\n"), nil
	}
	got, err := Remotes(t.Context(), git)
	want := []Remote{
		{"mirror", "git@ssh.dev.azure.com:v3/contoso/web/web"},
		{"origin", repository},
		{"origin", "https://dev.azure.com/contoso/a (b)/_git/web"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	nowhere := errors.New("not a git repository")
	if _, err := Remotes(t.Context(), func(context.Context, ...string) ([]byte, error) { return nil, nowhere }); !errors.Is(err, nowhere) {
		t.Errorf("outside a repository: %v", err)
	}
}
