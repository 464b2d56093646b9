package helper

import (
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Settings are the guard's own keys in Git's configuration. They are read just
// before the network is used, never before: most calls need none.
type Settings struct {
	RecheckAfter time.Duration // adoguard.recheckAfter: how long a live verdict spares the probes; 0 asks every time
	CopyFor      time.Duration // adoguard.copyFor: how long the copy spares starting the inner helper; 0 keeps none
	Timeout      time.Duration // adoguard.timeout: the clock for everything but the inner helper
	Erase        ErasePolicy   // adoguard.erase
}

// ErasePolicy says which deaths erase (adoguard.erase).
type ErasePolicy string

// The policies. Under all but the first a death that does not erase is told, and the
// token is handed over: where an organization forbids making tokens, a wrong erase
// could not be repaired.
const (
	EraseProven  ErasePolicy = "proven"    // every proven death
	EraseExpired ErasePolicy = "expired"   // proof of expiry only
	EraseNever   ErasePolicy = "never"     // none
	EraseUnknown ErasePolicy = "not known" // none: Git's configuration cannot be read
)

// Erases reports whether a death is to be followed by an erase.
func (p ErasePolicy) Erases(death validate.Verdict) bool {
	return p == EraseProven || p == EraseExpired && death.Expired
}

// DefaultSettings are in force where nothing is configured.
var DefaultSettings = Settings{
	RecheckAfter: 5 * time.Minute,
	CopyFor:      8 * time.Hour,
	Timeout:      5 * time.Second,
	Erase:        EraseProven,
}

// ReadSettings takes the settings out of Git's configuration. What cannot be read
// keeps its default and is told, once for each key.
func ReadSettings(lookup func(name string) (string, bool)) (Settings, []notice.Notice) {
	s := DefaultSettings
	var told []notice.Notice
	duration := func(name string, field *time.Duration, zero bool) {
		text, ok := lookup(name)
		if !ok {
			return
		}
		value, err := gitconfig.Duration(text)
		if err != nil || value < 0 || value == 0 && !zero {
			told = append(told, notice.UnreadableSetting("adoguard."+name, text, field.String()))
			return
		}
		*field = value
	}
	duration("recheckAfter", &s.RecheckAfter, true)
	duration("copyFor", &s.CopyFor, true)
	duration("timeout", &s.Timeout, false)
	if text, ok := lookup("erase"); ok {
		switch policy := ErasePolicy(text); policy {
		case EraseProven, EraseExpired, EraseNever:
			s.Erase = policy
		default:
			told = append(told, notice.UnreadableSetting("adoguard.erase", text, string(s.Erase)))
		}
	}
	return s, told
}
