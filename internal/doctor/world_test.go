package doctor

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// surroundings are a world in memory in which all is well, to be spoilt by a test.
type surroundings struct {
	environ  map[string]string
	gitError error             // Git cannot be run
	version  string            // what `git version` says
	config   string            // one line each: scope, file, key=value
	remotes  string            // what `git remote --verbose` says
	programs map[string]string // path → content
	known    []string
	answers  map[string]Answer // helper → what it answers
	mu       sync.Mutex
	looked   []string // what the helpers were asked about
	keyring  fakeKeyring
	memory   error
	reach    func(url string) validate.Reachability
	health   validate.Health
	silent   error // the status API is
}

const (
	now        = "2026-11-22T12:00:00Z"
	configured = `
		system /etc/gitconfig credential.helper=manager
		global /home/ann/.gitconfig credential.https://dev.azure.com/.helper=
		global /home/ann/.gitconfig credential.https://dev.azure.com/.helper=ado-guard --helper manager
		global /home/ann/.gitconfig credential.https://dev.azure.com/.usehttppath=true
		global /home/ann/.gitconfig credential.https://*.visualstudio.com/.helper=
		global /home/ann/.gitconfig credential.https://*.visualstudio.com/.helper=ado-guard --helper manager`
	guardPath = "/usr/local/bin/git-credential-ado-guard"
)

func allIsWell() *surroundings {
	return &surroundings{
		environ: map[string]string{"PATH": "/usr/local/bin:/usr/bin", "HOME": "/home/ann"},
		version: "2.47.1",
		config:  configured,
		programs: map[string]string{
			guardPath:                                "guard",
			"/usr/bin/git-credential-manager":        "manager",
			"/usr/lib/git-core/git-credential-store": "git",
		},
		known:   []string{"https://dev.azure.com/contoso"},
		answers: map[string]Answer{"manager": {Credential: true}},
		reach:   wellReached,
		health:  validate.Health{Overall: "healthy"},
	}
}

// wellReached is what Reach finds where nothing is in the way.
func wellReached(url string) validate.Reachability {
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "https://"), "/")
	at := must(time.Parse(time.RFC3339, now))
	return validate.Reachability{
		Host: host, Resolve: 4 * time.Millisecond, Connect: 11 * time.Millisecond,
		Handshake: 20 * time.Millisecond, TLS: "TLS 1.3", Protocol: "HTTP/2.0", Status: 401, Date: at, At: at.Add(time.Second),
		Issuers: []string{"CN=Microsoft Azure RSA TLS Issuing CA 04,O=Microsoft Corporation,C=US", "CN=DigiCert Global Root G2,OU=www.digicert.com,O=DigiCert Inc,C=US"},
	}
}

func unreachable(words string) func(string) validate.Reachability {
	return func(url string) validate.Reachability {
		r := wellReached(url)
		return validate.Reachability{Host: r.Host, Failure: &validate.Failure{Host: r.Host, Reason: validate.ReasonUnreachable, Words: words}}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func (s *surroundings) world() World {
	return World{
		OS:         "linux",
		Environ:    func(name string) (string, bool) { value, ok := s.environ[name]; return value, ok },
		Git:        s.git,
		Files:      files(s.programs),
		Executable: guardPath,
		Known:      func() []string { return s.known },
		Look: func(_ context.Context, helper, url string) Answer {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.looked = append(s.looked, helper+" "+url)
			return s.answers[helper]
		},
		Keyring:   &s.keyring,
		Memory:    s,
		Directory: "/home/ann/.cache/ado-guard",
		Reach:     func(_ context.Context, url string) validate.Reachability { return s.reach(url) },
		Health:    func(context.Context) (validate.Health, error) { return s.health, s.silent },
	}
}

// Problem is the state directory's.
func (s *surroundings) Problem() error { return s.memory }

// git answers what doctor asks of Git.
func (s *surroundings) git(_ context.Context, args ...string) ([]byte, error) {
	if s.gitError != nil {
		return nil, s.gitError
	}
	switch strings.Join(args, " ") {
	case "version":
		return []byte("git version " + s.version + "\n"), nil
	case "--exec-path":
		return []byte("/usr/lib/git-core\n"), nil
	case "remote --verbose":
		if s.remotes == "" {
			return nil, errors.New("fatal: not a git repository")
		}
		return []byte(s.remotes), nil
	case "config --list -z --show-scope --show-origin":
		var out strings.Builder
		for line := range strings.Lines(s.config) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			parts := strings.SplitN(line, " ", 3)
			key, value, _ := strings.Cut(parts[2], "=")
			out.WriteString(parts[0] + "\x00file:" + parts[1] + "\x00" + key + "\n" + value + "\x00")
		}
		return []byte(out.String()), nil
	}
	return nil, &exec.Error{Name: "git " + strings.Join(args, " "), Err: errors.New("not expected")}
}

// files are programs and what is in them.
type files map[string]string

func (f files) Program(path string) bool     { return f[path] != "" }
func (f files) Same(path, other string) bool { return f[path] == f[other] }

// fakeKeyring is a keyring in memory that can be made to fail.
type fakeKeyring struct {
	storetest.MapRing
	hung  bool
	alter bool  // gives back something else
	keep  error // cannot remove
}

func (k *fakeKeyring) Hung() bool { return k.hung }
func (k *fakeKeyring) Retry()     { k.hung = false }

func (k *fakeKeyring) Set(ctx context.Context, item string, text store.Text) error {
	if k.hung {
		return store.ErrUnavailable
	}
	return k.MapRing.Set(ctx, item, text)
}

func (k *fakeKeyring) Get(ctx context.Context, item string) (store.Text, error) {
	text, err := k.MapRing.Get(ctx, item)
	if k.alter {
		text += "?"
	}
	return text, err
}

func (k *fakeKeyring) Delete(ctx context.Context, item string) error {
	if k.keep != nil {
		return k.keep
	}
	return k.MapRing.Delete(ctx, item)
}

// diagnose returns the whole output, as it goes into a file.
func (s *surroundings) diagnose(t *testing.T, url string) string {
	t.Helper()
	d, err := Diagnose(t.Context(), s.world(), url)
	if err != nil {
		t.Fatal(err)
	}
	if problems := d.Count(report.Problem); d.Status() != problems {
		t.Errorf("the exit status is %d with %d problems", d.Status(), problems)
	}
	return d.Format(report.Style{})
}

// texts are the sentences of findings, with their marks.
func texts(found []Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, slices.Concat([]string{f.Mark.String() + ": " + f.Text}, f.Remedies)...)
	}
	return all
}
