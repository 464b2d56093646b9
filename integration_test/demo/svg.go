package main

import (
	"fmt"
	"html"
	"strings"
)

// The picture is drawn with a fixed character grid, in units of CSS pixels.
const (
	columns    = 104
	charWidth  = 8 // of the widest of the fonts below, at 13 px
	lineHeight = 20
	margin     = 24
)

// colours of the kinds of lines, on a dark ground; contrast at least 4.5:1.
var colours = map[kind]string{
	headings: "#ffffff",
	commands: "#ffffff",
	outputs:  "#c9d1d9",
	badEnds:  "#ff9b93",
	goodEnds: "#7ee2a8",
}

// svg renders the transcript as a picture that needs no font, script or style from
// elsewhere, and whose words can be read aloud.
func (t *transcript) svg() string {
	var body strings.Builder
	y := margin + lineHeight
	row := func(colour, weight, text string) {
		if text != "" {
			fmt.Fprintf(&body, "<text x=\"%d\" y=\"%d\" fill=\"%s\" font-weight=\"%s\">%s</text>\n",
				margin, y, colour, weight, html.EscapeString(text))
		}
		y += lineHeight
	}
	for i, l := range t.lines {
		switch l.kind {
		case headings:
			if i > 0 {
				row("", "", "")
				fmt.Fprintf(&body, "<line x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#30363d\"/>\n", y-lineHeight, width, y-lineHeight)
			}
			row(colours[l.kind], "bold", strings.ToUpper(l.text[:1])+l.text[1:])
		case commands:
			y += lineHeight / 2
			row(colours[l.kind], "bold", "$ "+l.text)
		case outputs:
			for _, part := range wrapped(l.text) {
				row(tint(l.text), "normal", part)
			}
		case badEnds, goodEnds:
			y += lineHeight / 2
			for _, part := range wrapped(l.text) {
				row(colours[l.kind], "bold", part)
			}
		}
	}
	height := y - lineHeight + margin
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title note">
<title id="title">%s</title>
<desc id="note">%s</desc>
<rect width="%d" height="%d" rx="10" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" xml:space="preserve" style="white-space: pre">
%s</g>
</svg>
`, width, height, width, height, html.EscapeString(t.title), html.EscapeString(t.note), width, height, body.String())
}

const width = columns*charWidth + 2*margin

// tint tells Git's errors and the guard's own words from the rest of an output.
func tint(text string) string {
	switch {
	case strings.HasPrefix(text, "fatal:"), strings.HasPrefix(text, "error:"):
		return colours[badEnds]
	case strings.HasPrefix(text, "ado-guard:"):
		return "#79c0ff"
	}
	return colours[outputs]
}

// wrapped breaks a line between words so that it fits; what follows is indented.
func wrapped(text string) []string {
	var parts []string
	for len(text) > columns {
		at := strings.LastIndexByte(text[:columns+1], ' ')
		if at <= 4 { // one long word
			at = columns
		}
		parts = append(parts, text[:at])
		text = "    " + strings.TrimLeft(text[at:], " ")
	}
	return append(parts, text)
}
