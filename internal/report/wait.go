package report

import (
	"io"
	"sync"
	"time"
)

// waitSilent is how long a wait is not worth a word.
const waitSilent = time.Second

// Wait shows on a terminal what is waited for ("asking Azure DevOps"), if it takes
// more than a second, until done is called; then the line is erased. Where nobody is
// looking on it does nothing. Nothing else may be written to the terminal meanwhile.
func Wait(to io.Writer, style Style, what string) (done func()) {
	if !style.Terminal {
		return func() {}
	}
	text := style.clean(what + " …")
	if style.Width > 0 {
		text = cut(text, style.Width-1) // a line that is wrapped could not be taken back
	}
	var mu sync.Mutex
	shown, over := false, false
	timer := time.AfterFunc(waitSilent, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			io.WriteString(to, "\r"+text) //nolint:errcheck // nobody is left to be told
			shown = true
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if shown && !over {
			// Spaces, not an escape sequence: every terminal understands them.
			io.WriteString(to, "\r"+pad("", width(text))+"\r") //nolint:errcheck // likewise
		}
		over = true
	}
}
