package store

import (
	"encoding/hex"
	"time"
)

// settlement says what is settled, as a keyed hash.
type settlement struct {
	Detail string `json:"detail"`
}

// Settle notes that a credential is where it belongs (the inner helper has it, and
// so has the copy), so that Git's next store of it has nothing to do, until the
// given time, at most 30 days ahead. The detail is what else makes it the very
// same credential, such as the username. Only a keyed hash of it is kept, so it
// may be a secret; one secret has one detail at a time.
func (s *State) Settle(organization string, fingerprint Fingerprint, detail string, until time.Time) {
	file := s.recordFile(organization, fingerprint, settledSuffix, true)
	if file == "" {
		return
	}
	save(s, settled, file, until, settlement{s.detail(detail)}) //nolint:errcheck // save has traced it
}

// Settled reports whether that very credential was settled and still is.
func (s *State) Settled(organization string, fingerprint Fingerprint, detail string) bool {
	file := s.recordFile(organization, fingerprint, settledSuffix, false)
	if file == "" {
		return false
	}
	r, ok := load[settlement](s, settled, file)
	return ok && r.holds(settled, s.now()) && r.What.Detail == s.detail(detail)
}

// Unsettle takes [State.Settle] back. Without a fingerprint: for every secret in
// that organization.
func (s *State) Unsettle(organization string, fingerprint Fingerprint) {
	s.drop(organization, fingerprint, settledSuffix)
}

// detail hides a detail. It is called only when there is a key.
func (s *State) detail(of string) string {
	keys, err := s.key(false)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(digest(keys.records, "detail\x00", of))
}
