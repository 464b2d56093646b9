// Package report lays out what the commands print for people: check, doctor, forget,
// configure.
//
// The model: a report is a list of sections, a [Section] has a title and lines, and
// a [Line] says one thing: a mark, a name, a text, and what to do about it.
//
//	contoso (https://dev.azure.com/contoso)
//	  ✓ keyring     a copy, used until 18:20
//	  ✗ profile     expired (401)
//	                → make a new one at https://dev.azure.com/contoso/_usersSettings/tokens
//
// [Style.Format] makes text of it, fit for where it goes: the names of a section
// stand in one column and the texts in another; on a terminal long texts are wrapped
// under themselves, and the marks are coloured. Nothing depends on colour, and where
// the locale is not UTF-8 everything is ASCII. Whatever could steer a terminal is
// escaped here, so a text may come from anywhere.
//
// For programs there is [WriteJSON], and for the time until there is something to
// print, [Wait].
package report

import (
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
)

// Section is a part of a report.
type Section struct {
	Title string `json:"title"`
	Lines []Line `json:"lines"`
}

// Line is one thing that is said. Name and Text are plain text in one line each.
type Line struct {
	Mark     Mark     `json:"mark,omitzero"`
	Name     string   `json:"name"`
	Text     string   `json:"text"`
	Remedies []string `json:"remedies,omitempty"` // what to do, one sentence each, in the order of trying
	Verbatim bool     `json:"-"`                  // Text is to be copied: its spaces stay, and it is one row however long
}

// Mark is how good or bad it is what a line says.
type Mark int

// The marks. The zero Mark is none: the line is neither good nor bad.
const (
	None Mark = iota
	OK
	Warning
	Problem
	Unknown
)

var markNames = [...]string{"", "ok", "warning", "problem", "unknown"}

// String is the mark's name in JSON: ok, warning, problem, unknown; "" for none.
func (m Mark) String() string { return markNames[m] }

// MarshalText writes the name.
func (m Mark) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Layout, in columns. Where there are fewer than narrow for the texts, only their first
// rows stand in the column of texts, and the others under the names.
const (
	indent = 2
	gap    = 2
	narrow = 32
)

// Format lays out sections, with an empty line between two.
func (s Style) Format(sections ...Section) string {
	var blocks []string
	for _, section := range sections {
		blocks = append(blocks, s.section(section))
	}
	return strings.Join(blocks, "\n")
}

func (s Style) section(section Section) string {
	var b strings.Builder
	left := 0 // the indent of the lines
	if section.Title != "" {
		left = indent
		s.put(&b, block{style: bold, text: section.Title})
	}
	marked, named := 0, 0
	for _, line := range section.Lines {
		marked = max(marked, width(s.mark(line.Mark)))
		named = max(named, width(s.clean(line.Name)))
	}
	if marked > 0 {
		left += marked + 1
	}
	text := left
	if named > 0 {
		text += named + gap
	}
	for _, line := range section.Lines {
		s.line(&b, line, left, marked, text)
	}
	return b.String()
}

// line puts a line whose name begins in column left and whose text begins in column
// text.
func (s Style) line(b *strings.Builder, line Line, left, marked, text int) {
	mark := strings.Repeat(" ", left)
	if line.Mark != None {
		mark = pad("", left-marked-1) + s.paint(pad(s.mark(line.Mark), marked), colours[line.Mark]) + " "
	}
	hang := text
	if s.Width > 0 && s.Width-text < narrow {
		hang = min(left+gap, text)
	}
	s.put(b, block{prefix: mark + pad(s.clean(line.Name), text-left), from: text, hang: hang, text: line.Text, verbatim: line.Verbatim})
	arrow := s.arrow() + " "
	for _, remedy := range line.Remedies {
		from := hang + width(arrow)
		s.put(b, block{prefix: pad("", hang) + arrow, from: from, hang: from, text: remedy})
	}
}

// block is a text with what stands before its first row, the column from which that
// row goes, and the one from which the others do.
type block struct {
	prefix string
	from   int
	hang   int
	style  string
	text   string

	verbatim bool
}

func (s Style) put(b *strings.Builder, what block) {
	rows := []string{s.clean(what.text)}
	if s.Width > 0 && !what.verbatim {
		rows = wrap(rows[0], s.Width-what.from, s.Width-what.hang)
	}
	start := what.prefix
	for _, row := range rows {
		b.WriteString(strings.TrimRight(start+s.paint(row, what.style), " ") + "\n")
		start = pad("", what.hang)
	}
}

// clean makes a text fit to be shown: nothing in it steers a terminal, and where the
// locale is not UTF-8 it is ASCII, because there the bytes of a UTF-8 letter can be
// control characters.
func (s Style) clean(text string) string {
	text = notice.Escape(text)
	if !s.Unicode {
		text = ascii(text)
	}
	return text
}
