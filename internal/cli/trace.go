package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
)

// traceVariable turns the trace on: 1 writes to stderr, an absolute path appends to
// that file. Each step is one line of JSON, in which control characters are escaped.
const traceVariable = "ADO_GUARD_TRACE"

// newTrace makes the trace that the environment asks for. A file that cannot be
// written to is told, and the work goes on without.
func newTrace(w World) zerolog.Logger {
	var to io.Writer
	switch value := env(w.Environ, traceVariable); {
	case value == "", value == "0", strings.EqualFold(value, "false"):
		return zerolog.Nop()
	case value == "1", value == "2", strings.EqualFold(value, "true"):
		to = w.Stderr
	case filepath.IsAbs(value):
		file, err := os.OpenFile(value, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) // #nosec G304 -- the user names it
		if err != nil {
			notice.Printer{To: w.Stderr}.Print(notice.NoTrace(fmt.Errorf("opening the trace: %w", err)))
			return zerolog.Nop()
		}
		to = file // closed by the end of the process; each line is one write
	default:
		notice.Printer{To: w.Stderr}.Print(notice.NoTrace(fmt.Errorf("%s has the value %q", traceVariable, value)))
		return zerolog.Nop()
	}
	return zerolog.New(plain{to}).With().Timestamp().Int("pid", os.Getpid()).Logger()
}

// plain writes lines without what steers a terminal. JSON escapes the control
// characters of ASCII, but neither U+009B, which begins a sequence as ESC [ does,
// nor what turns the direction of writing.
type plain struct{ to io.Writer }

// Write implements io.Writer for one whole line.
func (p plain) Write(line []byte) (int, error) {
	text := notice.Escape(strings.TrimSuffix(string(line), "\n"))
	if _, err := io.WriteString(p.to, text+"\n"); err != nil {
		return 0, err
	}
	return len(line), nil
}
