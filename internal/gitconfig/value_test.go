package gitconfig_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

func TestADurationIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"300": 5 * time.Minute, "300s": 5 * time.Minute, "5m": 5 * time.Minute, "8h": 8 * time.Hour,
		"1h30m": 90 * time.Minute, "500ms": 500 * time.Millisecond, "0": 0, "99999999999999": math.MaxInt64,
	} {
		if got, err := gitconfig.Duration(text); err != nil || got != want {
			t.Errorf("Duration(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-5", "-5m", "five", "5 m", "5d", "1e3", "99999999999999999999999"} {
		if got, err := gitconfig.Duration(text); err == nil {
			t.Errorf("Duration(%q) = %v", text, got)
		}
	}
}

func TestABooleanIsWhatGitTakesForOne(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	for _, text := range []string{
		"true", "TRUE", "yes", "On", "1", "2", "-1", "0x10", "1k", "1M", "2g", "010", "false", "No", "off", "0", "0k", "", "00",
		"maybe", "t", "y", "1x", "k", "1.0", "1kk", "--1",
	} {
		h.write(fmt.Sprintf("[a]\n\tb = %q\n", text))
		want := strings.TrimSpace(h.git("", "config", "--type=bool", "a.b"))
		got, err := gitconfig.Bool(text)
		switch {
		case err != nil && want != "":
			t.Errorf("Bool(%q): %v, but Git says %s", text, err, want)
		case err == nil && fmt.Sprint(got) != want:
			t.Errorf("Bool(%q) = %v, but Git says %q", text, got, want)
		}
	}
}
