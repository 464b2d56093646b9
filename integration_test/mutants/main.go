// Mutants shows that the tests hold the rules that may cost somebody a token: the
// clauses by which evidence becomes a verdict, and the comparison before an erase.
//
//	go run ./integration_test/mutants
//
// Each mutant removes or inverts one clause, in an overlay of the file and not in
// the file itself, and runs the tests of its package. A mutant that the tests let
// live is a clause that nobody would miss; it is printed, and the exit status is 1.
// A mutant that does not compile, or whose text is not found exactly once, is an
// error in the list, and the exit status is 2.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

func main() {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
	living, wrong := run(dir, mutants)
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	fmt.Printf("%d mutants: %d killed, %d alive, %d wrong\n", len(mutants), len(mutants)-living-wrong, living, wrong)
	switch {
	case wrong > 0:
		os.Exit(2)
	case living > 0:
		os.Exit(1)
	}
}

// run tries every mutant, as many at once as there are processors, and returns how
// many the tests let live, and how many could not be tried.
func run(dir string, all []mutant) (living, wrong int) {
	var mu sync.Mutex
	var tries sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	for _, m := range all {
		free <- struct{}{}
		tries.Go(func() {
			defer func() { <-free }()
			killed, err := m.try(dir)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				wrong++
				fmt.Println("WRONG ", m, err)
			case !killed:
				living++
				fmt.Println("ALIVE ", m)
			default:
				fmt.Println("killed", m)
			}
		})
	}
	tries.Wait()
	return living, wrong
}

// mutant is one change of one line.
type mutant struct {
	file     string // below the module's root
	from, to string // from stands in it exactly once
}

func (m mutant) String() string {
	return fmt.Sprintf("%s: %s → %s", m.file, oneLine(m.from), oneLine(m.to))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// try runs the tests of the mutant's package and reports whether they failed.
func (m mutant) try(dir string) (killed bool, err error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return false, err
	}
	if n := bytes.Count(source, []byte(m.from)); n != 1 {
		return false, fmt.Errorf("its text is there %d times", n)
	}
	overlay, err := m.overlay(dir, bytes.Replace(source, []byte(m.from), []byte(m.to), 1))
	if err != nil {
		return false, err
	}
	pkg := "./" + filepath.ToSlash(filepath.Dir(m.file))
	out, err := exec.Command("go", "test", "-vet=off", "-failfast", "-run", rules[filepath.Dir(m.file)], "-overlay", overlay, pkg).CombinedOutput()
	if bytes.Contains(out, []byte("[build failed]")) || bytes.Contains(out, []byte("no tests to run")) {
		return false, fmt.Errorf("it cannot be tried: %s", out)
	}
	return err != nil, nil
}

// overlay writes the changed source and the file that tells the go command of it.
func (m mutant) overlay(dir string, changed []byte) (string, error) {
	replaced, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	dir, err = os.MkdirTemp(dir, "")
	if err != nil {
		return "", err
	}
	with := filepath.Join(dir, "mutant.go")
	if err := os.WriteFile(with, changed, 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {replaced: with}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}
