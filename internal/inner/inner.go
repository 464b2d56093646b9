// Package inner runs the credential helpers that the guard stands in front of, in
// the way Git would run them (Git manual, gitcredentials: CUSTOM HELPERS; run_credential_helper
// in Git's credential.c): through the shell, a bare name as "git credential-NAME",
// an absolute path or a "!" command as it is, with the action behind it, Git's
// directory and environment kept, and stderr passed through.
//
// Every inner helper runs under the mark ADO_GUARD_INNER=1. A guard that finds the
// mark in its environment answers nothing, so a helper that runs Git itself cannot
// deadlock with the guard that waits for it.
package inner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
)

// Mark is the environment variable by which a guard knows that it runs inside
// another one.
const Mark = "ADO_GUARD_INNER"

// lookMost is how long a look may take before the helper and all that it started
// are ended. A get that may prompt has no such end.
const lookMost = 30 * time.Second

// Runner starts inner helpers.
type Runner struct {
	Environ []string  // the environment that Git gave
	Stderr  io.Writer // where helpers speak to people
	Trace   zerolog.Logger
}

// Helper is the inner helper with a value of credential.helper, such as "manager".
func (r Runner) Helper(value string) helper.Program { return program{r, value} }

type program struct {
	Runner
	value string
}

func (p program) Value() string { return p.value }

// Run implements helper.Program. Its errors are those of starting the program and
// its exit status, which Git ignores; what it answered before counts.
func (p program) Run(ctx context.Context, action string, request helper.Message, quiet bool) (helper.Message, error) {
	began := time.Now()
	answer, err := p.run(ctx, action, request, quiet)
	p.Trace.Debug().Str("helper", helper.ProgramName(p.value)).Str("action", action).Bool("quiet", quiet).
		Dur("took", time.Since(began)).Strs("attributes", answer.Keys()).Err(err).Msg("inner helper")
	return answer, err
}

func (p program) run(ctx context.Context, action string, request helper.Message, quiet bool) (helper.Message, error) {
	if quiet {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, lookMost)
		defer cancel()
	}
	var in bytes.Buffer
	if _, err := request.WriteTo(&in); err != nil {
		return helper.Message{}, fmt.Errorf("writing the request: %w", err)
	}
	for tries := 0; ; tries++ {
		answer, err := p.start(ctx, action, bytes.NewReader(in.Bytes()), quiet)
		if !noDescriptors(err) || tries == descriptorTries || ctx.Err() != nil {
			return answer, err
		}
		time.Sleep(descriptorPause)
	}
}

// A process that may open only few files may have too many open for a moment, because
// the guard reads Git's configuration and dials beside its helper. That passes.
const (
	descriptorTries = 40
	descriptorPause = 50 * time.Millisecond
)

// noDescriptors reports whether a program could not be started for want of file
// descriptors, of this process or of the whole system.
func noDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

func (p program) start(ctx context.Context, action string, in io.Reader, quiet bool) (helper.Message, error) {
	cmd := command(ctx, p.value, action)
	cmd.Env = environment(p.Environ, quiet)
	cmd.Stdin = in
	cmd.WaitDelay = time.Second // for a daemon that the helper leaves behind with its streams open
	if quiet {
		endWholeTree(cmd)
	} else {
		cmd.Stderr = p.Stderr
	}
	if action != helper.ActionGet {
		return helper.Message{}, ended(cmd.Run())
	}
	return p.read(ctx, cmd)
}

// read starts the program and reads its answer up to the blank line, as Git does:
// what comes behind it is nobody's, and need not be waited for.
func (p program) read(ctx context.Context, cmd *exec.Cmd) (helper.Message, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return helper.Message{}, fmt.Errorf("making a pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return helper.Message{}, fmt.Errorf("starting the helper: %w", err)
	}
	// A daemon that has left the process group may hold the pipe open for ever.
	giveUp := context.AfterFunc(ctx, func() {
		time.Sleep(cmd.WaitDelay)
		out.Close() //nolint:errcheck // nothing more is wanted of it
	})
	answer, readErr := helper.ReadAnswer(out)
	giveUp()
	out.Close() //nolint:errcheck // a pipe that was read from has nothing to lose
	return answer, errors.Join(readErr, ended(cmd.Wait()))
}

// ended takes for no error what a helper does that leaves its request unread, or a
// daemon behind.
func ended(err error) error {
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	return err
}

// command is what Git would run for a value of credential.helper.
func command(ctx context.Context, value, action string) *exec.Cmd {
	line := CommandLine(value) + " " + action
	shell, err := exec.LookPath("sh")
	if err != nil && runtime.GOOS == "windows" {
		// Git for Windows brings its own sh and has it on the PATH of its helpers. Without
		// it, as in a plain console, only what needs no shell can be run.
		words := strings.Fields(line)
		return exec.CommandContext(ctx, words[0], words[1:]...) // #nosec G204 -- the user's own helper, as configured
	}
	if err != nil {
		shell = "/bin/sh"
	}
	return exec.CommandContext(ctx, shell, "-c", line) // #nosec G204 -- the user's own helper, as Git runs it
}

// CommandLine is the shell command of a value of credential.helper, without the
// action.
func CommandLine(value string) string {
	switch {
	case strings.HasPrefix(value, "!"):
		return value[1:]
	case isAbsolute(value):
		return value
	default:
		return "git credential-" + value
	}
}

// isAbsolute is Git's is_absolute_path: on Windows a drive or a leading slash of
// either kind; quoting that the shell is to undo may stand before it in neither.
func isAbsolute(value string) bool {
	return strings.HasPrefix(value, "/") ||
		runtime.GOOS == "windows" && (filepath.VolumeName(value) != "" || strings.HasPrefix(value, `\`))
}

// noDialogs keeps a helper from asking anybody (Git Credential Manager's
// environment variables; Git's own prompts).
var noDialogs = []string{"GCM_INTERACTIVE=never", "GCM_GUI_PROMPT=false", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS="}

// environment is Git's with the mark, and for a look without dialogs. A Windows
// helper that is run from the Windows Subsystem for Linux sees the variables that
// WSLENV names.
func environment(from []string, quiet bool) []string {
	add := []string{Mark + "=1"}
	if quiet {
		add = append(add, noDialogs...)
	}
	env := slices.Clone(from)
	if value := func(e string) bool { return strings.HasPrefix(e, "WSL_DISTRO_NAME=") }; slices.ContainsFunc(from, value) {
		add = append(add, "WSLENV="+passedOn(from, add))
	}
	return append(env, add...) // of two, exec takes the last
}

// passedOn is WSLENV as it is, and the added variables behind it; "/w" stands for
// "from WSL to Windows only".
func passedOn(from, added []string) string {
	var names []string
	for _, e := range from {
		if value, ok := strings.CutPrefix(e, "WSLENV="); ok && value != "" {
			names = []string{value}
		}
	}
	for _, e := range added {
		name, _, _ := strings.Cut(e, "=")
		names = append(names, name+"/w")
	}
	return strings.Join(names, ":")
}

// Relay has a helper do something that this version of the guard does not know,
// with the input as it came and its output as it goes. Git ignores whether that
// works, and so does the guard.
func (r Runner) Relay(ctx context.Context, value, action string, input []byte, out io.Writer) {
	cmd := command(ctx, value, action)
	cmd.Env = environment(r.Environ, false)
	cmd.Stdin = bytes.NewReader(input)
	cmd.Stdout = out
	cmd.Stderr = r.Stderr
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	r.Trace.Debug().Str("helper", helper.ProgramName(value)).Str("action", action).Err(err).Msg("relayed an unknown action")
}
