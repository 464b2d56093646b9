// Package rig is what tests of whole processes stand on: the guard built as it is
// shipped and the stand-ins on PATH, a keyring that can be thrown away, servers of one
// function, and a search for tokens in all that was written and printed.
package rig

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/standin"
	"github.com/ado-guard/git-credential-ado-guard/internal/cli"
)

// Main is for TestMain. It puts the programs that the tests need on PATH: the
// stand-ins, which are the test binary itself under other names, and the guard.
// Then it runs the tests and exits.
func Main(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){
		"git-credential-standin": func() { os.Exit(standin.Main()) },
		"standin-askpass":        func() { os.Exit(standin.Askpass()) },
	})
}

// suite is the test run in the process that is no stand-in.
type suite struct{ *testing.M }

// Run builds the guard and runs the tests.
func (s suite) Run() int {
	// The tests call nothing of the guard. Were it not in the test binary as well,
	// `go test` would show its cached result after the guard has changed.
	runtime.KeepAlive(cli.Run)
	directory, err := os.MkdirTemp("", "ado-guard-")
	if err == nil {
		defer os.RemoveAll(directory)
		err = build(directory)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the guard:", err)
		return 1
	}
	os.Setenv("PATH", directory+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return s.M.Run()
}

// build builds the guard, with the race detector or for coverage if the test
// binary is built so too.
func build(directory string) error {
	program := filepath.Join(directory, "git-credential-ado-guard")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	arguments := []string{"build", "-o", program}
	if RaceDetector {
		arguments = append(arguments, "-race")
	}
	if testing.CoverMode() != "" {
		arguments = append(arguments, "-cover")
	}
	c := exec.Command("go", append(arguments, "github.com/ado-guard/git-credential-ado-guard")...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	return c.Run()
}
