package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// comparison is a row to be: two contenders, and how they are compared.
type comparison struct {
	row
	one, other *contender
	figure     func(one, other time.Duration) float64
}

// ratio compares how long two contenders take.
func ratio(what, against string, one, other *contender, most float64) comparison {
	return comparison{row{what: what, against: against, most: most, unit: multiple}, one, other,
		func(one, other time.Duration) float64 { return one.Seconds() / other.Seconds() }}
}

// added tells how much longer one contender takes than another, as a multiple of a
// time.
func added(what, against string, one, other *contender, most float64, unit unit, of time.Duration) comparison {
	return comparison{row{what: what, against: against, most: most, unit: unit}, one, other,
		func(one, other time.Duration) float64 { return (one - other).Seconds() / of.Seconds() }}
}

// compare measures all contenders of some comparisons against one another.
func (w *world) compare(ctx context.Context, group string, rounds int, comparisons []comparison) ([]row, error) {
	var contenders []*contender
	for _, c := range comparisons {
		for _, c := range []*contender{c.one, c.other} {
			if !slices.Contains(contenders, c) {
				contenders = append(contenders, c)
			}
		}
	}
	if err := w.measure(ctx, group, rounds, contenders); err != nil {
		return nil, err
	}
	if w.times {
		for _, c := range contenders {
			fmt.Fprintf(os.Stderr, "%-28s %v\n", c.name, c.took)
		}
	}
	rows := make([]row, len(comparisons))
	for i, c := range comparisons {
		rows[i] = c.row
		switch {
		case c.one.missing != "":
			rows[i].missing = c.one.missing
		case c.other.missing != "":
			rows[i].missing = c.other.missing
		default:
			rows[i].got = c.figure(c.one.took.at(0.5), c.other.took.at(0.5))
		}
	}
	return rows, nil
}
