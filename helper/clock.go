package helper

import (
	"context"
	"time"
)

// Bounds of what is not counted on the clock, or only up to a part of it.
const (
	keyringMost = 2 * time.Second  // of the clock, for one call to the keyring behind an inner helper
	lookMost    = 30 * time.Second // a look at an inner helper
	waitMost    = 2 * time.Minute  // the wait for another process that gets a token
	waitSilent  = time.Second      // after which a wait is told on a terminal
	deadFor     = time.Minute      // how long a death is remembered
	refusalFor  = 30 * time.Second // how long a refused prompt holds for the same process group
	markFor     = waitMost         // how long it is known that somebody waits
)

// clock is the one clock (adoguard.timeout): it counts the guard's own time and
// stands still while an inner helper works or a person types.
type clock struct {
	now          func() time.Time
	limit, spent time.Duration
}

// within returns a context that ends with the clock, or after most if that is
// sooner; done must be called when the work is done, and stops the clock.
func (c *clock) within(ctx context.Context, most time.Duration) (_ context.Context, done func()) {
	began := c.now()
	ctx, cancel := context.WithTimeout(ctx, min(most, c.left()))
	return ctx, func() {
		cancel()
		c.spent += c.now().Sub(began)
	}
}

// left is what remains on the clock.
func (c *clock) left() time.Duration { return max(0, c.limit-c.spent) }
