package doctor

import (
	"io"

	"github.com/ado-guard/git-credential-ado-guard/internal/report"
)

// Format lays the diagnosis out for people, the summary behind it.
func (d Diagnosis) Format(style report.Style) string {
	var lines []report.Line
	for _, f := range d.Findings {
		lines = append(lines, report.Line{Mark: f.Mark, Name: f.Topic, Text: f.Text, Remedies: f.Remedies})
	}
	return style.Format(report.Section{Lines: lines}, report.Section{Lines: []report.Line{d.Summary()}})
}

// Ticket is the diagnosis for a support ticket, as --json writes it. Fields keep
// their names and meaning as long as the version stays; new ones may come.
type Ticket struct {
	Version  int       `json:"version"`  // of this form: 1
	Guard    string    `json:"guard"`    // the guard's version
	System   string    `json:"system"`   // "windows/amd64"
	Git      string    `json:"git"`      // its version; "" if it is not known
	Problems int       `json:"problems"` // how many findings are marked so
	Warnings int       `json:"warnings"`
	Findings []Finding `json:"findings"`
}

// WriteJSON writes the diagnosis as a [Ticket].
func (d Diagnosis) WriteJSON(to io.Writer, guard, system string) error {
	return report.WriteJSON(to, Ticket{
		Version: 1, Guard: guard, System: system, Git: d.Git,
		Problems: d.Count(report.Problem), Warnings: d.Count(report.Warning), Findings: d.Findings,
	})
}
