package doctor

import (
	"slices"

	"github.com/ado-guard/git-credential-ado-guard/internal/report"
)

// Finding is one line of a diagnosis: what is, why, and what to do about it. It
// holds no secret.
type Finding struct {
	Topic    string      `json:"topic"`              // one of topics
	Mark     report.Mark `json:"mark"`               // ok, warning or problem
	About    []string    `json:"about,omitempty"`    // the URLs, hosts or helpers in question
	Text     string      `json:"text"`               // a sentence
	Remedies []string    `json:"remedies,omitempty"` // what to do, in the order of trying
}

// The topics, in the order in which they are shown: from what everything else
// stands on to what concerns one repository only.
const (
	topicGit      = "git"      // Git itself
	topicProgram  = "program"  // the guard, as Git finds it
	topicOrder    = "order"    // the guard's place among the credential helpers
	topicSettings = "settings" // the guard's own settings
	topicHelper   = "helper"   // what stands behind the guard
	topicKeyring  = "keyring"  // the operating system's keyring
	topicMemory   = "memory"   // the state directory
	topicNetwork  = "network"  // the way to Azure DevOps
	topicClock    = "clock"    // this machine's clock
	topicService  = "service"  // Azure DevOps' own health
	topicRemote   = "remote"   // remotes that no credential helper has a part in
)

var topics = []string{
	topicGit, topicProgram, topicOrder, topicSettings, topicHelper, topicKeyring, topicMemory,
	topicNetwork, topicClock, topicService, topicRemote,
}

// Diagnosis is all findings, in the order of their topics.
type Diagnosis struct {
	Git      string // its version; "" if it is not known
	Findings []Finding
}

// newDiagnosis sorts the findings and hides what nobody should see.
func newDiagnosis(version string, findings []Finding, v veil) Diagnosis {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return slices.Index(topics, a.Topic) - slices.Index(topics, b.Topic)
	})
	for i := range findings {
		f := &findings[i]
		f.Text = v.over(f.Text)
		f.About, f.Remedies = v.overAll(f.About), v.overAll(f.Remedies)
	}
	return Diagnosis{Git: version, Findings: findings}
}

// Count returns how many findings have a mark.
func (d Diagnosis) Count(mark report.Mark) int {
	n := 0
	for _, f := range d.Findings {
		if f.Mark == mark {
			n++
		}
	}
	return n
}

// mostProblems is the greatest exit status that is none of the shell's own: 126 and
// 127 tell that a command could not be run (POSIX, Shell Command Language, 2.8.2).
const mostProblems = 125

// Status is the exit status: the number of problems, at most 125.
func (d Diagnosis) Status() int { return min(d.Count(report.Problem), mostProblems) }
