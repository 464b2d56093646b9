// Demo shows the same `git fetch` with a dead token twice: without the guard, where
// it is stuck, and with it, where it heals. It takes a few seconds and needs no
// account and no network: dev.azure.com is played by the look-alike.
//
//	go run ./integration_test/demo [--svg FILE]
//
// Every command is really run and what stands below it is what it printed. The
// exit status is 1 if anything was not as it is told. --svg writes the same as a
// picture besides.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

func main() {
	picture := flag.String("svg", "", "also write the transcript as a picture to this `file`")
	flag.Parse()
	if err := run(*picture); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run tells the story in a directory that is gone afterwards.
func run(picture string) error {
	directory, err := os.MkdirTemp("", "ado-guard-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	if err := build(directory); err != nil {
		return err
	}
	told, err := tell(directory)
	// What happened is shown even if it was not what should have happened.
	fmt.Print(told.text())
	if err != nil {
		return err
	}
	if picture == "" {
		return nil
	}
	if err := os.WriteFile(picture, []byte(told.svg()), 0o644); err != nil {
		return fmt.Errorf("writing the picture: %w", err)
	}
	return nil
}

const module = "github.com/ado-guard/git-credential-ado-guard"

// build puts the guard and the stand-in for Git Credential Manager first on PATH.
func build(directory string) error {
	programs := filepath.Join(directory, "bin")
	if err := os.Mkdir(programs, 0o700); err != nil {
		return err
	}
	for name, pkg := range map[string]string{
		"git-credential-ado-guard": module,
		"git-credential-standin":   module + "/integration_test/standin/git-credential-standin",
	} {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		c := exec.Command("go", "build", "-o", filepath.Join(programs, name), pkg)
		c.Stderr = os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("building %s: %w", pkg, err)
		}
	}
	return os.Setenv("PATH", programs+string(filepath.ListSeparator)+os.Getenv("PATH"))
}
