package gitconfig

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration reads a span of time: "300" and "300s" are seconds, "5m", "8h" and
// "1h30m" are what they look like. It is never negative.
func Duration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if seconds, wrong := strconv.ParseInt(text, 10, 64); wrong == nil {
		d, err = time.Duration(seconds)*time.Second, nil
		if seconds > math.MaxInt64/int64(time.Second) {
			d = math.MaxInt64
		}
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("reading %q: not a span of time such as 300, 300s, 5m or 8h", text)
	}
	return d, nil
}

// Bool reads a boolean in any of Git's spellings (git-config(1), "Values"): true,
// yes, on, false, no, off in any case, a number (0 is false), nothing (false).
func Bool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "on":
		return true, nil
	case "false", "no", "off", "":
		return false, nil
	}
	digits, factor := text, int64(1)
	switch text[len(text)-1] | 0x20 {
	case 'k':
		factor = 1 << 10
	case 'm':
		factor = 1 << 20
	case 'g':
		factor = 1 << 30
	}
	if factor > 1 {
		digits = text[:len(text)-1]
	}
	n, err := strconv.ParseInt(digits, 0, 32) // Git's int, and so is the product
	if product := n * factor; err != nil || product < math.MinInt32 || product > math.MaxInt32 {
		return false, fmt.Errorf("reading %q: not a boolean", text)
	}
	return n != 0, nil
}
