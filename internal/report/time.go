package report

import (
	"fmt"
	"time"
)

// Ago says how long ago a time was: "just now", "5 minutes ago", "3 days ago".
func Ago(then, now time.Time) string {
	d := now.Sub(then)
	if d < time.Minute {
		return "just now"
	}
	return Span(d) + " ago"
}

// Span says a span of time in its largest unit, rounded down: "less than a minute",
// "5 minutes", "1 hour", "3 days". It is for people; a negative span is none.
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return Count(int(d/time.Minute), "minute")
	case d < day:
		return Count(int(d/time.Hour), "hour")
	default:
		return Count(int(d/day), "day")
	}
}

// Count is a number of things: "1 problem", "2 problems".
func Count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
