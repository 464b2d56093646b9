package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// cold measures what it costs to ask Azure DevOps: at several distances with a copy
// of the token in the keyring, and with an inner helper that takes its time.
func cold(ctx context.Context, w *world, rounds int) ([]row, error) {
	const far = 80 * time.Millisecond
	var comparisons []comparison
	for _, distance := range []time.Duration{far, 0, 20 * time.Millisecond} {
		h, err := w.home(fmt.Sprintf("cold-%d", distance.Milliseconds()), "")
		if err != nil {
			return nil, err
		}
		if err := h.remember(ctx); err != nil {
			return nil, err
		}
		guard, bare := h.get("the guard, "+h.name), h.oneGet()
		guard.before = func() error { w.azure.RoundTrip(distance); return h.forget() }
		bare.before = func() error { w.azure.RoundTrip(distance); return nil }
		most := 0.0
		if distance == far {
			most = 1.10
		}
		comparisons = append(comparisons, ratio(
			fmt.Sprintf("get, cold, live token, %d ms round trip", distance.Milliseconds()),
			"a bare program doing one HTTPS GET the same way", guard, bare, most))
	}

	const start = 500 * time.Millisecond
	slow, err := w.home("slow", "")
	if err != nil {
		return nil, err
	}
	alone, behind := slow.peer("git", "", "credential-standin"), slow.get("the guard, slow")
	alone.environ = []string{"STANDIN_START=" + start.String()}
	behind.environ = alone.environ
	behind.before = func() error {
		w.azure.RoundTrip(far)
		return errors.Join(slow.dropCopy(ctx), slow.forget())
	}
	comparisons = append(comparisons, added(
		fmt.Sprintf("get, cold, inner helper needs %d ms, %d ms round trip", start.Milliseconds(), far.Milliseconds()),
		"the inner helper alone", behind, alone, 1.5, roundTrips, far))

	defer w.azure.RoundTrip(0)
	return w.compare(ctx, "cold", rounds, comparisons)
}

// oneGet is the bare program that asks who the token belongs to.
func (h *home) oneGet() *contender {
	return &contender{
		name: "one GET, " + h.name, home: h, answer: "authenticatedUser",
		args:  []string{h.program("oneget"), "https://dev.azure.com/" + h.name + "/_apis/connectionData"},
		input: "username=" + user + "\npassword=" + h.token + "\n",
	}
}
