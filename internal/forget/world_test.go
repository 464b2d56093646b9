package forget

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
)

const (
	pat          = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeff"
	organization = "https://dev.azure.com/contoso"
	repository   = "https://dev.azure.com/contoso/web/_git/web"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is what a forgetter sees.
type world struct {
	t       *testing.T
	config  []string          // values of credential.helper
	noPath  bool              // credential.useHttpPath is off
	helpers map[string]*vault // by their values
	ring    *storetest.MapRing
	copies  *store.Copies
	state   *store.State
	goos    string
	now     time.Time
	remotes []places.Remote
}

// vault is a helper that holds credentials by host and path, "user:secret" each.
type vault struct {
	holds  map[string][]string
	mulish bool // it erases nothing
	ever   bool // it has another one every time
	hangs  bool
	byOrg  bool     // like Git Credential Manager, it goes by the organization
	told   []string // what it was told to do, and for which account
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, config: []string{"ado-guard --helper manager"}, helpers: map[string]*vault{}, ring: &storetest.MapRing{}, goos: "linux", now: noon}
	w.state = store.Open(t.TempDir(), func() time.Time { return w.now }, zerolog.Nop())
	w.copies = store.NewCopies(w.ring, w.state)
	return w
}

func (w *world) finder() places.Finder {
	var entries []gitconfig.Entry
	for _, value := range w.config {
		entries = append(entries, gitconfig.Entry{Section: "credential", Name: "helper", Value: value, HasValue: true})
	}
	if !w.noPath {
		entries = append(entries, gitconfig.Entry{Section: "credential", Name: "usehttppath"})
	}
	return places.Finder{
		Config: gitconfig.New(entries), Program: w.program, Copies: w.copies, All: true,
		Now: func() time.Time { return w.now },
	}
}

func (w *world) forgetter() Forgetter {
	return Forgetter{Finder: w.finder(), Copies: w.copies, Memory: w.state, GOOS: w.goos, Wait: func(string) func() { return func() {} }}
}

func parse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (w *world) forget(raw string) (text string, gone bool) {
	w.t.Helper()
	f := w.forgetter()
	q, ok := f.Finder.Question(parse(w.t, raw))
	if !ok {
		w.t.Fatalf("%s is no URL of Azure DevOps", raw)
	}
	r := f.Forget(w.t.Context(), q, w.remotes)
	return report.Style{Unicode: true}.Format(r.Section()), r.Gone()
}

func (w *world) program(value string) helper.Program {
	if w.helpers[value] == nil {
		w.helpers[value] = &vault{}
	}
	return program{w, value, w.helpers[value]}
}

type program struct {
	*world
	value string
	*vault
}

func (p program) Value() string { return p.value }

func (p program) Run(_ context.Context, action string, request helper.Message, quiet bool) (helper.Message, error) {
	key := request.Get("host") + "/" + request.Get("path")
	if p.byOrg {
		first, _, _ := strings.Cut(request.Get("path"), "/")
		key = request.Get("host") + "/" + strings.ToLower(first)
	}
	p.told = append(p.told, action+" "+key+" "+request.Get("username"))
	if !quiet {
		p.t.Errorf("%s was run to %s, and might prompt", p.value, action)
	}
	if p.hangs {
		p.now = p.now.Add(30 * time.Second)
		return helper.Message{}, errors.New("signal: killed")
	}
	if p.ever {
		return helper.Message{}.With("username", "robot").WithSecret("password", secret.New(strings.Repeat("x", len(p.told)))), nil
	}
	held := p.holds[key]
	switch {
	case action == helper.ActionErase && !p.mulish && len(held) > 0:
		p.holds[key] = held[1:]
	case action == helper.ActionGet && len(held) > 0:
		username, password, _ := strings.Cut(held[0], ":")
		return helper.Message{}.With("username", username).WithSecret("password", secret.New(password)), nil
	}
	return helper.Message{}, errors.New("exit status 255")
}

// keep puts an entry into an item of the keyring.
func (w *world) keep(item string, e store.Entry) {
	w.t.Helper()
	e.Password = secret.New(pat)
	if err := w.copies.Save(w.t.Context(), item, e); err != nil {
		w.t.Fatal(err)
	}
}

// jwt is an access token.
func jwt() string {
	part := base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1}`))
	return part + "." + part + "." + part
}
