package integration

import (
	"strings"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/rogpeppe/go-internal/testscript"
)

// startKeyring is the command `keyring`: the script has a Secret Service from now
// on. It is skipped where there can be none, unless CI=true.
func startKeyring(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 0, 0)
	k, stop, err := rig.StartKeyring(of(ts).Environ())
	if rig.NoKeyringHere(err) {
		of(ts).skip(err)
	}
	ts.Check(err)
	ts.Defer(stop)
	name, value, _ := strings.Cut(k.Variable, "=")
	ts.Setenv(name, value)
}

// withKeyring is the same for a test.
func withKeyring(t *testing.T, w *world) (variable string) {
	t.Helper()
	return rig.NewKeyring(t, w.Environ()).Variable
}
