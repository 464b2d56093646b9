package report

import (
	"cmp"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"
)

// Style is how a report is shown in one place. The zero Style is for a file in an
// ASCII locale.
type Style struct {
	Terminal bool // a person is looking on
	Width    int  // columns; 0: nothing is wrapped
	Colour   bool
	Unicode  bool // marks and arrows may be more than ASCII
}

// StyleOf finds out how to show a report on a stream (an *os.File, or whatever a
// test puts in its place) in an environment:
//
//   - a terminal has a width and, unless NO_COLOR is set (no-color.org) or TERM is
//     dumb, colours;
//   - LC_ALL, or else LC_CTYPE, or else LANG says whether the locale is UTF-8 (POSIX,
//     Environment Variables, 8.2); a Windows console always takes Unicode.
func StyleOf(stream any, environ []string) Style {
	s := Style{Unicode: utf8Locale(environ)}
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) { // a descriptor is a small number
		return s
	}
	s.Terminal = true
	s.Unicode = s.Unicode || runtime.GOOS == "windows"
	if width, _, err := term.GetSize(int(file.Fd())); err == nil { // likewise
		s.Width = width // 0 where the terminal does not know
	}
	s.Colour = lookup(environ, "NO_COLOR") == "" && lookup(environ, "TERM") != "dumb" && takesColour(file)
	return s
}

func utf8Locale(environ []string) bool {
	locale := cmp.Or(lookup(environ, "LC_ALL"), lookup(environ, "LC_CTYPE"), lookup(environ, "LANG"))
	_, charset, _ := strings.Cut(strings.ToLower(locale), ".")
	charset, _, _ = strings.Cut(charset, "@")
	return charset == "utf-8" || charset == "utf8" ||
		strings.EqualFold(locale, "UTF-8") // macOS, in LC_CTYPE
}

// lookup finds a variable; of two the last one counts, as for exec.
func lookup(environ []string, name string) string {
	found := ""
	for _, e := range environ {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			found = value
		}
	}
	return found
}

// Colours (ECMA-48, 8.3.117), only the basic ones: terminals let people choose what
// those look like.
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
)

var colours = [...]string{OK: green, Warning: yellow, Problem: red, Unknown: yellow}

func (s Style) paint(text, colour string) string {
	if !s.Colour || colour == "" || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (s Style) mark(m Mark) string {
	if s.Unicode {
		return [...]string{"", "✓", "!", "✗", "?"}[m]
	}
	return [...]string{"", "ok", "!", "x", "?"}[m]
}

func (s Style) arrow() string {
	if s.Unicode {
		return "→"
	}
	return "->"
}
