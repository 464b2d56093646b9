package attacks

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// request is what Git writes to its helpers for contoso's repository.
const request = "protocol=https\nhost=dev.azure.com\npath=contoso/web/_git/web\n\n"

// stage is a scene in which contoso's token "mine" lives and is kept.
type stage struct {
	*scene.Scene
	t    *testing.T
	url  string
	args []string // of the guard
	env  []string // beside the scene's
	dir  string   // where the guard is run
	said string   // what it said on stderr, from the beginning
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := rig.Scene(t)
	a := &stage{Scene: s, t: t, args: []string{"--helper", "standin"}, dir: s.Home}
	a.url = s.Server.Organization("contoso").Repository("web", "web").URL()
	a.Server.Token("mine", lookalike.Live)
	a.must(a.Keep("contoso", "alice", "mine"))
	return a
}

func (a *stage) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// write writes a file below the home, executable if it is a script.
func (a *stage) write(name, text string) string {
	a.t.Helper()
	path := filepath.Join(a.Home, name)
	mode := os.FileMode(0o600)
	if strings.HasPrefix(text, "#!") {
		mode = 0o700
	}
	a.must(os.MkdirAll(filepath.Dir(path), 0o700))
	a.must(os.WriteFile(path, []byte(text), mode))
	return path
}

// guard runs the guard and returns what it answered. What it said must hold no
// token.
func (a *stage) guard(action, input string) string {
	a.t.Helper()
	return a.run(exec.Command("git-credential-ado-guard", append(a.args, action)...), input)
}

// run runs a program of the scene's and returns its output.
func (a *stage) run(c *exec.Cmd, input string) string {
	a.t.Helper()
	var out, talk bytes.Buffer
	c.Dir, c.Env = a.dir, append(a.Environ(), a.env...)
	c.Stdin, c.Stdout, c.Stderr, c.WaitDelay = strings.NewReader(input), &out, &talk, time.Second
	a.must(c.Start())
	stop := time.AfterFunc(2*time.Minute, func() { _ = c.Process.Kill() })
	_ = c.Wait() // how it ends is not what is asked here
	if !stop.Stop() {
		a.t.Fatalf("%s hung: %s", c, a.WithNames(talk.String()))
	}
	a.said += talk.String()
	if leaked := rig.Leaks(a.Server.Tokens(), talk.Bytes()); len(leaked) > 0 {
		a.t.Errorf("%s said %s", c, a.WithNames(talk.String()))
	}
	return out.String()
}

// isMine reports whether an answer is contoso's token.
func (a *stage) isMine(answer string) bool {
	return strings.Contains(answer, a.Secret("mine"))
}

// stillMine fails the test if the token is not where it was.
func (a *stage) stillMine() {
	a.t.Helper()
	if held, err := a.Holds("contoso", "mine"); err != nil || !held {
		a.t.Errorf("the token is kept: %t, %v", held, err)
	}
}

// onlySeenBy fails the test if a token reached any other host.
func (a *stage) onlySeenBy(token string, hosts ...string) {
	a.t.Helper()
	for _, r := range a.Server.Requests().Carrying(token) {
		if !strings.Contains("|"+strings.Join(hosts, "|")+"|", "|"+r.Host+"|") {
			a.t.Errorf("the token %s was in %s", token, r)
		}
	}
}
