package faults

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// room is where cells are tried, one after the other.
type room struct {
	*scene.Scene
	url             string
	n               int    // tokens have a number, so that no cell sees another's
	token           string // the token of this try, by name
	other, replaced string // fabrikam's, and the one that the person would type
}

func newRoom(t *testing.T) *room {
	t.Helper()
	s := rig.Scene(t)
	s.Server.Organization("fabrikam")
	return &room{Scene: s, url: s.Server.Organization("contoso").Repository("web", "web").URL()}
}

// reset makes everything as it is on a good day, with new tokens, of which
// contoso's behaves so.
func (r *room) reset(b lookalike.Behaviour) error {
	for e := lookalike.Profile; e <= lookalike.Status; e++ {
		r.Server.Endpoint(e).Reset()
	}
	r.Server.Health("Repos", "healthy")
	r.Server.Forget()
	r.n++
	r.token, r.other, r.replaced = fmt.Sprint("token-", r.n), fmt.Sprint("other-", r.n), fmt.Sprint("new-", r.n)
	r.Server.Token(r.token, b)
	r.Server.Token(r.other, lookalike.Live)
	r.Server.Token(r.replaced, lookalike.Live)
	return errors.Join(r.empty(".cache"), r.empty("trouble"), r.refill())
}

// refill makes the stand-in hold what it holds on a good day.
func (r *room) refill() error {
	err := errors.Join(r.empty(".standin"), r.Keep("contoso", "alice", r.token), r.Keep("fabrikam", "alice", r.other))
	for range 3 {
		err = errors.Join(err, r.Types("alice", r.replaced))
	}
	return err
}

// empty removes a directory of the home, whatever a fault made of it.
func (r *room) empty(name string) error {
	path := filepath.Join(r.Home, name)
	_ = filepath.WalkDir(path, func(path string, entry fs.DirEntry, _ error) error { // what is not there needs nothing
		if entry != nil && entry.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(path)
}

// path is a path in the home directory.
func (r *room) path(name string) string { return filepath.Join(r.Home, filepath.FromSlash(name)) }

// program is how a command is run in one cell.
type program struct {
	git      bool              // git ls-remote; else the helper itself, with Git's request
	env      []string          // beside the scene's
	input    string            // Git's request, for the helper itself
	inner    string            // the helper behind the guard, as Git's configuration names it
	options  []string          // of the guard beside --helper
	config   string            // further lines of Git's configuration
	limit    time.Duration     // adoguard.timeout, as the guard will have it
	patience time.Duration     // what takes longer hangs
	wire     func(c *exec.Cmd) // changes the process, before it starts
	during   func(pid int)     // disturbs the guarded process while it runs
	again    bool              // the disturbed one may end as it likes; the next one counts
	shell    string            // a shell command in front, such as "ulimit -f 0;"
	tries    []func() error    // what has to hold afterwards
	clean    []func()          // what has to be undone
}

func newProgram(r *room) *program {
	return &program{
		input: "protocol=https\nhost=dev.azure.com\npath=contoso/web/_git/web\n\n",
		inner: "standin", limit: time.Second, patience: 20 * time.Second,
		config: "[adoguard]\n\ttimeout = 1s\n",
	}
}

// result is how a command ended.
type result struct {
	hung   bool
	status int
	out    string
	talk   string // stderr
	took   time.Duration
}

// run runs the command, without or with the guard.
func (r *room) run(p *program, guarded bool) (result, error) {
	helper := p.inner
	if guarded {
		helper = strings.Join(append([]string{"ado-guard", "--helper", p.inner}, p.options...), " ")
	}
	config := "[credential]\n\thelper = " + helper + "\n[credential \"https://dev.azure.com\"]\n\tuseHttpPath = true\n" + p.config
	if err := os.WriteFile(r.path("helpers.gitconfig"), []byte(config), 0o600); err != nil {
		return result{}, err
	}
	words := []string{"git", "ls-remote", r.url}
	if !p.git {
		words = append(strings.Fields("git-credential-"+helper), "get")
	}
	c := r.Command("sh", append([]string{"-c", p.shell + ` exec "$@"`, "sh"}, words...)...)
	c.Env = append(c.Env, p.env...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out, talk bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(p.input), &out, &talk
	c.WaitDelay = time.Second
	if p.git {
		c.Stdin = nil
	}
	if p.wire != nil {
		p.wire(c)
	}
	begun := time.Now()
	if err := c.Start(); err != nil {
		return result{}, err
	}
	stop := time.AfterFunc(p.patience, func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) })
	if guarded && p.during != nil {
		p.during(c.Process.Pid)
	}
	err := c.Wait()
	res := result{hung: !stop.Stop(), took: time.Since(begun)}
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // whatever a hanging helper left
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return res, err
	}
	res.status, res.out, res.talk = c.ProcessState.ExitCode(), out.String(), talk.String()
	return res, nil
}

// held reports whether the stand-in has the token.
func (r *room) held(organization, token string) error {
	ok, err := r.Holds(organization, token)
	if err == nil && !ok {
		err = fmt.Errorf("%s's token %s is gone", organization, token)
	}
	return err
}
