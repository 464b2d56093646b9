package store

import (
	"cmp"
	"slices"
)

// Known is an organization that the guard has seen, without any secret.
type Known struct {
	Key          string `json:"key"`  // by which verdicts and locks are kept
	Host         string `json:"host"` // as in the request, such as dev.azure.com
	Organization string `json:"organization"`
}

// Know notes an organization for good. One that is known costs one read.
func (s *State) Know(k Known) {
	file := s.file(organizations, k.Key+"\x00"+k.Host, true)
	if r, ok := load[Known](s, organizations, file); !ok || r.What != k {
		save(s, organizations, file, never, k) //nolint:errcheck // save has traced it
	}
}

// Unknow forgets the organization of a key, on every host.
func (s *State) Unknow(key string) {
	for _, k := range s.KnownOrganizations() {
		if k.Key == key {
			s.removeFile(s.file(organizations, k.Key+"\x00"+k.Host, false))
		}
	}
}

// KnownOrganizations returns all that were noted, sorted by key and host. It reads
// one file for each of them.
func (s *State) KnownOrganizations() []Known {
	known := loadAll[Known](s, organizations)
	slices.SortFunc(known, func(a, b Known) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Host, b.Host))
	})
	return known
}

// loadAll reads all records of a kind that has no end.
func loadAll[T any](s *State, k kind) []T {
	var all []T
	for _, name := range s.list(k.folder) {
		if r, ok := load[T](s, k, k.folder+"/"+name); ok {
			all = append(all, r.What)
		}
	}
	return all
}
