package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

// crowd starts many processes at once, of which none remembers anything, and counts
// how often Azure DevOps is asked.
func crowd(ctx context.Context, w *world, rounds int) ([]row, error) {
	const processes = 32
	h, err := w.home("crowd", "")
	if err != nil {
		return nil, err
	}
	r := row{
		what:    fmt.Sprintf("%d gets at once, nothing remembered", processes),
		against: "one round of questions", most: 1, unit: questions, missing: h.noRing,
	}
	if r.missing != "" {
		return []row{r}, nil
	}
	w.azure.RoundTrip(20 * time.Millisecond)
	defer w.azure.RoundTrip(0)
	for range max(1, rounds/10) {
		if err := h.dropCopy(ctx); err != nil {
			return nil, err
		}
		if err := h.forget(); err != nil {
			return nil, err
		}
		w.azure.Forget()
		if err := h.atOnce(ctx, processes); err != nil {
			return nil, err
		}
		asked := w.azure.Requests().In(h.name)
		for _, e := range []lookalike.Endpoint{lookalike.Profile, lookalike.Connection, lookalike.Repository} {
			r.got = max(r.got, float64(len(asked.At(e))))
		}
	}
	return []row{r}, nil
}

// atOnce runs many gets at the same time, all of which have to be answered.
func (h *home) atOnce(ctx context.Context, processes int) error {
	errs := make([]error, processes)
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() { _, errs[i] = h.get("the guard").run(ctx) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("one of %d at once: %w", processes, err)
		}
	}
	return nil
}
