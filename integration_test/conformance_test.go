package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGitsOwnConformanceSuite runs t0303, by which Git tests credential helpers,
// against the guard. The suite's hosts are no Azure DevOps, so in wrap and chain they
// pass through to git-credential-cache; alone they are declared as servers, which
// cannot be reached.
func TestGitsOwnConformanceSuite(t *testing.T) {
	suite := peer(t, "ADO_GUARD_TEST_T0303")
	for name, c := range map[string]struct {
		helper string // what the suite tests; a name of this test's own is a call of the guard
		guard  string // the options of that call
		setUp  string // shell commands before the suite's first case
	}{
		"wrap":  {"guard-wrap", "--helper cache", "test_atexit 'git credential-cache exit'"},
		"chain": {"cache", "", "git config --global credential.helper ado-guard; test_atexit 'git credential-cache exit'"},
		"alone": {"guard-alone", "--host https://example.com --host https://path.tld --host https://timeout.tld --host https://sso.tld", ":"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := testWorld(t)
			shellScript(t, filepath.Join(w.Home, "git-credential-"+c.helper), `exec git-credential-ado-guard `+c.guard+` "$@"`)
			if name == "chain" { // the suite tests Git's own helper there, with the guard before it
				if err := os.Remove(filepath.Join(w.Home, "git-credential-cache")); err != nil {
					t.Fatal(err)
				}
			}
			run := w.Command(suite, c.helper)
			run.Env = append(run.Env, withKeyring(t, w), "PATH="+w.Home+":"+os.Getenv("PATH"), "GIT_TEST_CREDENTIAL_HELPER_SETUP="+c.setUp)
			output, err := run.CombinedOutput()
			if err != nil || !strings.Contains(string(output), "# passed all 21 test(s)") {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}

// shellScript makes a program of a line of shell.
func shellScript(t *testing.T, path, line string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+line+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// peer is where a program is that .ci/install provides. Without it the test is
// skipped, and where .ci/run runs, that is a failure.
func peer(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("%s names no program: .ci/install provides one", variable)
	}
	return path
}
