package store

import (
	"slices"
	"strings"
	"time"
)

// Finding is what was found out about a credential.
type Finding string

// The findings. Live and Dead can be remembered as verdicts. Unknown is told only
// to those who are waiting, and so is Refused: no credential could be had, because
// the person refused or could not be asked.
const (
	Live    Finding = "live"
	Dead    Finding = "dead"
	Unknown Finding = "unknown"
	Refused Finding = "refused"
)

// Remembered is a verdict that was reached before.
type Remembered struct {
	Finding Finding   `json:"finding"`         // Live or Dead
	Reason  string    `json:"reason"`          // for people; must not contain a secret
	Until   time.Time `json:"-"`               // the verdict's own end, at most a day ahead
	Proven  time.Time `json:"proven,omitzero"` // when the secret was last proven live
}

// verdict is what a record of a verdict says. It names the organization, which
// its file does not.
type verdict struct {
	Organization string `json:"organization"`
	Remembered
}

const (
	verdictSuffix = ".verdict"
	settledSuffix = ".settled"
)

// recordFile is the place of what is known of a secret in an organization, "" if
// nothing can be: no key, or not a fingerprint.
func (s *State) recordFile(organization string, fingerprint Fingerprint, suffix string, create bool) string {
	if !fingerprint.valid() {
		return ""
	}
	keys, err := s.key(create)
	if err != nil {
		return ""
	}
	return verdicts.folder + "/" + string(fingerprint) + "/" + fileName(keys.records, organization) + suffix
}

// Recall returns the verdict on a secret in an organization, if there is one that
// has not run out. The organization is a key that the caller chooses, and is kept
// readable in the file.
func (s *State) Recall(organization string, fingerprint Fingerprint) (Remembered, bool) {
	r, ok := s.verdict(organization, fingerprint)
	if !ok || !r.holds(verdicts, s.now()) {
		return Remembered{}, false
	}
	return r.What.Remembered, true
}

// LastProven returns when a secret was last proven live in an organization,
// whether or not that verdict has run out.
func (s *State) LastProven(organization string, fingerprint Fingerprint) (time.Time, bool) {
	r, ok := s.verdict(organization, fingerprint)
	if !ok || !r.written(s.now()) || r.What.Proven.IsZero() {
		return time.Time{}, false
	}
	return r.What.Proven, true
}

func (s *State) verdict(organization string, fingerprint Fingerprint) (record[verdict], bool) {
	file := s.recordFile(organization, fingerprint, verdictSuffix, false)
	if file == "" {
		return record[verdict]{}, false
	}
	r, ok := load[verdict](s, verdicts, file)
	r.What.Until = r.Until
	return r, ok
}

// Remember keeps a verdict, Live or Dead, until its own end. A zero Proven keeps
// the time that is known already. A verdict that has run out is kept too: it still
// answers [State.LastProven] and [State.Organizations].
func (s *State) Remember(organization string, fingerprint Fingerprint, r Remembered) {
	if r.Finding != Live && r.Finding != Dead {
		return // nothing was found out
	}
	file := s.recordFile(organization, fingerprint, verdictSuffix, true)
	if file == "" {
		return
	}
	if r.Proven.IsZero() {
		r.Proven, _ = s.LastProven(organization, fingerprint)
	}
	save(s, verdicts, file, r.Until, verdict{organization, r}) //nolint:errcheck // save has traced it
}

// Forget removes what is known of a secret in an organization, settled marks
// included. Without a fingerprint: of every secret in that organization.
func (s *State) Forget(organization string, fingerprint Fingerprint) {
	s.drop(organization, fingerprint, verdictSuffix, settledSuffix)
}

func (s *State) drop(organization string, fingerprint Fingerprint, suffixes ...string) {
	fingerprints := []string{string(fingerprint)}
	if fingerprint == "" {
		fingerprints = s.list(verdicts.folder)
	}
	for _, fingerprint := range fingerprints {
		for _, suffix := range suffixes {
			if file := s.recordFile(organization, Fingerprint(fingerprint), suffix, false); file != "" {
				s.removeFile(file)
			}
		}
	}
}

// Organizations returns the organizations that a secret has had verdicts in,
// sorted, run out or not.
func (s *State) Organizations(fingerprint Fingerprint) []string {
	if !fingerprint.valid() {
		return nil
	}
	folder := verdicts.folder + "/" + string(fingerprint)
	var organizations []string
	for _, name := range s.list(folder) {
		if !strings.HasSuffix(name, verdictSuffix) {
			continue
		}
		if r, ok := load[verdict](s, verdicts, folder+"/"+name); ok {
			organizations = append(organizations, r.What.Organization)
		}
	}
	slices.Sort(organizations)
	return organizations
}
