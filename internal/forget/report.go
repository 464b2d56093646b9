package forget

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Report is what was removed and what was not.
type Report struct {
	target  validate.Target
	goos    string
	keyring []itemState
	helpers []helperState
	inURLs  []places.Remote // remotes with a password in their URL, which is cut out here
}

// helperState is what became of all that one helper held.
type helperState struct {
	place     places.Place
	addresses []string // that something is left for
	emptied
	elsewhere elsewhere
}

// add notes what became of one place; a helper that was asked for several URLs has
// one line.
func (r *Report) add(q places.Question, p places.Place, e emptied) {
	h := r.helper(p)
	h.removed = append(h.removed, e.removed...)
	h.unasked = h.unasked || e.unasked
	if e.unseen != nil {
		h.unseen = e.unseen
	}
	if e.left.Any() {
		h.left, h.addresses = e.left, append(h.addresses, q.Target.OrganizationURL())
	}
}

// addElsewhere notes what a mere store still holds for other paths.
func (r *Report) addElsewhere(p places.Place, e elsewhere) {
	if e.found.Any() {
		r.helper(p).elsewhere = e
	}
}

// helper is the line of a helper.
func (r *Report) helper(p places.Place) *helperState {
	i := slices.IndexFunc(r.helpers, func(h helperState) bool { return h.place.Value == p.Value })
	if i < 0 {
		i = len(r.helpers)
		r.helpers = append(r.helpers, helperState{place: p})
	}
	return &r.helpers[i]
}

// Gone reports whether nothing is left.
func (r Report) Gone() bool {
	return len(r.inURLs) == 0 &&
		!slices.ContainsFunc(r.keyring, func(s itemState) bool { return s.left != nil && !s.unused }) &&
		!slices.ContainsFunc(r.helpers, func(h helperState) bool { return h.left.Any() || h.unseen != nil || h.elsewhere.known })
}

// name is what people call the target.
func (r Report) name() string {
	if r.target.Server {
		return r.target.OrganizationURL()
	}
	return r.target.Organization
}

// Section is the report for people.
func (r Report) Section() report.Section {
	s := report.Section{Title: r.name()}
	s.Lines = append(s.Lines, r.keyringLines()...)
	for _, h := range r.helpers {
		s.Lines = append(s.Lines, h.line(r))
	}
	for _, remote := range r.inURLs {
		s.Lines = append(s.Lines, report.Line{
			Mark: report.Problem, Name: "url", Text: fmt.Sprintf("a token stands in the URL of the remote %s, where anybody can read it", remote.Name),
			Remedies: []string{fmt.Sprintf("git remote set-url %s %s", remote.Name, remote.URL)},
		})
	}
	s.Lines = append(s.Lines, r.verdict())
	return s
}

func (r Report) verdict() report.Line {
	switch {
	case !r.Gone():
		return report.Line{Mark: report.Problem, Name: "left", Text: "a token may still be used: see above what is to be done by hand"}
	case slices.ContainsFunc(r.helpers, func(h helperState) bool { return h.elsewhere.found.Any() }):
		return report.Line{Mark: report.OK, Name: "gone", Text: "nothing is left that is known to be this organization's"}
	case r.removed() == 0:
		return report.Line{Mark: report.OK, Name: "gone", Text: "nothing was kept: Git asks for a token when it needs one"}
	default:
		return report.Line{Mark: report.OK, Name: "gone", Text: "nothing is left: the next Git command asks for a new token"}
	}
}

func (r Report) removed() int {
	n := 0
	for _, k := range r.keyring {
		n += k.removed
	}
	for _, h := range r.helpers {
		n += len(h.removed)
	}
	return n
}

// keyringLines are one line for all items of which all is well, and one for each
// other.
func (r Report) keyringLines() []report.Line {
	removed, unused := 0, true
	var lines []report.Line
	for _, k := range r.keyring {
		removed += k.removed
		unused = unused && k.unused
		if k.left != nil && !k.unused {
			why := k.left.Error()
			if errors.Is(k.left, store.ErrUnavailable) {
				why = "cannot be used, and " + k.item + " was put into it once"
			}
			lines = append(lines, report.Line{Mark: report.Problem, Name: "keyring", Text: why, Remedies: []string{r.ownItem(k.item)}})
		}
	}
	switch {
	case len(lines) > 0:
		return lines
	case unused:
		return []report.Line{{Name: "keyring", Text: "there is none that can be used here, and nothing was put into one"}}
	case removed == 0:
		return []report.Line{{Name: "keyring", Text: "held nothing"}}
	default:
		return []report.Line{{Mark: report.OK, Name: "keyring", Text: "removed " + report.Count(removed, "account")}}
	}
}

func (h helperState) line(r Report) report.Line {
	l := report.Line{Name: h.place.Name}
	switch {
	case h.left.Any():
		l.Mark = report.Problem
		l.Text = fmt.Sprintf("was told to erase the %s, and still gives it", describe(h.left))
		l.Remedies = r.byHand(h)
	case h.unseen != nil:
		l.Mark, l.Text = report.Problem, "was told to erase what it keeps, and cannot be looked into: "+h.unseen.Error()
		l.Remedies = r.byHand(h)
	case h.unasked:
		l.Text = "keeps nothing: it asks you every time"
	case len(h.removed) > 0:
		var all []string
		for _, found := range h.removed {
			if text := describe(found); !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
		l.Mark, l.Text = report.OK, "removed the "+strings.Join(all, ", the ")
	default:
		l.Text = "held nothing"
	}
	if h.elsewhere.found.Any() {
		still := fmt.Sprintf("still holds the %s for another path of %s", describe(h.elsewhere.found), r.target.Host)
		name := fmt.Sprintf("name its repository: git credential-ado-guard forget %s/PROJECT/_git/REPOSITORY", r.target.OrganizationURL())
		switch {
		case !h.elsewhere.known:
			name = "it " + still + "; if that is this organization's, " + name
		case len(h.removed) > 0:
			l.Mark, l.Text = report.Problem, l.Text+"; "+still
		default:
			l.Mark, l.Text = report.Problem, still
		}
		l.Remedies = append(l.Remedies, name)
		if h.elsewhere.known { // an entry without a path goes by no repository's
			l.Remedies = append(l.Remedies, r.byHand(h)...)
		}
	}
	return l
}

func describe(found places.Found) string {
	return fmt.Sprintf("%s of %s", found.Credential.Secret.Kind(), notice.Username(found.Credential.Username))
}
