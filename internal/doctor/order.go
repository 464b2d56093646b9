package doctor

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// standing is the guard's place among the helpers for some places alike.
type standing struct {
	configure.Standing
	places []place
}

// standings finds out how the guard stands at each place. Places where everything
// is the same, down to the line that is to blame, are told together.
func standings(c gitconfig.Config, places []place) []standing {
	var all []standing
	for _, p := range places {
		s := configure.Examine(c, p.url)
		same := func(o standing) bool { return alike(o.Standing, s) }
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i].places = append(all[i].places, p)
			continue
		}
		all = append(all, standing{s, []place{p}})
	}
	for i := range all {
		all[i].Pattern = strings.Join(all[i].names(), ", ")
	}
	return all
}

func alike(a, b configure.Standing) bool {
	return a.Trouble == b.Trouble && a.Culprit.Name == b.Culprit.Name && a.Culprit.Origin == b.Culprit.Origin &&
		a.Guard.String() == b.Guard.String() && slices.Equal(values(a.Helpers), values(b.Helpers))
}

func values(helpers []gitconfig.Helper) []string {
	var all []string
	for _, h := range helpers {
		all = append(all, h.Value)
	}
	return all
}

func (s standing) names() []string {
	var names []string
	for _, p := range s.places {
		names = append(names, p.name)
	}
	return names
}

// there reports whether the guard is asked at all.
func (s standing) there() bool { return s.Guard.Program != "" }

// inner are the helpers behind the guard: those that it runs, or else those after
// it in Git's list. Without a guard they are all of Git's.
func (s standing) inner() []string {
	if len(s.Guard.Helpers) > 0 {
		return s.Guard.Helpers
	}
	return slices.DeleteFunc(values(s.Helpers), func(value string) bool { return helper.ProgramName(value) == "ado-guard" })
}

// orderFindings tells how the guard stands, and whether what its lines call is
// there.
func orderFindings(all []standing, files Files) []Finding {
	var found []Finding
	for _, s := range all {
		s.Culprit.Value = brief(s.Culprit.Value)
		complaint, wrong := s.Complaint()
		path, named := s.path()
		switch {
		case wrong:
			found = append(found, misplaced(s, complaint))
		case named && !files.Program(path):
			found = append(found, lineWithoutProgram(s, path))
		default:
			found = append(found, wellPlaced(s))
		}
	}
	return found
}

// path is the guard's program if its line names it by a path that can be read
// without a shell. configure writes paths with backslashes before what is special.
func (s standing) path() (string, bool) {
	path := strings.ReplaceAll(s.Guard.Program, `\`, "")
	if strings.ContainsAny(path, `'"$~!`) || !filepath.IsAbs(path) {
		return "", false
	}
	return filepath.FromSlash(path), true
}

// calledByName reports whether Git has to find the guard by itself.
func calledByName(all []standing) bool {
	for _, s := range all {
		if _, named := s.path(); s.there() && !named {
			return true
		}
	}
	return false
}

// keeping is what the guard needs the keyring for.
type keeping int

const (
	unknown keeping = iota // there is no guard yet
	nothing                // --no-copy everywhere
	copies                 // to spare the inner helpers' start
	tokens                 // as the only place where they are kept
)

// keeps is the most that any of the lines needs the keyring for.
func keeps(all []standing) keeping {
	most := unknown
	for _, s := range all {
		switch {
		case !s.there():
		case s.Guard.NoCopy:
			most = max(most, nothing)
		case len(s.inner()) > 0:
			most = max(most, copies)
		default:
			most = tokens
		}
	}
	return most
}
