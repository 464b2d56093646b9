package windows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// machine is a scene in which programs for Windows run. Their user's home and
// registry, and so the Credential Manager, are the scene's own.
type machine struct {
	*scene.Scene
	t    *testing.T
	wine string // the folder of Wine
	env  []string
	bin  string // its programs, which may have secrets of tests in them
	dir  string // where programs are started
}

// newMachine makes one, or skips the test where there is no Wine. The machine is
// shut down after the test.
func newMachine(t *testing.T) *machine {
	t.Helper()
	wine := os.Getenv("ADO_GUARD_TEST_WINE")
	if wine == "" {
		t.Skip("ADO_GUARD_TEST_WINE names no program: .ci/install provides one")
	}
	m := &machine{Scene: rig.Scene(t), t: t, wine: filepath.Dir(wine)}
	m.bin, m.dir = t.TempDir(), m.Home
	m.env = []string{"HOME=" + m.Home, "PATH=" + os.Getenv("PATH"), "WINEPREFIX=" + m.path("wine"), "WINEPATH=" + windowsPath(m.bin)}
	if trace := os.Getenv("ADO_GUARD_TRACE"); trace != "" {
		m.env = append(m.env, "ADO_GUARD_TRACE="+windowsPath(trace))
	}
	m.install()
	t.Cleanup(m.shutDown)
	m.boot()
	return m
}

// install gives the machine a disk: the system's folder is Wine's own and only read,
// all else is empty.
func (m *machine) install() {
	m.t.Helper()
	was := filepath.Join(m.wine, "prefix")
	for _, folder := range []string{"wine/dosdevices", m.userFolder() + "/Temp"} {
		m.must(os.MkdirAll(m.path(folder), 0o700))
	}
	for _, file := range []string{"system.reg", "user.reg", "userdef.reg", ".update-timestamp"} {
		text, err := os.ReadFile(filepath.Join(was, file))
		m.must(err)
		m.must(os.WriteFile(m.path("wine/"+file), text, 0o600))
	}
	m.must(os.Symlink("../drive_c", m.path("wine/dosdevices/c:")))
	m.must(os.Symlink("/", m.path("wine/dosdevices/z:")))
	m.must(os.Symlink(filepath.Join(was, "drive_c", "windows"), m.path("wine/drive_c/windows")))
}

// userFolder is the user's folder on the disk, as a path in the scene's home.
func (m *machine) userFolder() string { return "wine/drive_c/users/root" }

// boot starts what Windows consists of. Were that left to the first program, it would
// keep that program's output open.
func (m *machine) boot() {
	m.t.Helper()
	for _, c := range []*exec.Cmd{
		exec.Command(filepath.Join(m.wine, "wineserver"), "--persistent"),
		exec.Command(filepath.Join(m.wine, "wine"), "cmd.exe", "/c", "exit"),
	} {
		c.Env = m.env
		m.must(c.Run())
	}
}

// shutDown ends what runs and lets the registry be written to its file.
func (m *machine) shutDown() {
	for _, how := range []string{"--kill", "--wait"} {
		c := exec.Command(filepath.Join(m.wine, "wineserver"), how)
		c.Env = m.env
		if output, err := scene.RunFor(c, time.Minute); err != nil {
			m.t.Errorf("shutting down: %v, %s", err, output)
		}
	}
}

// path is a path in the scene's home.
func (m *machine) path(name string) string { return filepath.Join(m.Home, filepath.FromSlash(name)) }

// windowsPath is how Windows calls a file of this machine.
func windowsPath(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// build builds a program for Windows, or with "test", "-c" the tests of a package.
func (m *machine) build(program string, arguments ...string) {
	m.t.Helper()
	c := exec.Command("go", append([]string{arguments[0], "-o", filepath.Join(m.bin, program)}, arguments[1:]...)...)
	c.Env = append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	if output, err := c.CombinedOutput(); err != nil {
		m.t.Fatalf("building %s: %v, %s", program, err, output)
	}
}

// start starts a program of the machine's.
func (m *machine) start(program string, arguments ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(m.wine, "wine"), append([]string{filepath.Join(m.bin, program)}, arguments...)...)
	c.Dir, c.Env, c.WaitDelay = m.dir, m.env, time.Second
	return c
}

// ended is how a program ended.
type ended struct {
	status   int // or lost
	out, say string
}

// lost instead of an exit status: the program has done all that it does, and Wine could
// not end it. A thread that Wine 8 stops may hold a lock of Wine's own.
const lost = -1

// with reports whether the program ended with a status.
func (e ended) with(status int) bool { return e.status == status || e.status == lost }

// run runs a program of the machine's; once more, if Wine broke it.
func (m *machine) run(input, program string, arguments ...string) ended {
	m.t.Helper()
	for range 3 {
		e := m.runOnce(input, program, arguments...)
		if !strings.Contains(e.say, "wine client error:") { // it and its server lost one another
			return e
		}
		m.t.Logf("%s %s: %s", program, arguments, m.WithNames(e.say))
	}
	m.t.Fatalf("%s %s: Wine breaks it each time", program, arguments)
	return ended{}
}

func (m *machine) runOnce(input, program string, arguments ...string) ended {
	m.t.Helper()
	var out, say bytes.Buffer
	c := m.start(program, arguments...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &out, &say
	m.must(c.Start())
	stopWatching := watch(c.Process)
	err := c.Wait()
	status := c.ProcessState.ExitCode()
	switch stuck, hung := stopWatching(); {
	case stuck:
		status = lost
	case hung:
		m.t.Fatalf("%s %s hung: %s", program, arguments, m.WithNames(say.String()))
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	if leaked := rig.Leaks(m.Server.Tokens(), say.Bytes()); len(leaked) > 0 {
		m.t.Errorf("%s said %s", arguments, m.WithNames(say.String()))
	}
	return ended{status, out.String(), say.String()}
}

// watch kills a program that is stuck at its end for ten seconds, or that runs for six
// minutes. It is told to stop when the program has been waited for, and tells what it
// had to kill it for. A program in Go has several threads as long as it runs.
func watch(p *os.Process) (stop func() (stuck, hung bool)) {
	over, watched := make(chan struct{}), make(chan struct{})
	var stuck, hung bool
	go func() {
		defer close(watched)
		alone := 0
		for seconds := 1; !stuck && !hung; seconds++ {
			select {
			case <-over:
				return
			case <-time.After(time.Second):
			}
			if alone++; !oneThread(p.Pid) {
				alone = 0
			}
			stuck, hung = alone >= 10, seconds >= 6*60
		}
		_ = p.Kill() // it may have ended after all
	}()
	return func() (bool, bool) {
		close(over)
		<-watched
		return stuck, hung
	}
}

// oneThread reports whether a process has no more than one thread. One whose first
// thread has ended is defunct, and what it still does is end.
func oneThread(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && oneThreadOrDefunct.Match(status)
}

var oneThreadOrDefunct = regexp.MustCompile(`(?m)^(Threads:\s1$|State:\sZ)`)

// giveGit puts a git.exe on the machine's PATH, for which the Git of this machine
// answers, with the scene's configuration.
func (m *machine) giveGit() {
	m.t.Helper()
	m.build("git.exe", "build", "./git")
	address, stop, err := rig.Listen(m.answer)
	m.must(err)
	m.t.Cleanup(stop)
	m.env = append(m.env, "ADO_GUARD_TEST_GIT="+address)
}

func (m *machine) answer(conn net.Conn) {
	var arguments []string
	if json.NewDecoder(conn).Decode(&arguments) != nil {
		return // git.exe says so
	}
	var out, say bytes.Buffer
	c := m.Command("git", arguments...)
	c.Stdout, c.Stderr = &out, &say
	_ = c.Run() // its status tells it
	_ = json.NewEncoder(conn).Encode([]any{out.String(), say.String(), c.ProcessState.ExitCode()})
}
