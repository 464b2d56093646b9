package store

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// session is a D-Bus session with a Secret Service of its own: nothing of the
// user's is touched. Processes take part in it by env.
type session struct {
	bus    string // where its socket lies
	env    []string
	daemon *os.Process // of the Secret Service
}

// newSession starts a session, whose keyring is open or locked.
func newSession(t *testing.T, password string) *session {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no real keyring")
	}
	for _, program := range []string{"dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"} {
		if _, err := exec.LookPath(program); err != nil && os.Getenv("CI") != "true" {
			t.Skipf("%v: apt-get install dbus gnome-keyring libsecret-tools", err)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	home := t.TempDir()
	s := &session{bus: filepath.Join(home, "run", "bus")}
	if err := os.MkdirAll(filepath.Dir(s.bus), 0o700); err != nil {
		t.Fatal(err)
	}
	s.env = clean(
		"HOME="+home, "XDG_RUNTIME_DIR="+filepath.Dir(s.bus), "XDG_DATA_HOME="+filepath.Join(home, "data"),
		"XDG_CONFIG_HOME="+filepath.Join(home, "config"), "XDG_CACHE_HOME="+filepath.Join(home, "cache"),
		busVariable+"=unix:path="+s.bus,
		"LC_ALL=C.UTF-8", // in which secret-tool reads its arguments
	)
	bus := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path="+s.bus, "--print-address")
	s.start(t, bus, "", func(line string) bool { return strings.Contains(line, s.bus) })
	s.unlock(t, home, password)
	return s
}

// unlock starts the Secret Service with a password, which makes the keyring on the
// first time and has to be the same on the next.
func (s *session) unlock(t *testing.T, home, password string) {
	t.Helper()
	daemon := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets",
		"--control-directory="+filepath.Join(home, "control"))
	s.start(t, daemon, password, nil)
	s.daemon = daemon.Process
	for range 500 {
		out, err := s.command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
			"org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets").Output()
		if err == nil && strings.Contains(string(out), "true") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the Secret Service did not come up")
}

// start starts a daemon that is ended with the test, and waits for a line of it.
func (s *session) start(t *testing.T, cmd *exec.Cmd, stdin string, ready func(line string) bool) {
	t.Helper()
	cmd.Env = s.env
	cmd.Stdin = strings.NewReader(stdin)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // also when the test is killed
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGCONT) //nolint:errcheck // it may be running
		cmd.Process.Kill()                  //nolint:errcheck // it may have ended
		cmd.Wait()                          //nolint:errcheck // it was killed
	})
	lines := bufio.NewScanner(out)
	for ready != nil {
		if !lines.Scan() {
			t.Fatalf("%s ended", cmd.Path)
		}
		if ready(lines.Text()) {
			return
		}
	}
}

func (s *session) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = s.env
	return cmd
}

// clean is an environment without what leads to the user's own session.
func clean(more ...string) (env []string) {
	for _, variable := range os.Environ() {
		switch name, _, _ := strings.Cut(variable, "="); name {
		case "DISPLAY", "WAYLAND_DISPLAY", "HOME", busVariable, "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME":
		default:
			env = append(env, variable)
		}
	}
	return append(env, more...)
}

// call makes one call to the keyring in a process of its own, by the environment
// env, and returns how long it took and what came of it.
func call(t *testing.T, env []string, dir, patience string, args ...string) (time.Duration, string) {
	t.Helper()
	c := prepare(t, "keyring", append([]string{dir, patience}, args...)...)
	c.Env = append(env, childVariable+"=keyring")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	millis, answer, _ := strings.Cut(c.finish(t), " ")
	took, err := strconv.Atoi(millis)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(took) * time.Millisecond, answer
}

func TestTheRealSecretServiceKeepsItems(t *testing.T) {
	t.Parallel()
	s := newSession(t, "password")
	dir := filepath.Join(t.TempDir(), "ado-guard")
	want := func(want string, args ...string) {
		t.Helper()
		if _, got := call(t, s.env, dir, "10s", args...); got != want {
			t.Errorf("%v: %q, want %q", args, got, want)
		}
	}
	long := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("long", 15000)))
	want(ErrNotFound.Error(), "get", "dev.azure.com/contoso")
	want(ErrNotFound.Error(), "delete", "dev.azure.com/contoso")
	want("", "set", "dev.azure.com/contoso", "one")
	want("", "set", "dev.azure.com/contoso", long)
	want("", "set", "dev.azure.com/größe 'x'", "two")
	want(long, "get", "dev.azure.com/contoso")
	want("two", "get", "dev.azure.com/größe 'x'")
	want("", "delete", "dev.azure.com/contoso")
	want(ErrNotFound.Error(), "get", "dev.azure.com/contoso")
	want("two", "get", "dev.azure.com/größe 'x'")

	// What others see of it.
	out, err := s.command("secret-tool", "lookup", "service", service, "username", "dev.azure.com/größe 'x'").Output()
	if err != nil || string(out) != "two" {
		t.Errorf("secret-tool finds %q: %v", out, err)
	}

	// The socket alone is enough, as after a login over ssh.
	var without []string
	for _, variable := range s.env {
		if !strings.HasPrefix(variable, busVariable+"=") {
			without = append(without, variable)
		}
	}
	if _, got := call(t, without, dir, "10s", "get", "dev.azure.com/größe 'x'"); got != "two" {
		t.Errorf("by the socket in XDG_RUNTIME_DIR: %q", got)
	}
}

func TestARealSecretServiceThatHangsCostsItsWaitOnce(t *testing.T) {
	t.Parallel()
	s := newSession(t, "password")
	dir := filepath.Join(t.TempDir(), "ado-guard")
	if _, got := call(t, s.env, dir, "10s", "set", "item", "text"); got != "" {
		t.Fatal(got)
	}
	if err := s.daemon.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for i, action := range []string{"get", "get", "set", "delete"} {
		took, got := call(t, s.env, dir, "1500ms", action, "item", "other")
		if got != ErrUnavailable.Error() {
			t.Errorf("%s: %q", action, got)
		}
		if first := i == 0; first && took < 1500*time.Millisecond || took > 2500*time.Millisecond || !first && took > 500*time.Millisecond {
			t.Errorf("call %d took %s", i+1, took)
		}
	}
	if err := s.daemon.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	openReal(dir).Unmark(hungMark)
	if _, got := call(t, s.env, dir, "10s", "get", "item"); got != "text" {
		t.Errorf("after it woke up: %q", got)
	}
}

func TestARealSecretServiceThatIsLockedIsUnavailable(t *testing.T) {
	t.Parallel()
	s := newSession(t, "password")
	dir := filepath.Join(t.TempDir(), "ado-guard")
	if _, got := call(t, s.env, dir, "10s", "set", "item", "text"); got != "" {
		t.Fatal(got)
	}
	err := s.command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login").Run()
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"get", "set", "delete"} {
		if took, got := call(t, s.env, dir, "5s", action, "item", "other"); got != ErrUnavailable.Error() || took > 6*time.Second {
			t.Errorf("%s: %q after %s", action, got, took)
		}
	}
}

func TestABusThatDoesNotAnswerOrIsGoneIsUnavailable(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	silent := filepath.Join(tmp, "silent")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd) //nolint:errcheck // nothing was written
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: silent}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 10); err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{
		"silent":   "unix:path=" + silent,
		"gone":     "unix:path=" + filepath.Join(tmp, "gone"),
		"disabled": "disabled:",
		"nonsense": "nonsense",
	} {
		dir := filepath.Join(tmp, "state of "+name)
		took, got := call(t, clean("HOME="+tmp, busVariable+"="+address), dir, "1200ms", "get", "item")
		if got != ErrUnavailable.Error() || took > 2500*time.Millisecond {
			t.Errorf("%s: %q after %s", name, got, took)
		}
		if hung := openReal(dir).Marked(hungMark); hung != (name == "silent") {
			t.Errorf("%s: counts as hanging: %v after %s", name, hung, took)
		}
	}
}

func TestWithoutABusNoneIsStarted(t *testing.T) {
	t.Parallel()
	_, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Geteuid()))
	loggedIn := err == nil // then there is a bus, and an item that is not in its keyring
	tmp := t.TempDir()
	launched := filepath.Join(tmp, "launched")
	write(t, filepath.Join(tmp, "bin", "dbus-launch"), "#!/bin/sh\ntouch "+launched+"\n")
	if err := os.Chmod(filepath.Join(tmp, "bin", "dbus-launch"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "autolaunch:"} {
		env := clean("HOME="+tmp, "PATH="+filepath.Join(tmp, "bin")+":"+os.Getenv("PATH"), busVariable+"="+address)
		if _, got := call(t, env, filepath.Join(tmp, "ado-guard"), "5s", "get", "test item"); !loggedIn && got != ErrUnavailable.Error() {
			t.Errorf("%q: %q", address, got)
		}
		if _, err := os.Stat(launched); err == nil {
			t.Errorf("%q: a bus was started", address)
		}
	}
}
