// Package notice owns what the guard says on stderr while Git is running: every
// sentence stands in this package, so that they can be read in one sitting.
//
// A notice is one line that says what happened and, where somebody can do
// something about it, one line that says what:
//
//	ado-guard: the personal access token for contoso has expired: it is removed and a new one is asked for
//	ado-guard: hint: make a new one at https://dev.azure.com/contoso/_usersSettings/tokens
//
// Lower case, no full stop, no token. Names that come from elsewhere are escaped
// when they are printed, so that none of them can steer a terminal.
package notice

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// Notice is something to tell the person behind a Git command.
type Notice struct {
	What string // what happened
	Hint string // what to do about it, or nothing
}

// Printer writes notices to one stream, stderr as a rule.
type Printer struct{ To io.Writer }

// brokenPipe takes the signals of [Printer.Print]. Nobody reads it.
var brokenPipe = make(chan os.Signal, 1)

// Print writes the notice. A stream that cannot be written to is let be: there is
// nobody left to be told. That includes a pipe whose reader has gone: package os
// would end the process of whoever writes to it as stderr, unless it asks for the
// signal, and Git would have no answer.
func (p Printer) Print(n Notice) {
	signal.Notify(brokenPipe, syscall.SIGPIPE)
	text := "ado-guard: " + Escape(n.What) + "\n"
	if n.Hint != "" {
		text += "ado-guard: hint: " + Escape(n.Hint) + "\n"
	}
	io.WriteString(p.To, text) //nolint:errcheck // see above
}

// Escape makes what a terminal would obey visible: control characters, characters
// that turn the direction of writing or take no room, and bytes that are no UTF-8.
func Escape(text string) string {
	if strings.IndexFunc(text, steers) < 0 && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case steers(r) && r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		case steers(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

func steers(r rune) bool { return !unicode.IsPrint(r) }

// Username makes a user name fit to be shown. One of more than 50 characters may
// be a token that somebody put in the wrong place, so it is not shown.
func Username(name string) string {
	if utf8.RuneCountInString(name) > 50 {
		return "[hidden: longer than a user name]"
	}
	return name
}
