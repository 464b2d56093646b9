package rig

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// errNoKeyring tells that this machine cannot start a Secret Service.
var errNoKeyring = errors.New("no keyring can be started here")

// A Keyring is a D-Bus session with a Secret Service, open and empty.
type Keyring struct {
	Variable string // NAME=value, which leads to it
	Service  *os.Process
}

// NewKeyring starts a keyring that ends with the test. Where there can be none
// the test is skipped, unless CI=true.
func NewKeyring(t *testing.T, environment []string) Keyring {
	t.Helper()
	k, stop, err := StartKeyring(environment)
	if NoKeyringHere(err) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return k
}

// NoKeyringHere tells whether an error of StartKeyring is a reason to skip a test:
// the machine lacks the programs, and CI=true does not say that it must not.
func NoKeyringHere(err error) bool {
	return errors.Is(err, errNoKeyring) && os.Getenv("CI") != "true"
}

// StartKeyring starts a keyring that lives until it is stopped.
func StartKeyring(environment []string) (k Keyring, stop func(), err error) {
	for _, name := range []string{"dbus-daemon", "dbus-send", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(name); err != nil {
			return Keyring{}, nil, fmt.Errorf("%w: %w", errNoKeyring, err)
		}
	}
	// A socket's path may have some 100 bytes, and a test's directory is long.
	directory, err := os.MkdirTemp("", "keyring-")
	if err != nil {
		return Keyring{}, nil, err
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
	k.Variable = "DBUS_SESSION_BUS_ADDRESS=" + address
	daemon := func(owns, input, name string, arguments ...string) error {
		d := endsWithUs(exec.Command(name, arguments...))
		d.Env, d.Stdin = append(environment, k.Variable), strings.NewReader(input)
		if err := d.Start(); err != nil {
			return err
		}
		daemons = append(daemons, d)
		k.Service = d.Process // in the end, that of the last
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
	return k, stop, err
}

// waitForOwner waits until somebody on the bus has the name: the daemons say no
// word when they are ready.
func waitForOwner(address, name string) error {
	for begun := time.Now(); time.Since(begun) < 60*time.Second; time.Sleep(10 * time.Millisecond) {
		output, err := exec.Command("dbus-send", "--bus="+address, "--print-reply", "--dest=org.freedesktop.DBus",
			"/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", "string:"+name).Output()
		if err == nil && strings.Contains(string(output), "true") {
			return nil
		}
	}
	return fmt.Errorf("nobody on the bus took the name %s", name)
}
