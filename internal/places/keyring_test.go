package places

import (
	"context"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

func TestALookIntoTheKeyringLeavesOutWhatTheGuardWouldNotUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, config string
		entry        store.Entry
		want         bool
	}{
		{"a copy of what this helper holds", "ado-guard --helper store", store.Entry{Until: noon.Add(time.Hour), Source: "store"}, true},
		{"a copy of what another holds", "ado-guard --helper store", store.Entry{Until: noon.Add(time.Hour), Source: "manager"}, false},
		{"a credential from when the guard was alone", "ado-guard --helper store", store.Entry{}, false},
		{"a copy from when it was not", "ado-guard", store.Entry{Until: noon.Add(time.Hour), Source: "store"}, false},
		{"past its own end", "ado-guard", store.Entry{Expiry: noon.Add(-time.Second)}, false},
		{"before its own end", "ado-guard", store.Entry{Expiry: noon.Add(time.Second)}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := finder(t, config("credential.helper="+c.config, "credential.usehttppath=true"))
			c.entry.Host, c.entry.Username, c.entry.Password = "dev.azure.com", "ann", secret.New("p")
			if err := f.Copies.(*store.Copies).Save(t.Context(), "dev.azure.com/contoso", c.entry); err != nil {
				t.Fatal(err)
			}
			q, _ := f.Question(parse(t, organization))
			if found := q.Places[0].Look(t.Context()); found.Any() != c.want || !found.Expiry.Equal(c.entry.Expiry) && c.want {
				t.Errorf("found %+v", found)
			}
		})
	}
}

// judge says of every credential that it lives.
type judge struct{}

func (judge) Warm(context.Context, validate.Target) {}
func (judge) Judge(context.Context, validate.Target, validate.Credential) validate.Verdict {
	return validate.Verdict{State: validate.Live, Reason: validate.ReasonAccepted}
}

// What the guard itself keeps in its keyring, and would answer from it, a look shows;
// and only that.
func TestALookIntoTheKeyringShowsWhatTheGuardWouldAnswer(t *testing.T) {
	t.Parallel()
	const pat = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeff"
	for _, c := range []struct {
		name, config string
		store, get   string // URLs
		username     string // that was stored
		later        time.Duration
		want         string // whose password a look shows; "" for nobody's
		noPath       bool   // credential.useHttpPath is off
	}{
		{"alone", "ado-guard", repository, repository, "ann", 0, "ann", false},
		{"alone, for ever", "ado-guard", repository, repository, "ann", 1000 * time.Hour, "ann", false},
		{"alone, another repository", "ado-guard", repository, "https://dev.azure.com/Contoso/x/_git/y", "ann", 0, "ann", false},
		{"alone, another organization", "ado-guard", repository, "https://dev.azure.com/fabrikam", "ann", 0, "", false},
		{"alone, the organization for a username", "ado-guard", repository, "https://contoso@dev.azure.com/contoso", "ann", 0, "ann", false},
		{"alone, another account", "ado-guard", repository, "https://bob@dev.azure.com/contoso", "ann", 0, "", false},
		{"alone, at the older address", "ado-guard", "https://contoso.visualstudio.com/web/_git/web", "https://contoso.visualstudio.com", "ann", 0, "ann", false},
		{"which is another host", "ado-guard", "https://contoso.visualstudio.com/web/_git/web", repository, "ann", 0, "", false},
		{"alone, at a server", "ado-guard --host https://tfs.example/tfs", "https://tfs.example/tfs/Main/web/_git/web", "https://tfs.example/tfs/Main/web/_git/web", "ann", 0, "ann", false},
		{"alone, at a server, another path", "ado-guard --host https://tfs.example/tfs", "https://tfs.example/tfs/Main/web/_git/web", "https://tfs.example/tfs/Main/web/_git/x", "ann", 0, "", false},
		{"alone, and nothing is to be kept", "ado-guard --no-copy", repository, repository, "ann", 0, "", false},
		{"alone, no path told", "ado-guard", repository, repository, "ann@contoso.com", 0, "ann@contoso.com", true},
		{"alone, no path told, at the older address", "ado-guard", "https://contoso.visualstudio.com/web/_git/web", "https://contoso.visualstudio.com/x/_git/y", "ann", 0, "ann", true},
		{"no path told", "ado-guard --helper store", repository, repository, "ann@contoso.com", 0, "", true},
		{"a copy", "ado-guard --helper store", repository, repository, "ann", 0, "ann", false},
		{"a copy that has run out", "ado-guard --helper store", repository, repository, "ann", 9 * time.Hour, "", false},
		{"no copy", "ado-guard --helper store --no-copy", repository, repository, "ann", 0, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := noon
			state := store.Open(t.TempDir(), func() time.Time { return now }, zerolog.Nop())
			f := Finder{
				Config:  config("credential.helper="+c.config, "credential.usehttppath="+strconv.FormatBool(!c.noPath)),
				Program: func(value string) helper.Program { return program{value: value} },
				Copies:  store.NewCopies(&storetest.MapRing{}, state),
				Now:     func() time.Time { return now },
			}
			options, _ := configure.ParseGuard(c.config)
			guard := &helper.Guard{
				Wrapped: len(options.Helpers) > 0, NoCopy: options.NoCopy, Servers: f.servers([]asked{{guard: &options}}),
				Inner: func(context.Context, validate.Request) helper.Inner {
					in := helper.Inner{Topology: helper.Alone}
					for _, value := range options.Helpers {
						in.Topology, in.Programs = helper.Wrap, append(in.Programs, f.Program(value))
					}
					return in
				},
				Settings: func(context.Context) helper.Settings { return helper.DefaultSettings },
				Judge:    judge{}, Memory: state, Copies: f.Copies.(*store.Copies), Notices: notice.Printer{To: io.Discard},
				Now: f.Now, Trace: zerolog.Nop(),
			}
			stored, _ := f.Question(parse(t, c.store))
			var text strings.Builder
			stored.Request.With("username", c.username).With("password", pat).WriteTo(&text) //nolint:errcheck // a builder
			if err := guard.Handle(t.Context(), helper.ActionStore, strings.NewReader(text.String()), io.Discard); err != nil {
				t.Fatal(err)
			}
			now = now.Add(c.later)

			q, ok := f.Question(parse(t, c.get))
			if !ok {
				t.Fatal("no question")
			}
			got := ""
			if len(q.Places) > 0 && q.Places[0].IsKeyring() {
				found := q.Places[0].Look(t.Context())
				if found.Any() && found.Credential.Secret.Reveal() != pat || found.Err != nil {
					t.Errorf("found another secret, or %v", found.Err)
				}
				got = found.Credential.Username
			}
			if got != c.want {
				t.Errorf("a look shows %q's, want %q's", got, c.want)
			}
			var answer strings.Builder
			text.Reset()
			q.Request.WriteTo(&text) //nolint:errcheck // likewise
			if err := guard.Handle(t.Context(), helper.ActionGet, strings.NewReader(text.String()), &answer); err != nil {
				t.Fatal(err)
			}
			if answered := strings.Contains(answer.String(), "password="+pat); answered != (c.want != "") {
				t.Errorf("the guard answers: %v", answered)
			}
		})
	}
}
