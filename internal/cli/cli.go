// Package cli is the command line: the words that Git says (get, store, erase) and
// those that people say (configure, check, doctor, forget and the rest), what
// options they have, and which exit status they end with. It wires the parts of the
// guard together and holds no rule of theirs.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/inner"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
)

// Exit statuses that are no command's own.
const (
	exitOK          = 0
	exitUsage       = 64  // EX_USAGE of sysexits.h
	exitInterrupted = 130 // as a shell has it for a command that SIGINT ended
)

// World is what a process has from outside.
type World struct {
	Args    []string // without the program's name
	Environ []string
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Now     func() time.Time

	// Stoppable makes a context that ends when the process is told to stop. It is
	// called by what has something to end then, and by nothing else: to ask for
	// signals takes a tenth of the time of a whole get. Nil: nothing ends it.
	Stoppable func(context.Context) context.Context
}

func (w World) stoppable(ctx context.Context) context.Context {
	if w.Stoppable == nil {
		return ctx
	}
	return w.Stoppable(ctx)
}

// Run does what the command line says and returns the exit status.
func Run(ctx context.Context, w World) int {
	own, words, err := parse(w.Args)
	printer := notice.Printer{To: w.Stderr}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return help(w.Stdout)
	case err != nil:
		printer.Print(notice.BadOption(err.Error()))
		return exitUsage
	case len(words) == 0:
		help(w.Stderr)
		return exitUsage
	}
	word, rest := words[0], words[1:]
	if isAction(word) {
		return speak(ctx, w, own, word)
	}
	ctx = w.stoppable(ctx)
	if c, ok := commands[word]; ok {
		return c.run(ctx, w, own, rest)
	}
	if !isTerminal(w.Stdin) {
		return passUnknown(ctx, w, own, word)
	}
	printer.Print(notice.UnknownCommand(word, nearest(word, commandNames())))
	return exitUsage
}

// options stand in the helper value, before the word that Git puts behind it.
type options struct {
	helpers []string // --helper, in their order
	hosts   []string // --host, in their order
	noCopy  bool     // --no-copy
}

// given reports whether there are any.
func (o options) given() bool { return len(o.helpers) > 0 || len(o.hosts) > 0 || o.noCopy }

// parse takes the options of the helper value and returns the words behind them.
func parse(args []string) (options, []string, error) {
	var o options
	set := newFlags("ado-guard")
	set.Func("helper", "", appendTo(&o.helpers))
	set.Func("host", "", appendTo(&o.hosts))
	set.BoolVar(&o.noCopy, "no-copy", false, "")
	version := set.Bool("version", false, "")
	if err := set.Parse(args); err != nil {
		return options{}, nil, usageError(set, err)
	}
	if *version {
		return o, []string{"version"}, nil
	}
	return o, set.Args(), nil
}

func appendTo(list *[]string) func(string) error {
	return func(value string) error {
		if strings.TrimSpace(value) == "" {
			return errors.New("it is empty")
		}
		*list = append(*list, value)
		return nil
	}
}

// newFlags makes a set of flags that reports errors and prints nothing itself.
func newFlags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

// usageError makes one plain line of what package flag complains of, with the
// nearest right option where one was meant.
func usageError(set *flag.FlagSet, err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	wrong, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: ")
	if !ok {
		return err
	}
	var names []string
	set.VisitAll(func(f *flag.Flag) { names = append(names, "--"+f.Name) })
	wrong = "--" + strings.TrimLeft(wrong, "-")
	if near := nearest(wrong, names); near != "" {
		return fmt.Errorf("there is no option %s (did you mean %s?)", wrong, near)
	}
	return fmt.Errorf("there is no option %s", wrong)
}

func isAction(word string) bool {
	return word == helper.ActionGet || word == helper.ActionStore || word == helper.ActionErase
}

// passUnknown is for words of the protocol that are not known yet: Git's manual
// wants a helper to ignore them, and those behind the guard may know better.
func passUnknown(ctx context.Context, w World, own options, word string) int {
	if env(w.Environ, inner.Mark) != "" || strings.ContainsFunc(word, notOfAWord) {
		return exitOK // what follows a helper's value is read by a shell
	}
	input, err := io.ReadAll(io.LimitReader(w.Stdin, 1<<20))
	if err != nil {
		return exitOK // nobody to answer
	}
	runner := inner.Runner{Environ: w.Environ, Stderr: w.Stderr}
	for _, value := range own.helpers {
		runner.Relay(ctx, value, word, input, w.Stdout)
	}
	return exitOK
}

// notOfAWord reports whether a character stands in no word of the protocol.
func notOfAWord(r rune) bool {
	return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) // a descriptor is a small number
}

// env looks up a variable; of two the last one counts, as for exec.
func env(environ []string, name string) string {
	var found string
	for _, e := range environ {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			found = value
		}
	}
	return found
}
