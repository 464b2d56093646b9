package integration

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func runGit(ts *testscript.TestScript, neg bool, args []string) {
	outcome(ts, neg, ts.Exec("git", args...))
}

// variables are what a script may set for the programs that these commands run,
// beside the world's own.
var variables = []string{
	"DBUS_SESSION_BUS_ADDRESS", "GIT_ASKPASS", "GIT_TRACE", "GIT_CURL_VERBOSE", "ADO_GUARD", "ADO_GUARD_TRACE", "ADO_GUARD_INNER",
	"GCM_INTERACTIVE", "GCM_GUI_PROMPT", "STANDIN_TROUBLE",
}

// program prepares a program with the script's directory and environment.
func program(ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	for _, directory := range filepath.SplitList(ts.Getenv("PATH")) {
		if path, err := exec.LookPath(filepath.Join(directory, name)); err == nil {
			name = path
			break
		}
	}
	c := exec.Command(name, args...)
	c.Dir = ts.MkAbs(".")
	names := slices.Clone(variables)
	for _, variable := range of(ts).Environ() {
		name, _, _ := strings.Cut(variable, "=")
		names = append(names, name)
	}
	for _, name := range names {
		if value := ts.Getenv(name); value != "" {
			c.Env = append(c.Env, name+"="+value)
		}
	}
	return c
}

// runByHand runs a program as a shell with job control does: what it starts is a
// process group, and its next command another.
func runByHand(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, 20)
	run(ts, neg, ownGroup(program(ts, args[0], args[1:]...)))
}

func runTalk(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, 20)
	c := program(ts, args[1], args[2:]...)
	c.Stdin = strings.NewReader(of(ts).WithSecrets(ts.ReadFile(args[0])))
	run(ts, neg, c)
}

// run runs a program and shows what it printed to the script: its output with
// names for secrets, its complaints as they are, for no secret belongs there.
func run(ts *testscript.TestScript, neg bool, c *exec.Cmd) {
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	err := c.Run()
	fmt.Fprint(ts.Stdout(), of(ts).WithNames(out.String()))
	fmt.Fprint(ts.Stderr(), complaints.String())
	outcome(ts, neg, err)
}

// runAtOnce runs a program many times at once and prints how many succeeded and
// how many failed, and what all of them had to complain of.
func runAtOnce(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, 20)
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var programs []*exec.Cmd
	for i := range n {
		numbered := make([]string, len(args)-1)
		for j, word := range args[1:] {
			numbered[j] = strings.ReplaceAll(word, "{}", strconv.Itoa(i+1))
		}
		programs = append(programs, program(ts, numbered[0], numbered[1:]...))
	}
	failures := make([]error, n)
	complaints := make([]bytes.Buffer, n)
	begun := time.Now()
	var running sync.WaitGroup
	for i, p := range programs {
		p.Stderr = &complaints[i]
		running.Go(func() { failures[i] = p.Run() })
	}
	running.Wait()
	of(ts).lasted = time.Since(begun)
	failed := 0
	for i := range n {
		fmt.Fprint(ts.Stderr(), complaints[i].String())
		if failures[i] != nil {
			failed++
			fmt.Fprintf(ts.Stderr(), "%s: %v\n", programs[i], failures[i])
		}
	}
	fmt.Fprintf(ts.Stdout(), "%d succeeded, %d failed\n", n-failed, failed)
	if neg {
		ts.Fatalf("this command cannot be negated: it tells how many failed")
	}
}

func useAskpass(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 0, 0)
	path, err := exec.LookPath("standin-askpass")
	ts.Check(err)
	ts.Setenv("GIT_ASKPASS", path)
}

// outcome fails the script if a program ended otherwise than the script says.
func outcome(ts *testscript.TestScript, neg bool, err error) {
	switch {
	case err != nil && !neg:
		ts.Fatalf("it failed: %v", err)
	case err == nil && neg:
		ts.Fatalf("it succeeded")
	}
}
