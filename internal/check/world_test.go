package check

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

const (
	pat          = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeff"
	otherPAT     = "zzzzzzzzzzbbbbbbbbbbccccccccccddddddddddeeeeeeeeeeff"
	organization = "https://dev.azure.com/contoso"
	repository   = "https://dev.azure.com/contoso/web/_git/web"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is what a checker sees.
type world struct {
	t        *testing.T
	config   []string          // values of credential.helper
	path     bool              // credential.useHttpPath
	holds    map[string]string // "ann:secret", by helper
	verdict  validate.Verdict
	health   validate.Health
	settings helper.Settings
	off      bool
	ring     *storetest.MapRing
	copies   *store.Copies
	state    *store.State
	judged   []validate.Target
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, config: []string{"ado-guard --helper manager"}, path: true, holds: map[string]string{"manager": "ann@contoso.com:" + pat},
		settings: helper.DefaultSettings, ring: &storetest.MapRing{},
	}
	w.state = store.Open(t.TempDir(), func() time.Time { return noon }, zerolog.Nop())
	w.copies = store.NewCopies(w.ring, w.state)
	return w
}

func (w *world) Judge(_ context.Context, t validate.Target, c validate.Credential) validate.Verdict {
	w.judged = append(w.judged, t)
	return w.verdict
}

func (w *world) Health(context.Context) (validate.Health, error) {
	if w.health.Overall == "" {
		return w.health, errors.New("no answer")
	}
	return w.health, nil
}

func (w *world) check(subjects ...string) Report {
	w.t.Helper()
	entries := []gitconfig.Entry{}
	for _, value := range w.config {
		entries = append(entries, gitconfig.Entry{Section: "credential", Name: "helper", Value: value, HasValue: true})
	}
	if w.path {
		entries = append(entries, gitconfig.Entry{Section: "credential", Name: "usehttppath", HasValue: false})
	}
	finder := places.Finder{Config: gitconfig.New(entries), Program: w.program, Copies: w.copies, Now: func() time.Time { return noon }}
	var all Selection
	for _, raw := range subjects {
		name, address, named := strings.Cut(raw, " ")
		if !named {
			name, address = "", name
		}
		if !all.Add(finder, name, address) {
			w.t.Fatalf("%s is not at Azure DevOps", raw)
		}
	}
	c := Checker{
		Judge: w, Memory: w.state, Settings: w.settings, Off: w.off,
		Now: func() time.Time { return noon }, Wait: func(string) func() { return func() {} },
	}
	return c.Check(w.t.Context(), all)
}

// program is a helper that holds what the world says. Nobody may tell it anything.
func (w *world) program(value string) helper.Program { return program{w, value} }

type program struct {
	*world
	value string
}

func (p program) Value() string { return p.value }

func (p program) Run(_ context.Context, action string, request helper.Message, quiet bool) (helper.Message, error) {
	if action != helper.ActionGet || !quiet {
		p.t.Errorf("%s was run to %s", p.value, action)
	}
	place := p.value
	if p.path && !request.Has("path") {
		place += " for any path"
	}
	username, password, ok := strings.Cut(p.holds[place], ":")
	if !ok {
		return helper.Message{}, errors.New("exit status 255")
	}
	return helper.Message{}.With("username", username).WithSecret("password", secret.New(password)), nil
}

// answers makes those of the probes: "connection 401 rejected TF400813".
func answers(lines ...string) []validate.Answer {
	var all []validate.Answer
	for _, line := range lines {
		w := strings.SplitN(line, "|", 4)
		a := validate.Answer{Probe: validate.Probe(w[0]), URL: "https://" + map[string]string{
			"connection": "dev.azure.com/x", "repository": "dev.azure.com/y", "profile": "vssps.dev.azure.com/z", "status": "status.dev.azure.com/s",
		}[w[0]], Reason: validate.Reason(w[2]), Detail: w[3]}
		for e := range validate.Unhealthy + 1 {
			if e.String() == w[1] {
				a.Evidence = e
			}
		}
		fmt.Sscanf(w[3], "%d", &a.Status) //nolint:errcheck // no status is 0
		if a.Probe == validate.Status {
			a.Status = 200
		}
		all = append(all, a)
	}
	return all
}

var (
	lives   = answers("connection|lives|accepted|200", "repository|nothing|the repository can be read all the same|200", "profile|lives|accepted|200")
	expired = answers("connection|expired|expired|401", "repository|rejected|rejected|401", "profile|expired|expired|401")
)

func decided(all []validate.Answer) validate.Verdict {
	return validate.Decide(validate.Target{Organization: "contoso", Sure: true}, all)
}

// compare compares an output with what a file says it should be.
func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// provenLive remembers that the token was proven live.
func (w *world) provenLive(at time.Time) {
	w.state.Remember("contoso", w.state.Fingerprint(secret.New(pat)), store.Remembered{
		Finding: store.Live, Proven: at, Until: at.Add(5 * time.Minute),
	})
}

// keep puts an entry into the keyring.
func (w *world) keep(e store.Entry) {
	w.t.Helper()
	e.Host = "dev.azure.com"
	if err := w.copies.Save(w.t.Context(), "dev.azure.com/contoso", e); err != nil {
		w.t.Fatal(err)
	}
}

// jwt is an access token that ends at a time.
func jwt(end time.Time) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"alg":"none"}`) + "." + part(fmt.Sprintf(`{"exp":%d}`, end.Unix())) + "." + part("x")
}
