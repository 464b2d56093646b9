package integration

import (
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// world is a test's scene, and what its script needs beside it.
type world struct {
	*scene.Scene
	lasted time.Duration    // of the last at-once
	skip   func(why ...any) // ends the test as skipped
}

// testWorld makes a world for a test, with everything ended after it.
func testWorld(t *testing.T) *world {
	t.Helper()
	return &world{Scene: rig.Scene(t), skip: t.Skip}
}

// live declares a token that lives, or brings it to life, and returns its secret.
func (w *world) live(token string) string { return w.Server.Token(token, lookalike.Live).Secret() }

// die declares a token that has expired, or lets it expire.
func (w *world) die(token string) string { return w.Server.Token(token, lookalike.Expired).Secret() }

// mustType makes the person type a living token of that name in any dialog that
// three commands and the one after them can open.
func (w *world) mustType(t *testing.T, token string) {
	t.Helper()
	w.live(token)
	for range 4 {
		if err := w.Types("alice", token); err != nil {
			t.Fatal(err)
		}
	}
}

// often is how often a test repeats what is left to chance: a tenth of n with
// -short, and with the race detector, which makes every process many times slower
// and has nothing to do with races between processes.
func often(n int) int {
	if testing.Short() || rig.RaceDetector {
		return n / 10
	}
	return n
}
