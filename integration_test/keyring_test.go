package integration

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// errNoKeyring tells that this machine cannot start a Secret Service.
var errNoKeyring = errors.New("no keyring can be started here")

// startKeyring is the command `keyring`: the script has a Secret Service from now
// on. It is skipped where there can be none, unless CI=true.
func startKeyring(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 0, 0)
	variable, stop, err := newKeyring(of(ts).Environ())
	if errors.Is(err, errNoKeyring) && os.Getenv("CI") != "true" {
		of(ts).skip(err)
	}
	ts.Check(err)
	ts.Defer(stop)
	name, value, _ := strings.Cut(variable, "=")
	ts.Setenv(name, value)
}

// withKeyring is the same for a test.
func withKeyring(t *testing.T, w *world) (variable string) {
	t.Helper()
	variable, stop, err := newKeyring(w.Environ())
	if errors.Is(err, errNoKeyring) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return variable
}

// newKeyring starts a D-Bus session and a Secret Service, open and empty, and
// returns the environment variable that leads to them.
func newKeyring(environment []string) (variable string, stop func(), err error) {
	for _, name := range []string{"dbus-daemon", "dbus-send", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(name); err != nil {
			return "", nil, fmt.Errorf("%w: %w", errNoKeyring, err)
		}
	}
	// A socket's path may have some 100 bytes, and a test's directory is long.
	directory, err := os.MkdirTemp("", "keyring-")
	if err != nil {
		return "", nil, err
	}
	var daemons []*exec.Cmd
	stop = func() {
		for _, d := range daemons {
			// It may have ended with the bus by itself; either way it is gone then.
			_ = d.Process.Kill()
			_ = d.Wait()
		}
		os.RemoveAll(directory)
	}
	address := "unix:path=" + filepath.Join(directory, "bus")
	variable = "DBUS_SESSION_BUS_ADDRESS=" + address
	daemon := func(owns, input, name string, arguments ...string) error {
		d := endsWithUs(exec.Command(name, arguments...))
		d.Env, d.Stdin = append(environment, variable), strings.NewReader(input)
		if err := d.Start(); err != nil {
			return err
		}
		daemons = append(daemons, d)
		return waitForOwner(address, owns)
	}
	err = daemon("org.freedesktop.DBus", "", "dbus-daemon", "--session", "--nofork", "--nopidfile", "--address="+address)
	if err == nil {
		// The password must not be empty, and no line end belongs to it.
		err = daemon("org.freedesktop.secrets", "password", "gnome-keyring-daemon", "--foreground", "--unlock",
			"--components=secrets", "--control-directory="+filepath.Join(directory, "control"))
	}
	if err != nil {
		stop()
	}
	return variable, stop, err
}

// waitForOwner waits until somebody on the bus has the name: the daemons say no
// word when they are ready.
func waitForOwner(address, name string) error {
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(10 * time.Millisecond) {
		output, err := exec.Command("dbus-send", "--bus="+address, "--print-reply", "--dest=org.freedesktop.DBus",
			"/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", "string:"+name).Output()
		if err == nil && strings.Contains(string(output), "true") {
			return nil
		}
	}
	return fmt.Errorf("nobody on the bus took the name %s", name)
}
