package store

import "time"

// Mark notes that something is so for a while, at most a day: a host does not
// answer, the keyring hung, a hint was shown. Only a keyed hash of the name is
// kept.
func (s *State) Mark(name string, lasting time.Duration) {
	if file := s.file(marks, name, true); file != "" {
		save(s, marks, file, s.now().Add(lasting), struct{}{}) //nolint:errcheck // save has traced it
	}
}

// Marked reports whether that is still so.
func (s *State) Marked(name string) bool {
	file := s.file(marks, name, false)
	if file == "" {
		return false
	}
	r, ok := load[struct{}](s, marks, file)
	return ok && r.holds(marks, s.now())
}

// Unmark notes that it is so no longer.
func (s *State) Unmark(name string) {
	if file := s.file(marks, name, false); file != "" {
		s.removeFile(file)
	}
}
