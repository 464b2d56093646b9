package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// weight measures how large the program is and how much memory it takes at most.
func weight(ctx context.Context, w *world, rounds int) ([]row, error) {
	const megabyte = 1e6
	info, err := os.Stat(w.program("git-credential-ado-guard"))
	if err != nil {
		return nil, err
	}
	h, err := w.home("weight", "")
	if err != nil {
		return nil, err
	}
	if err := h.remember(ctx); err != nil {
		return nil, err
	}
	remembered, asking := h.get("the guard, remembered"), h.get("the guard, cold")
	asking.before = h.forget
	table := []row{
		{what: "the program, stripped", against: runtime.GOOS + "/" + runtime.GOARCH, most: 9, unit: megabytes, got: float64(info.Size()) / megabyte},
		{what: "get, cold", against: "memory at most", most: 20, unit: megabytes},
		{what: "get, copy and verdict remembered", against: "memory at most", most: 14, unit: megabytes},
	}
	for i, c := range []*contender{asking, remembered} {
		r := &table[i+1]
		if r.missing = c.missing; r.missing == "" && runtime.GOOS == "windows" {
			r.missing = "getrusage"
		}
		if r.missing != "" {
			continue
		}
		for range max(1, rounds/5) {
			peak, err := c.peak(ctx)
			if err != nil {
				return nil, err
			}
			r.got = max(r.got, peak/megabyte)
		}
	}
	return table, nil
}

// peak runs a contender once and returns how much memory it took at most, in bytes.
func (c *contender) peak(ctx context.Context) (float64, error) {
	file := filepath.Join(c.home.dir, "peak")
	weighed := *c
	weighed.args = append([]string{c.home.program("peak"), file}, c.args...)
	if _, err := weighed.run(ctx); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	peak, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, fmt.Errorf("reading the peak of %s: %w", c.name, err)
	}
	return peak, nil
}
