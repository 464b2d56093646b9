package main

import "strings"

// transcript is what could be seen, as lines of several kinds. It can be rendered
// as text and as a picture.
type transcript struct {
	title, note string
	lines       []line
}

type line struct {
	kind kind
	text string
}

type kind int

const (
	headings kind = iota
	commands
	outputs
	badEnds  // what came of it, where that is bad
	goodEnds // and where it is good
)

func (t *transcript) heading(text string) { t.add(headings, text) }
func (t *transcript) command(text string) { t.add(commands, text) }
func (t *transcript) bad(text string)     { t.add(badEnds, text) }
func (t *transcript) good(text string)    { t.add(goodEnds, text) }

// output adds what a command printed, line by line. Of a line that was written
// over (progress), the last version counts, as on a terminal.
func (t *transcript) output(text string) {
	for text := range strings.Lines(text) {
		text = strings.TrimRight(text, "\r\n")
		t.add(outputs, text[strings.LastIndexByte(text, '\r')+1:])
	}
}

func (t *transcript) add(k kind, text string) { t.lines = append(t.lines, line{k, text}) }

// text renders the transcript in ASCII.
func (t *transcript) text() string {
	var b strings.Builder
	put := func(lines ...string) {
		for _, l := range lines {
			b.WriteString(strings.TrimRight(l, " ") + "\n")
		}
	}
	if t.title != "" {
		put(t.title, strings.Repeat("=", len(t.title)), t.note)
	}
	for _, l := range t.lines {
		switch l.kind {
		case headings:
			put("", l.text, strings.Repeat("-", len(l.text)))
		case commands:
			put("", "  $ "+l.text)
		case outputs:
			put("  " + l.text)
		case badEnds, goodEnds:
			put("", "=> "+l.text)
		}
	}
	return b.String()
}
