package inner

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Whatever attributes, orders and lists Git and an inner helper use: behind the
// guard the helper reads what Git wrote, and Git reads what the helper answered,
// byte for byte.
func TestAConversationThroughTheGuardIsVerbatim(t *testing.T) {
	dir := t.TempDir()
	asked, answer := filepath.Join(dir, "asked"), filepath.Join(dir, "answer")
	pipe := runner("", nil).Helper("!f() { cat >'" + asked + "'; cat '" + answer + "'; }; f")
	random := rand.New(rand.NewPCG(1, 2))

	for _, host := range []string{"github.com", "dev.azure.com"} {
		for range 150 {
			question := "protocol=https\nhost=" + host + "\npath=contoso/p/_git/r\n" + attributes(random, "\n")
			given := attributes(random, []string{"\n", "\r\n"}[random.IntN(2)]) + []string{"", "\n", "\n\nbehind the end\n"}[random.IntN(3)]
			write(t, answer, given)
			var out bytes.Buffer
			if err := guard(t, pipe).Handle(t.Context(), "get", strings.NewReader(question), &out); err != nil {
				t.Fatal(err)
			}
			if got := read(t, asked); got != question {
				t.Fatalf("Git wrote %q, the helper read %q", question, got)
			}
			want := asGitReads(given)
			if got := out.String(); got != want {
				t.Fatalf("the helper answered %q, Git read %q", want, got)
			}
		}
	}
}

// asGitReads is what Git reads of an answer: up to and with the first blank line.
func asGitReads(answer string) string {
	var b strings.Builder
	for row := range strings.Lines(answer) {
		b.WriteString(row)
		if strings.Trim(row, "\r\n") == "" {
			break
		}
	}
	return b.String()
}

// attributes makes up some attributes in some order, known and unknown ones.
func attributes(random *rand.Rand, end string) string {
	known := []string{"username", "password", "oauth_refresh_token", "wwwauth[]", "state[]", "authtype", "credential", "ephemeral", "path", "new-in-git-3", "list[]", "quit", "continue", ""}
	const letters = "abc=[]\\\"'$%&; \t\xff\xc3\xa9\x1b"
	var b strings.Builder
	for range random.IntN(12) {
		b.WriteString(known[random.IntN(len(known))])
		b.WriteByte('=')
		for range random.IntN(20) {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		b.WriteString(end)
	}
	return b.String()
}

// guard is one in front of a helper, with a judge that knows nothing.
func guard(t *testing.T, inner helper.Program) *helper.Guard {
	t.Helper()
	state := store.Open(t.TempDir(), time.Now, zerolog.Nop())
	return &helper.Guard{
		Wrapped: true,
		Inner: func(context.Context, validate.Request) helper.Inner {
			return helper.Inner{Topology: helper.Wrap, Programs: []helper.Program{inner}}
		},
		Settings: func(context.Context) helper.Settings { return helper.DefaultSettings },
		Judge:    ignorant{}, Memory: state, Copies: store.NewCopies(&storetest.MapRing{}, state),
		Notices: notice.Printer{To: &bytes.Buffer{}}, Now: time.Now, Trace: zerolog.Nop(),
	}
}

type ignorant struct{}

func (ignorant) Judge(context.Context, validate.Target, validate.Credential) validate.Verdict {
	return validate.Verdict{}
}
func (ignorant) Warm(context.Context, validate.Target) {}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path) // a file of the test's own
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
