package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wrap breaks a text at its spaces into rows: the first of at most so many columns,
// the others of so many others. A word that is longer stays whole, so that an address
// can be copied. There is at least one row.
func wrap(text string, first, others int) []string {
	var rows []string
	row, columns := "", first
	for _, word := range strings.Fields(text) {
		switch {
		case row == "" && (rows != nil || width(word) <= columns || first >= others):
			row = word
		case row != "" && width(row)+1+width(word) <= columns:
			row += " " + word
		default:
			rows = append(rows, row)
			row, columns = word, others
		}
	}
	return append(rows, row)
}

// pad fills a text with spaces up to a number of columns.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-width(text)))
}

// cut is as much of a text as fits into the given columns.
func cut(text string, columns int) string {
	used := 0
	for i, r := range text {
		if used += width(string(r)); used > columns {
			return text[:i]
		}
	}
	return text
}

// width is the number of columns that a terminal needs for a text without control
// characters: none for a mark over the letter before it, two for the letters of East
// Asia (Unicode Standard Annex 11, by script).
func width(text string) int {
	columns := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
			'！' <= r && r <= '｠': // the full-width forms of ASCII
			columns += 2
		default:
			columns++
		}
	}
	return columns
}

// ascii writes a printable text in ASCII.
func ascii(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r == '…':
			b.WriteString("...")
		default:
			b.WriteString(escaped(r))
		}
	}
	return b.String()
}

// escaped is a character by its number, as in JSON if it has no more than 16 bits.
func escaped(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
