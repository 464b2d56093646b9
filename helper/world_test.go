package helper

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// world is everything around a guard, in memory but for the state directory.
type world struct {
	t        *testing.T
	mu       sync.Mutex
	clock    time.Time
	azure    map[string]validate.Verdict // what Azure DevOps says of a secret; unknown of all others
	judged   []string                    // whom it was asked about
	inner    []*fakeHelper
	topology Topology
	settings Settings
	servers  []validate.Server
	ring     *storetest.MapRing
	state    *store.State
	stderr   *lockedBuffer
	noCopy   bool
	group    int
}

var (
	live     = validate.Verdict{State: validate.Live, Reason: validate.ReasonAccepted}
	expired  = validate.Verdict{State: validate.Dead, Reason: validate.ReasonExpired, Expired: true}
	rejected = validate.Verdict{State: validate.Dead, Reason: validate.ReasonRejected}
	outage   = validate.Verdict{State: validate.Unknown, Reason: validate.ReasonOutage}
)

func newWorld(t *testing.T, topology Topology, inner ...*fakeHelper) *world {
	w := &world{
		t: t, clock: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), azure: map[string]validate.Verdict{},
		inner: inner, topology: topology, settings: DefaultSettings, ring: &storetest.MapRing{}, stderr: &lockedBuffer{}, group: 100,
	}
	w.state = store.Open(t.TempDir(), w.now, zerolog.Nop())
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

// Judge implements the interface of the same name.
func (w *world) Judge(_ context.Context, _ validate.Target, c validate.Credential) validate.Verdict {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.judged = append(w.judged, c.Secret.Reveal())
	return w.azure[c.Secret.Reveal()]
}

// Warm implements Judge.
func (w *world) Warm(context.Context, validate.Target) {}

// guard is a new process of the guard in this world.
func (w *world) guard() *Guard {
	return &Guard{
		Wrapped: w.topology == Wrap, Servers: w.servers, NoCopy: w.noCopy,
		Inner: func(context.Context, validate.Request) Inner {
			in := Inner{Topology: w.topology}
			for _, p := range w.inner {
				in.Programs = append(in.Programs, p)
			}
			return in
		},
		Settings: func(context.Context) Settings { return w.settings },
		Judge:    w, Memory: w.state, Copies: store.NewCopies(w.ring, w.state),
		Notices: notice.Printer{To: w.stderr}, Group: w.group, Now: w.now, Trace: zerolog.Nop(),
	}
}

// do runs one action in a process of its own and returns what Git reads.
func (w *world) do(action, text string) string {
	w.t.Helper()
	var out strings.Builder
	if err := w.guard().Handle(context.Background(), action, strings.NewReader(text), &out); err != nil {
		w.t.Fatalf("%s: %v", action, err)
	}
	return out.String()
}

// said returns what people were told since the last time, and forgets it.
func (w *world) said() string { return w.stderr.take() }

// asked returns whom Azure DevOps was asked about since the last time.
func (w *world) asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	judged := w.judged
	w.judged = nil
	return judged
}

// fakeHelper is an inner helper that keeps one credential for each host and path.
type fakeHelper struct {
	value string
	mu    sync.Mutex
	holds map[string]string // username → secret
	types func() string     // what a person gives when it prompts: "username password", or nothing
	deaf  bool              // an erase does nothing
	rude  bool              // an erase removes whatever there is, as GCM's does
	fails bool              // a store does nothing but fail
	extra string            // more lines of each answer
	fixed string            // what it answers, whatever it holds
	path  string            // for which path it holds, if that matters
	calls []string          // action and, for a look, "quiet"
	seen  []Message
}

func helperWith(value string, holds map[string]string) *fakeHelper {
	return &fakeHelper{value: value, holds: holds}
}

func (h *fakeHelper) Value() string { return h.value }

func (h *fakeHelper) Run(_ context.Context, action string, m Message, quiet bool) (Message, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, m)
	call := action
	if quiet {
		call = "look"
	}
	h.calls = append(h.calls, call)
	switch action {
	case ActionStore:
		if h.fails {
			return Message{}, errors.New("exit status 1")
		}
		h.holds[m.Get("username")] = m.Secret("password").Reveal()
	case ActionErase:
		for name, s := range maps.Clone(h.holds) {
			if !h.deaf && (h.rude || !m.Has("password") || m.Secret("password").Reveal() == s) {
				delete(h.holds, name)
			}
		}
	case ActionGet:
		if h.fixed != "" {
			return ReadAnswer(strings.NewReader(h.fixed))
		}
		for _, name := range slices.Sorted(maps.Keys(h.holds)) {
			if h.path != "" && m.Has("path") && m.Get("path") != h.path {
				continue
			}
			if asked := m.Get("username"); asked == "" || asked == name || asked == "contoso" {
				return h.answer(name, h.holds[name]), nil
			}
		}
		if h.types != nil && !quiet {
			h.mu.Unlock()
			name, s, ok := strings.Cut(h.types(), " ")
			h.mu.Lock()
			if ok {
				return h.answer(name, s), nil
			}
		}
	}
	return Message{}, nil
}

func (h *fakeHelper) answer(name, password string) Message {
	m, err := ReadAnswer(strings.NewReader("username=" + name + "\npassword=" + password + "\n" + h.extra + "\n"))
	if err != nil {
		panic(err)
	}
	return m
}

// took returns the calls since the last time.
func (h *fakeHelper) took() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := strings.Join(h.calls, " ")
	h.calls = nil
	return calls
}

func (h *fakeHelper) held(name string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.holds[name]
}

// types makes what a person types, one answer after the other, then nothing.
func typing(answers ...string) func() string {
	var mu sync.Mutex
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		if len(answers) == 0 {
			return ""
		}
		next := answers[0]
		answers = answers[1:]
		return next
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

const (
	contoso = "protocol=https\nhost=dev.azure.com\npath=contoso/shop/_git/web\n"
	github  = "protocol=https\nhost=github.com\npath=a/b.git\n"
)

func given(s string) string { return "username=alice\npassword=" + s + "\n" }

// fingerprintOf names a secret as the guard does.
func (w *world) fingerprintOf(s string) store.Fingerprint {
	return w.state.Fingerprint(secret.New(s))
}

// declare guards an Azure DevOps Server, as --host does.
func (w *world) declare(base string) {
	w.t.Helper()
	server, err := validate.ParseServer(base)
	if err != nil {
		w.t.Fatal(err)
	}
	w.servers = append(w.servers, server)
}
