package inner

import (
	"github.com/ado-guard/git-credential-ado-guard/helper"
)

// After returns those of Git's helpers for a URL that stand behind the guard, and
// whether the guard stands in the list at all. A second guard behind the first is
// left out: it would be asked in vain.
func After(values []string) (behind []string, found bool) {
	for _, value := range values {
		switch {
		case helper.ProgramName(value) == "ado-guard":
			found = true
		case found:
			behind = append(behind, value)
		}
	}
	return behind, found
}
