// Scan searches all that a test run left behind for the tokens that it made:
//
//	scan LEDGER PATH…
//
// LEDGER is the file that the tests wrote their tokens into; PATH is a file, or a
// directory with all below it. What is found is printed, and the exit status is 0
// only if there was something to search, for something, and nothing was found.
package main

import (
	"fmt"
	"os"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/leak"
)

func main() {
	found, err := scan(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "scan:", err)
		os.Exit(1)
	}
	for _, place := range found {
		fmt.Println(place)
	}
	if len(found) > 0 {
		os.Exit(1)
	}
}

func scan(arguments []string) (found []string, err error) {
	if len(arguments) < 2 {
		return nil, fmt.Errorf("a ledger and a path are needed")
	}
	secrets, err := leak.Noted(arguments[0])
	if err != nil {
		return nil, err
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("there is no token in %s", arguments[0])
	}
	search := leak.For(secrets)
	for _, path := range arguments[1:] {
		places, err := search.Below(path)
		if err != nil {
			return nil, err
		}
		found = append(found, places...)
	}
	fmt.Printf("searched for %d tokens, found %d\n", len(secrets), len(found))
	return found, nil
}
