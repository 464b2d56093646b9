package report

import (
	"testing"
	"time"
)

func TestSpansAreToldInTheirLargestUnit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for want, d := range map[string]time.Duration{
		"just now":       59 * time.Second,
		"1 minute ago":   time.Minute,
		"59 minutes ago": time.Hour - time.Second,
		"1 hour ago":     time.Hour,
		"2 hours ago":    3*time.Hour - time.Second,
		"23 hours ago":   24*time.Hour - time.Second,
		"1 day ago":      24 * time.Hour,
		"40 days ago":    40*24*time.Hour + time.Minute,
	} {
		if got := Ago(now.Add(-d), now); got != want {
			t.Errorf("%s ago: %q, want %q", d, got, want)
		}
	}
	if got := Ago(now.Add(time.Hour), now); got != "just now" {
		t.Errorf("a time to come: %q", got)
	}
}
