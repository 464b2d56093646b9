package main

import (
	"context"
	"fmt"
)

// revision compares the guard with that of another revision, if one was named.
func revision(ctx context.Context, w *world, rounds int) ([]row, error) {
	if w.sources[older] == "" {
		return nil, nil
	}
	var comparisons []comparison
	for _, what := range []struct {
		name string
		get  func(h *home) *contender
	}{
		{"get, other host", func(h *home) *contender { return h.elsewhere(h.name) }},
		{"get, copy and verdict remembered", func(h *home) *contender { return h.get(h.name) }},
		{"get, cold, live token", func(h *home) *contender {
			c := h.get(h.name)
			c.before = h.forget
			return c
		}},
	} {
		var pair [2]*contender
		for i, program := range []string{"git-credential-ado-guard", older} {
			h, err := w.home(fmt.Sprintf("revision-%d-%d", len(comparisons), i), "")
			if err != nil {
				return nil, err
			}
			h.guard = w.program(program)
			if err := h.remember(ctx); err != nil {
				return nil, err
			}
			pair[i] = what.get(h)
		}
		comparisons = append(comparisons, ratio(what.name, "the guard as of the other revision", pair[0], pair[1], 0))
	}
	return w.compare(ctx, "revision", 4*rounds, comparisons)
}
