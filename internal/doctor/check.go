package doctor

import (
	"context"
	"slices"
	"time"
)

// check is what can be looked at beside other things.
type check struct {
	topic string
	run   func(context.Context) []Finding
}

// grace is how long a check that obeys its context needs to end.
const grace = time.Second

// runAll makes all checks at the same time. One that breaks, or does not end in
// time, is a finding as well.
func runAll(ctx context.Context, all []check) []Finding {
	type result struct {
		number int
		found  []Finding
	}
	results := make(chan result, len(all))
	for i, c := range all {
		go func() {
			r := result{i, []Finding{broken(c.topic)}}
			defer func() {
				recover() // what it says may hold anything; that the check broke is told
				results <- r
			}()
			r.found = c.run(ctx)
		}()
	}
	found := make([][]Finding, len(all))
	for i, c := range all {
		found[i] = []Finding{unfinished(c.topic)}
	}
	late := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { close(late) }) })
	defer stop()
	for range all {
		select {
		case r := <-results:
			found[r.number] = r.found
		case <-late:
			return slices.Concat(found...)
		}
	}
	return slices.Concat(found...)
}
