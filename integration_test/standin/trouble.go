package standin

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// troubles are the ways in which a helper can fail, and what each is.
var troubles = map[string]string{
	"none":        "all is well",
	"early-exit":  "exits with 0 at once, having read and written nothing",
	"crash":       "reads the request and dies",
	"crash-after": "answers completely and dies",
	"hang":        "reads the request and never ends",
	"hang-tree":   "hangs, and so does a process that it has started and that holds its output",
	"garbage":     "writes bytes that are no answer",
	"half":        "writes a user name and no password",
	"huge":        "writes 100 MB of attributes that nobody knows before it answers",
}

// forever is longer than any test and shorter than a machine's patience: what
// nobody ends must not stay for ever.
const forever = 10 * time.Minute

// trouble makes the trouble that is set, if it is for this action, and reports
// whether that was all.
func (p *program) trouble(action string) (status int, done bool) {
	name, only, _ := strings.Cut(p.settings.Trouble, " ")
	if only != "" && only != action {
		p.settings.Trouble = ""
		return 0, false
	}
	p.settings.Trouble = name
	switch name {
	case "early-exit":
		return 0, true
	case "crash":
		p.read()
		return crash(p.err), true
	case "hang":
		p.read()
		time.Sleep(forever)
		return 0, true
	case "hang-tree":
		p.read()
		child := exec.Command(os.Args[0], os.Args[1:]...)
		child.Env = append(os.Environ(), "STANDIN_TROUBLE=hang")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Run(); err != nil {
			fmt.Fprintln(p.err, "standin: running a child:", err)
		}
		time.Sleep(forever)
		return 0, true
	case "garbage":
		p.read()
		fmt.Fprint(p.out, "\x00\xff\x1b]0;title\a\rnot an answer\nusername\n=\n==\npassword\x00=x\n\n")
		return 0, true
	case "half":
		p.read()
		fmt.Fprintf(p.out, "username=alice%s%s", p.settings.lineEnd(), p.settings.lineEnd())
		return 0, true
	case "huge":
		filler := strings.Repeat("x", 10_000)
		for i := range 10_000 {
			if _, err := fmt.Fprintf(p.out, "filler-%d=%s\n", i, filler); err != nil {
				return 1, true // nobody reads any more
			}
		}
	}
	return 0, false
}

// read reads the request and lets it go.
func (p *program) read() {
	r, err := readRequest(p.in)
	if err == nil {
		err = p.call.asked(r.text)
	}
	if err != nil {
		fmt.Fprintln(p.err, "standin:", err)
	}
}

func crash(stderr io.Writer) int {
	fmt.Fprintln(stderr, "Unhandled exception. System.InvalidOperationException: the stand-in was told to crash")
	return 134
}
