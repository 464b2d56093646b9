package check

import (
	"net/url"

	"github.com/ado-guard/git-credential-ado-guard/internal/places"
)

// Selection is what is to be checked.
type Selection struct {
	Subjects []Subject
	SSH      []SSHRemote
}

// Empty reports whether there is nothing.
func (s *Selection) Empty() bool { return len(s.Subjects)+len(s.SSH) == 0 }

// Add selects an address, which the current repository calls by a name unless that is
// empty. It reports false for one that is not at Azure DevOps. One that was selected
// before only gets another name.
func (s *Selection) Add(finder places.Finder, name, address string) bool {
	var names []string
	if name != "" {
		names = []string{name}
	}
	if found, ok := places.ParseSSH(address); ok {
		s.SSH = append(s.SSH, SSHRemote{Name: name, URL: found.URL, Organization: found.Organization, Login: found.Login})
		return true
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	q, ok := finder.Question(u)
	if !ok {
		return false
	}
	for i, known := range s.Subjects {
		if known.URL.String() == q.URL.String() && known.Inside.Secret.Equal(q.Inside.Secret) {
			s.Subjects[i].Remotes = append(known.Remotes, names...)
			return true
		}
	}
	s.Subjects = append(s.Subjects, Subject{Question: q, Remotes: names})
	return true
}
