package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// What the cells of the clock plant would count, were the clock right: a death
// that is remembered is believed. Otherwise those cells would show nothing.
func TestWhatTheClocksCellsPlantWouldCount(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	if err := r.reset(lookalike.Live); err != nil {
		t.Fatal(err)
	}
	s := used(r, time.Now)
	target, _ := validate.Recognize(validate.Request{Protocol: "https", Host: "dev.azure.com", Path: "contoso/web/_git/web"}, nil)
	s.Remember(target.Key(), s.Fingerprint(secret.New(r.Secret(r.token))), store.Remembered{
		Finding: store.Dead, Reason: string(validate.ReasonExpired), Until: time.Now().Add(time.Minute),
	})
	got, err := r.run(newProgram(r), true)
	if err != nil || !strings.Contains(got.out, "password="+r.Secret(r.replaced)+"\n") {
		t.Errorf("answered %q, %v", r.WithNames(got.out), err)
	}
}
