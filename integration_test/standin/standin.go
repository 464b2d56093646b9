// Package standin is a credential helper that stands in for Git Credential
// Manager in tests and in the demonstration: a program that Git, or whatever
// runs Git's helpers, starts as git-credential-standin.
//
// # The model
//
// It does what GCM 2.9.1 does for Azure Repos, with GCM's faults:
//
//   - get answers with what is stored and never checks it. For dev.azure.com it
//     ignores the user name. Nothing stored: a dialog opens.
//   - store keeps the credential under organization and user name; for other hosts
//     under the URL as Git tells it, so that one with a path is another than one
//     without, and under the user name.
//   - erase never compares the password and, for dev.azure.com, ignores the user
//     name: it removes the first match, or all of the organization's.
//   - a new token is stored only when Git says store.
//   - store and erase fail where the organization cannot be told (GCM #1619).
//   - with GCM_INTERACTIVE=never no dialog opens; the answer is a message and
//     exit status 255.
//
// Instead of a person there is a queue: a dialog lasts as long as it is told
// to, then the next token of the queue is "typed in". An empty queue is a person
// who cancels. It is a stand-in, so it keeps everything in plain files.
//
// # A stand-in's directory
//
// Everything lives in one [Directory]: what is stored, the queue, the settings
// and a log of every call. Tests and scripts arrange and read it from outside.
// The program finds it at $STANDIN_DIR/NAME, $HOME/.standin/NAME without that
// variable; NAME is "standin", or what stands after --name, so that several
// stand-ins can be told apart. $STANDIN_… overrides a setting; see [Settings].
package standin

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Main is the program: git-credential-standin [--name NAME] ACTION. It returns
// the exit status.
func Main() int {
	arguments, name := os.Args[1:], "standin"
	if len(arguments) > 1 && arguments[0] == "--name" {
		name, arguments = arguments[1], arguments[2:]
	}
	return start(name).run(arguments)
}

// Askpass is a program for GIT_ASKPASS: Git asks it for a user name and a
// password in turn, and it answers as the person of the same stand-in's dialogs
// does, with the next token of the queue. It returns the exit status.
func Askpass() int {
	return start("standin").askpass(os.Args[1:])
}

// start makes the program of the stand-in with that name.
func start(name string) *program {
	base := os.Getenv("STANDIN_DIR")
	if base == "" {
		// Without a home directory the name is relative: whoever looks for the
		// log does not find it, which is noticed.
		home, _ := os.UserHomeDir()
		base = filepath.Join(home, ".standin")
	}
	return &program{directory: Directory(filepath.Join(base, name)), lookup: os.LookupEnv, in: os.Stdin, out: os.Stdout, err: os.Stderr}
}

// program is one call of the stand-in.
type program struct {
	directory Directory
	lookup    func(variable string) (string, bool)
	settings  Settings
	call      *call
	in        io.Reader
	out, err  io.Writer
}

// fatal is an error that ends the program as GCM ends on errors: the message on
// stderr and exit status 255.
type fatal string

func (f fatal) Error() string { return string(f) }

const (
	cannotPrompt   = fatal("Cannot prompt because user interactivity has been disabled.")
	cancelled      = fatal("User cancelled dialog.")
	noOrganization = fatal("Cannot determine the organization name for this 'dev.azure.com' remote URL. " +
		"Ensure the `credential.useHttpPath` configuration value is set, or set the organization name as the user in the remote URL '{org}@dev.azure.com'.")
)

// askpass answers one of Git's own questions. The password is the second, so it
// is the one that counts as a dialog and takes the token off the queue.
func (p *program) askpass(arguments []string) int {
	password := len(arguments) == 0 || !strings.HasPrefix(arguments[0], "Username")
	err := func() (err error) {
		if p.settings, err = p.directory.settings(p.lookup); err != nil {
			return err
		}
		if p.call, err = p.directory.begin([]string{"askpass"}, p.lookup); err != nil {
			return err
		}
		if password {
			if err := p.call.prompted(); err != nil {
				return err
			}
			time.Sleep(p.settings.Prompt)
		}
		typed, err := p.directory.next(password)
		if err != nil || p.settings.Cancel {
			return cmp.Or(err, error(cancelled))
		}
		if password {
			fmt.Fprintln(p.out, typed.Password)
		} else {
			fmt.Fprintln(p.out, typed.Username)
		}
		return p.call.end(0)
	}()
	if err != nil {
		fmt.Fprintln(p.err, err)
		return 1
	}
	return 0
}

func (p *program) run(arguments []string) int {
	settings, err := p.directory.settings(p.lookup)
	if err != nil {
		fmt.Fprintln(p.err, "standin:", err)
		return 1
	}
	p.settings = settings
	action := ""
	if len(arguments) > 0 {
		action = arguments[0]
	}
	if p.call, err = p.directory.begin(arguments, p.lookup); err != nil {
		fmt.Fprintln(p.err, "standin:", err)
		return 1
	}
	status := p.act(action, arguments)
	if err := p.call.end(status); err != nil {
		fmt.Fprintln(p.err, "standin:", err)
	}
	return status
}

func (p *program) act(action string, arguments []string) int {
	time.Sleep(p.settings.Start)
	if status, done := p.trouble(action); done {
		return status
	}
	err := p.do(action, arguments)
	var message fatal
	switch {
	case errors.As(err, &message):
		fmt.Fprintf(p.err, "fatal: %s\n", message)
		return 255
	case err != nil:
		fmt.Fprintln(p.err, "standin:", err)
		return 1
	case p.settings.Trouble == "crash-after":
		return crash(p.err)
	}
	return 0
}

func (p *program) do(action string, arguments []string) error {
	switch action {
	case "get", "store", "erase":
		request, err := readRequest(p.in)
		if err != nil {
			return fmt.Errorf("reading the request: %w", err)
		}
		if err := p.call.asked(request.text); err != nil {
			return err
		}
		return p.credential(action, request)
	case "capability":
		if p.settings.Version >= 3 {
			fmt.Fprint(p.out, "version 0\ncapability state\n")
		}
		return nil
	case "azure-repos":
		if len(arguments) == 3 && arguments[1] == "unbind" {
			return p.directory.unbind("https://dev.azure.com/" + arguments[2])
		}
	}
	return nil // GCM prints its help for other words; Git's rule is silence
}
