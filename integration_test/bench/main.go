// Command bench measures what the guard costs, against the programs that it has to
// stand comparison with, and holds it to its bounds:
//
//	go run ./integration_test/bench [flags]
//
// # The model
//
// A [contender] is a program with its arguments, its input and a home directory of
// its own. Contenders that are compared with one another are measured in rounds:
// in each round every one of them runs once, in an order that is drawn anew, so that
// whatever else the machine is doing meets all of them alike. A [row] of the table
// compares medians. Everything is one run on one machine, so only ratios are shown.
//
// The contenders are real: Git's own helpers, other people's (found where .ci/install
// puts them, or on PATH), Git itself. Azure DevOps is the look-alike on loopback,
// with round trips as long as wanted; Git Credential Manager is the stand-in, which
// takes as long to start as wanted, and the real one where there is one. A contender
// that is not on this machine is named as missing.
//
// The keyring is a Secret Service of its own: without one the command starts itself
// again inside .ci/with-keyring.
//
// # Result
//
// A table on stdout. The exit status is 1 if a row is over its bound, or, where CI is
// "true", if a row with a bound could not be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
)

// options are the flags.
type options struct {
	rounds  int
	only    *regexp.Regexp
	check   bool
	write   string
	against string
	times   bool
}

func main() {
	own := options{only: regexp.MustCompile("")}
	flag.IntVar(&own.rounds, "rounds", 100, "measure `N` rounds")
	flag.BoolVar(&own.check, "check", true, "fail if a row is over its bound")
	flag.StringVar(&own.write, "write", "", "put the table into `FILE`, between the comments speed:begin and speed:end")
	flag.StringVar(&own.against, "against", "", "compare with the guard as of `REVISION` as well, such as HEAD~1")
	flag.BoolVar(&own.times, "times", false, "show the times on stderr as well: median, least and most")
	flag.Func("only", "measure only the groups whose name matches `REGEXP`: "+strings.Join(groupNames(), ", "), func(text string) (err error) {
		own.only, err = regexp.Compile(text)
		return err
	})
	flag.Parse()
	if flag.NArg() > 0 || own.rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status, err := run(ctx, own)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(status)
}

func run(ctx context.Context, own options) (status int, err error) {
	root, err := moduleRoot()
	if err != nil {
		return 0, err
	}
	if os.Getenv(keyringVariable) == "" {
		return withKeyring(ctx, root)
	}
	w, err := newWorld(ctx, root, own)
	if err != nil {
		return 0, err
	}
	defer w.close()

	var table []row
	for _, g := range groups {
		if !own.only.MatchString(g.name) {
			continue
		}
		rows, err := g.measure(ctx, w, own.rounds)
		if err != nil {
			return 0, fmt.Errorf("measuring %s: %w", g.name, err)
		}
		table = append(table, rows...)
	}
	text := markdown(table)
	fmt.Print(text)
	if own.write != "" {
		if err := replaceTable(own.write, introduction(own.rounds)+"\n"+text); err != nil {
			return 0, err
		}
	}
	if own.check && !inside(table, os.Getenv("CI") == "true") {
		return 1, nil
	}
	return 0, nil
}

// keyringVariable is what .ci/with-keyring sets: there is a keyring that may be
// written to and thrown away.
const keyringVariable = "ADO_GUARD_TEST_KEYRING"

// withKeyring runs this program once more, with a keyring of its own. Where there can
// be none it runs all the same, and the rows that need one say so.
func withKeyring(ctx context.Context, root string) (status int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	command := append([]string{self}, os.Args[1:]...)
	for _, needed := range []string{"dbus-daemon", "gnome-keyring-daemon", "bash"} {
		if _, err := exec.LookPath(needed); err != nil {
			return again(exec.CommandContext(ctx, command[0], command[1:]...), keyringVariable+"=0")
		}
	}
	script := filepath.Join(root, ".ci", "with-keyring")
	return again(exec.CommandContext(ctx, script, command...), keyringVariable+"=1")
}

func again(cmd *exec.Cmd, variable string) (status int, err error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), variable)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	err = cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode(), nil
	}
	return 0, err
}
