package faults

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
)

// get asks the guard once, and returns how long that took. The token must come.
func (r *room) get(t *testing.T, p *program) time.Duration {
	t.Helper()
	got, err := r.run(p, true)
	if err != nil || !strings.Contains(got.out, "password="+r.Secret(r.token)+"\n") {
		t.Fatalf("answered %q, %q, %v", r.WithNames(got.out), r.WithNames(got.talk), err)
	}
	return got.took
}

// A host that does not answer is not asked again for a while: the next commands
// do not even open a connection. That it is asked again after thirty seconds is
// shown in package validate, where time can be turned.
func TestABlackHoleCostsItsWaitOnce(t *testing.T) {
	t.Parallel()
	for _, fault := range []lookalike.Fault{lookalike.HangConnect, lookalike.HangTLS, lookalike.HangBefore} {
		t.Run(fault.String(), func(t *testing.T) {
			t.Parallel()
			r := newRoom(t)
			p := newProgram(r)
			if err := r.reset(lookalike.Live); err != nil {
				t.Fatal(err)
			}
			for _, e := range endpoints {
				r.Server.Endpoint(e).Fault(fault)
			}
			first := r.get(t, p)
			if first < 500*time.Millisecond {
				t.Errorf("the first took %v: nobody waited, so this test shows nothing", first)
			}
			r.Server.Forget()
			for range 5 {
				r.get(t, p)
			}
			if again := r.Server.Requests(); len(again) > 0 {
				t.Errorf("asked again:\n%s", again)
			}
		})
	}
}

// The same for a keyring: the next commands do not wait for it, which is seen in
// that they end while it still hangs, and in their time against the first's.
func TestAHungKeyringCostsItsWaitOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	keyring := rig.NewKeyring(t, r.Environ())
	if err := r.reset(lookalike.Live); err != nil {
		t.Fatal(err)
	}
	p := newProgram(r)
	p.env = []string{keyring.Variable}
	r.get(t, p)
	if err := keyring.Service.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	first := r.get(t, p)
	if first < time.Second {
		t.Errorf("the first took %v: nobody waited, so this test shows nothing", first)
	}
	shortest := time.Hour
	for range 5 {
		shortest = min(shortest, r.get(t, p))
	}
	if shortest > first/2 {
		t.Errorf("the first took %v, the shortest of the next %v", first, shortest)
	}
	if err := keyring.Service.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := r.held("contoso", r.token); err != nil {
		t.Error(err)
	}
}

// What the network does concerns the copy in the keyring as little as the
// original: it is still answered when all is well again.
func TestNoFaultOfTheNetworkCostsTheCopy(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	keyring := rig.NewKeyring(t, r.Environ())
	if err := r.reset(lookalike.Live); err != nil {
		t.Fatal(err)
	}
	p := newProgram(r)
	p.env = []string{keyring.Variable}
	p.limit = 2 * time.Second
	r.get(t, p)
	if err := r.empty(".standin"); err != nil { // now only the copy is left
		t.Fatal(err)
	}
	if output, err := exec.Command("rm", "-rf", r.path(stateDir+"/records")).CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, output)
	}
	faults := networkFaults()
	if testing.Short() {
		faults = faults[:5]
	}
	for _, fault := range faults {
		for _, e := range endpoints {
			r.Server.Endpoint(e).Fault(fault)
		}
		for _, part := range []string{"records", "marks", "outcomes"} {
			if err := r.empty(stateDir + "/" + part); err != nil {
				t.Fatal(err)
			}
		}
		r.get(t, p)
	}
}
