package standin

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// A Call is the record of one call of the program.
type Call struct {
	Time      time.Time
	Action    string   // the last argument that Git adds: get, store, erase, …
	Arguments []string // all of them, without --name NAME
	Input     string   // the request, verbatim
	Directory string   // the working directory
	// Environment holds the variables that tell a helper how it is run, in the
	// form NAME=value: ADO_GUARD_INNER, GCM_INTERACTIVE, GCM_GUI_PROMPT,
	// GIT_TERMINAL_PROMPT, GIT_ASKPASS, SSH_ASKPASS, GIT_DIR, WSLENV.
	Environment []string
	Prompted    bool // a dialog opened
	Ended       bool // it came to its end; false while it runs, or if it was killed
	Status      int  // its exit status
}

var telling = []string{"ADO_GUARD_INNER", "GCM_INTERACTIVE", "GCM_GUI_PROMPT", "GIT_TERMINAL_PROMPT", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_DIR", "WSLENV"}

// Calls returns all calls so far, in the order in which they began.
func (d Directory) Calls() ([]Call, error) {
	text, err := d.read("log")
	if err != nil {
		return nil, err
	}
	var calls []*Call
	byID := map[string]*Call{}
	for line := range strings.Lines(text) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return nil, fmt.Errorf("reading the stand-in's log: %w", err)
		}
		call := byID[e.ID]
		if call == nil {
			call = &Call{}
			byID[e.ID] = call
			calls = append(calls, call)
		}
		switch {
		case e.Begun != nil:
			*call = *e.Begun
		case e.Input != "":
			call.Input = e.Input
		case e.Prompted:
			call.Prompted = true
		case e.Ended:
			call.Ended, call.Status = true, e.Status
		}
	}
	all := make([]Call, len(calls))
	for i, call := range calls {
		all[i] = *call
	}
	return all, nil
}

// event is a line of the log. What happens is written when it happens, so that a
// call that is killed has its part of the log too.
type event struct {
	ID       string
	Begun    *Call  `json:",omitempty"`
	Input    string `json:",omitempty"`
	Prompted bool   `json:",omitempty"`
	Ended    bool   `json:",omitempty"`
	Status   int    `json:",omitempty"`
}

// call writes the log of the call that is running.
type call struct {
	directory Directory
	id        string
}

func (d Directory) begin(arguments []string, lookup func(string) (string, bool)) (*call, error) {
	c := &call{d, rand.Text()}
	begun := &Call{Time: time.Now(), Arguments: arguments}
	if len(arguments) > 0 {
		begun.Action = arguments[len(arguments)-1]
	}
	begun.Directory, _ = os.Getwd() // a directory that is gone has no name
	for _, name := range telling {
		if value, ok := lookup(name); ok {
			begun.Environment = append(begun.Environment, name+"="+value)
		}
	}
	return c, c.write(event{Begun: begun})
}

func (c *call) asked(text string) error { return c.write(event{Input: text}) }
func (c *call) prompted() error         { return c.write(event{Prompted: true}) }
func (c *call) end(status int) error    { return c.write(event{Ended: true, Status: status}) }

func (c *call) write(e event) error {
	e.ID = c.id
	line, err := json.Marshal(e)
	if err == nil {
		err = c.directory.add("log", string(line)+"\n")
	}
	if err != nil {
		return fmt.Errorf("writing the stand-in's log: %w", err)
	}
	return nil
}
