package store

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

const busVariable = "DBUS_SESSION_BUS_ADDRESS"

var errNoBus = errors.New("there is no D-Bus session")

// findBus makes sure that go-keyring finds a session bus, errNoBus if there is
// none. go-keyring's D-Bus library runs dbus-launch when it finds no address,
// which starts a bus and a keyring daemon that nobody ends. It does not look
// under XDG_RUNTIME_DIR, so a bus that is found there is put where it does look.
func (k *Keyring) findBus() error {
	if k.goos == "windows" || k.goos == "darwin" {
		return nil
	}
	address := busAddress(k.getenv, k.user, k.socket)
	if address == "" {
		return errNoBus
	}
	if address == k.getenv(busVariable) {
		return nil
	}
	if err := k.setenv(busVariable, address); err != nil {
		return fmt.Errorf("setting %s: %w", busVariable, err)
	}
	return nil
}

// busAddress returns the address of the session bus, by the rules of
// sd_bus_open_user(3): the variable, else the socket in the user's runtime
// directory. "" says that there is none, or only one that would be started.
func busAddress(getenv func(string) string, user int, socket func(path string) bool) string {
	if address := getenv(busVariable); address != "" && !strings.HasPrefix(address, "autolaunch:") {
		return address
	}
	for _, folder := range []string{getenv("XDG_RUNTIME_DIR"), fmt.Sprintf("/run/user/%d", user)} {
		if file := path.Join(folder, "bus"); path.IsAbs(file) && socket(file) {
			return "unix:path=" + escapeAddress(file)
		}
	}
	return ""
}

// escapeAddress writes a value as the D-Bus specification, "Server Addresses",
// wants it: everything but [-0-9A-Za-z_/.\*] as %XX.
func escapeAddress(value string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		switch {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', strings.IndexByte(`-_/.\*`, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
