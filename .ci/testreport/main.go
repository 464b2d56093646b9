// Command testreport reads what `go test -json` writes and says what a person
// wants to know of it: the whole output of every test that failed or was
// skipped, how many tests ran, and, last, go test's own line for each package.
//
// Its exit status is 0 only if tests ran and every one of them passed. A skipped
// test is a failure here: whoever runs this has installed all that tests need,
// so that a skip means that something was not tested after all.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// An event is one line of `go test -json`, as `go doc test2json` and `go help
// buildjson` describe it.
type event struct {
	Action     string // run, output, pass, fail, skip, build-output, …
	Package    string // empty in build events, which have an ImportPath
	ImportPath string
	Test       string // empty in events about the package as a whole
	Output     string
}

type test struct{ pkg, name string }

func main() {
	os.Exit(report(os.Stdin, os.Stdout))
}

func report(in io.Reader, out io.Writer) int {
	var (
		output                  = map[test]*bytes.Buffer{}
		packages                []string // go test's closing lines
		passed, failed, skipped int
		broken                  bool // a package failed, by a test of its own or without one
	)
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 {
			if err != io.EOF {
				fmt.Fprintln(out, "reading go test's events:", err)
				broken = true
			}
			break
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			out.Write(line) // go itself, before it came to testing
			continue
		}
		t := test{e.Package, e.Test}
		switch e.Action {
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "build-fail":
			broken = true
		case "output":
			if e.Test == "" && isClosing(e.Output) {
				packages = append(packages, e.Output)
				continue
			}
			if output[t] == nil {
				output[t] = new(bytes.Buffer)
			}
			output[t].WriteString(e.Output)
		case "pass", "fail", "skip":
			switch {
			case e.Test == "":
				// A package without test files is skipped; its closing line says so.
				broken = broken || e.Action == "fail"
			case e.Action == "pass":
				passed++
			case e.Action == "fail":
				failed++
			case e.Action == "skip":
				skipped++
			}
			if b := output[t]; b != nil && e.Action != "pass" {
				fmt.Fprintf(out, "%s: %s\n%s\n", e.Action, e.Package, b)
			}
			delete(output, t)
		}
	}
	// Tests that never ended, because the whole program did.
	for t, b := range output {
		fmt.Fprintf(out, "did not end: %s %s\n%s\n", t.pkg, t.name, b)
		broken = true
	}

	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	for _, line := range packages {
		fmt.Fprint(out, line)
	}
	if broken || failed > 0 || skipped > 0 || passed == 0 {
		return 1
	}
	return 0
}

// isClosing tells go test's last line about a package from other output of it.
func isClosing(line string) bool {
	return strings.HasPrefix(line, "ok  \t") ||
		strings.HasPrefix(line, "FAIL\t") ||
		strings.HasPrefix(line, "?   \t")
}
