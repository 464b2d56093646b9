// Package scene sets up everything that a program of a test, or of the
// demonstration, can see: a look-alike Azure DevOps, a home directory in which Git
// is led to it, and a stand-in for Git Credential Manager with its person. Nothing
// of the machine's own configuration is seen, and nothing of it is touched.
package scene

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/standin"
)

// A Scene is such a set-up. Close ends it; the home directory is its maker's.
type Scene struct {
	Server  *lookalike.Server
	Home    string
	Standin standin.Directory // of the stand-in that the topologies name
}

// New sets a scene in the given directory, which must exist. No helper is
// configured yet.
func New(home string) (*Scene, error) {
	s := &Scene{Server: lookalike.Start(), Home: home, Standin: standin.Directory(filepath.Join(home, ".standin", "standin"))}
	for name, text := range map[string]string{
		".gitconfig": "[include]\n\tpath = look-alike.gitconfig\n\tpath = helpers.gitconfig\n" +
			"[user]\n\tname = Alice\n\temail = alice@contoso.example\n[init]\n\tdefaultBranch = main\n[pull]\n\trebase = false\n" +
			// Git 2.54 and later would repeat for ever after a 429.
			"[http]\n\tmaxRetries = 1\n",
		"look-alike.gitconfig": s.Server.GitConfig(),
	} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			s.Close()
			return nil, fmt.Errorf("writing Git's configuration: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Join(home, ".run"), 0o700); err != nil {
		s.Close()
		return nil, fmt.Errorf("making the runtime directory: %w", err)
	}
	return s, nil
}

// Close ends the look-alike.
func (s *Scene) Close() { s.Server.Close() }

// Environ is the whole environment of the scene's programs. There is no bus in
// it, so no keyring, until somebody adds one. PATH is this process's own.
func (s *Scene) Environ() []string {
	in := func(name string) string { return filepath.Join(s.Home, name) }
	environment := []string{
		"HOME=" + s.Home, "USERPROFILE=" + s.Home, "LOCALAPPDATA=" + in(".cache"), "APPDATA=" + in(".config"),
		"XDG_CONFIG_HOME=" + in(".config"), "XDG_CACHE_HOME=" + in(".cache"), "XDG_DATA_HOME=" + in(".local"), "XDG_RUNTIME_DIR=" + in(".run"),
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LC_ALL=C.UTF-8",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
	}
	// SYSTEMROOT is for Windows' sockets. A trace that is wanted is one of the whole
	// test run.
	for _, name := range []string{"GOCOVERDIR", "SYSTEMROOT", "ADO_GUARD_TRACE"} {
		if value, ok := os.LookupEnv(name); ok {
			environment = append(environment, name+"="+value)
		}
	}
	return environment
}

// Command prepares a program in the home directory with the scene's environment.
func (s *Scene) Command(name string, arguments ...string) *exec.Cmd {
	c := exec.Command(name, arguments...)
	c.Dir, c.Env = s.Home, s.Environ()
	return c
}

// RunFor runs a program, ends it when it takes longer than the limit, and returns
// all that it printed.
func RunFor(c *exec.Cmd, limit time.Duration) (string, error) {
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	c.WaitDelay = time.Second // for what it started and that holds its output
	if err := c.Start(); err != nil {
		return "", err
	}
	stop := time.AfterFunc(limit, func() { _ = c.Process.Kill() }) // Wait tells of it
	defer stop.Stop()
	err := c.Wait()
	return output.String(), err
}

// Topologies are the ways in which Git's configuration names the helpers. In each
// of them the stand-in is what the person had before.
var Topologies = map[string]string{
	"none": `[credential]
	helper = standin
[credential "https://dev.azure.com"]
	useHttpPath = true
`,
	"wrap": `[credential]
	helper = standin
[credential "https://dev.azure.com"]
	helper =
	helper = ado-guard --helper standin
	useHttpPath = true
[credential "https://*.visualstudio.com"]
	helper =
	helper = ado-guard --helper standin
`,
	"chain": `[credential]
	helper = ado-guard
	helper = standin
[credential "https://dev.azure.com"]
	useHttpPath = true
`,
	"alone": `[credential]
	helper = ado-guard
[credential "https://dev.azure.com"]
	useHttpPath = true
`,
}

// Configure writes one of the topologies into Git's configuration, with further
// lines after it, in the place of what was configured before.
func (s *Scene) Configure(topology, more string) error {
	text, ok := Topologies[topology]
	if !ok {
		return fmt.Errorf("there is no topology %q", topology)
	}
	return os.WriteFile(filepath.Join(s.Home, "helpers.gitconfig"), []byte(text+more), 0o600)
}

// Repository returns the repository "organization/project/name", which exists
// from now on.
func (s *Scene) Repository(path string) (*lookalike.GitRepository, error) {
	parts := strings.Split(path, "/")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%q is not organization/project/repository", path)
	}
	return s.Server.Organization(parts[0]).Repository(parts[1], parts[2]), nil
}

// Secret returns the secret of a token. One that is not declared yet is, as
// revoked.
func (s *Scene) Secret(token string) string {
	for _, t := range s.Server.Tokens() {
		if t.Name() == token {
			return t.Secret()
		}
	}
	return s.Server.Token(token, lookalike.Revoked).Secret()
}

// Keep makes the stand-in hold a token, as if it had been stored long ago.
func (s *Scene) Keep(organization, user, token string) error {
	return s.Standin.Store(standin.Credential{Service: service(organization), Username: user, Password: s.Secret(token)})
}

// Holds reports whether the stand-in holds the token for the organization.
func (s *Scene) Holds(organization, token string) (bool, error) {
	kept, err := s.Standin.Credentials()
	for _, c := range kept {
		if c.Service == service(organization) && c.Password == s.Secret(token) {
			return true, nil
		}
	}
	return false, err
}

func service(organization string) string {
	return "https://dev.azure.com/" + strings.ToLower(organization)
}

// Types makes the person type a token into the next dialog that is still free.
func (s *Scene) Types(user, token string) error { return s.Standin.Queue(user, s.Secret(token)) }

// Prompts counts the dialogs that have opened.
func (s *Scene) Prompts() (int, error) {
	calls, err := s.Standin.Calls()
	n := 0
	for _, c := range calls {
		if c.Prompted {
			n++
		}
	}
	return n, err
}

// WithNames replaces every token's secret in a text by {name}.
func (s *Scene) WithNames(text string) string {
	for _, t := range s.Server.Tokens() {
		text = strings.ReplaceAll(text, t.Secret(), "{"+t.Name()+"}")
	}
	return text
}

// WithSecrets replaces every {name} in a text by the token's secret.
func (s *Scene) WithSecrets(text string) string {
	for _, t := range s.Server.Tokens() {
		text = strings.ReplaceAll(text, "{"+t.Name()+"}", t.Secret())
	}
	return text
}
