package standin

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settings are read at every call from the file "settings" in the directory,
// "key = value" in each line, and then from the environment: STANDIN_PROMPT for
// prompt.
type Settings struct {
	// mode: pat; oauth (erase only unbinds, the same token comes back);
	// managed-identity (answers the head of the queue, erase does nothing);
	// verbatim (prints the file "answer" at get, keeps nothing).
	Mode string
	// erase: first (Windows and macOS: the first match) or all (libsecret: all of
	// the organization's accounts).
	Erase string
	// start: how long every call takes before it does anything.
	Start time.Duration
	// prompt: how long the person takes in a dialog.
	Prompt time.Duration
	// cancel: true when the person closes every dialog.
	Cancel bool
	// version: 2, or 3 for GCM 3.0 with state[], continue and quit.
	Version int
	// trouble: see troubles. "trouble = hang get" is for that action only.
	Trouble string
	// lines: lf or crlf, how answers end their lines.
	Lines string
}

func (s Settings) lineEnd() string {
	if s.Lines == "crlf" {
		return "\r\n"
	}
	return "\n"
}

var settingKeys = []string{"mode", "erase", "start", "prompt", "cancel", "version", "trouble", "lines"}

// Set writes one setting into the file, for all calls from now on.
func (d Directory) Set(key, value string) error {
	var check Settings
	if err := check.set(key, value); err != nil {
		return err
	}
	return d.locked(func() error { return d.add("settings", key+" = "+value+"\n") })
}

func (d Directory) settings(lookup func(string) (string, bool)) (Settings, error) {
	s := Settings{Mode: "pat", Erase: "first", Version: 2, Lines: "lf"}
	text, err := d.read("settings")
	if err != nil {
		return s, err
	}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		if err := s.set(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
			return s, err
		}
	}
	for _, key := range settingKeys {
		if value, ok := lookup("STANDIN_" + strings.ToUpper(key)); ok {
			if err := s.set(key, value); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

func (s *Settings) set(key, value string) (err error) {
	oneOf := func(allowed ...string) string {
		if !slices.Contains(allowed, value) {
			err = fmt.Errorf("setting %s: %q is none of %q", key, value, allowed)
		}
		return value
	}
	switch key {
	case "mode":
		s.Mode = oneOf("pat", "oauth", "managed-identity", "verbatim")
	case "erase":
		s.Erase = oneOf("first", "all")
	case "start":
		s.Start, err = time.ParseDuration(value)
	case "prompt":
		s.Prompt, err = time.ParseDuration(value)
	case "cancel":
		s.Cancel, err = strconv.ParseBool(value)
	case "version":
		s.Version, err = strconv.Atoi(value)
	case "trouble":
		s.Trouble = value
		name, _, _ := strings.Cut(value, " ")
		if troubles[name] == "" {
			err = fmt.Errorf("setting trouble: there is no %q", name)
		}
	case "lines":
		s.Lines = oneOf("lf", "crlf")
	default:
		err = fmt.Errorf("there is no setting %q", key)
	}
	return err
}
