package store

import "time"

// Outcome is what the last holder of an organization's lock found, for those who
// waited for it.
type Outcome struct {
	At          time.Time   `json:"-"`       // when it was noted
	Finding     Finding     `json:"finding"` // Live, Dead, Unknown or Refused
	Reason      string      `json:"reason"`  // for people; must not contain a secret
	Fingerprint Fingerprint `json:"fingerprint,omitempty"`
	// Group is the holder's process group: what one Git command started. Zero is
	// none.
	Group int `json:"group,omitempty"`
}

// outcomeLife is how long an outcome is told. Nobody waits that long for a lock.
const outcomeLife = 10 * time.Minute

// SetOutcome notes what was found, now; o.At is not read. The question is the
// organization, or anything that makes it narrower. Only a keyed hash of it is
// kept.
func (s *State) SetOutcome(question string, o Outcome) {
	if file := s.file(outcomes, question, true); file != "" {
		save(s, outcomes, file, s.now().Add(outcomeLife), o) //nolint:errcheck // save has traced it
	}
}

// Outcome returns what was last found, for ten minutes. Whether that is an answer
// is for the caller to decide, by its time.
func (s *State) Outcome(question string) (Outcome, bool) {
	file := s.file(outcomes, question, false)
	if file == "" {
		return Outcome{}, false
	}
	r, ok := load[Outcome](s, outcomes, file)
	if !ok || !r.holds(outcomes, s.now()) {
		return Outcome{}, false
	}
	r.What.At = r.Written
	return r.What, true
}
