// Git-credential-standin is a stand-in for Git Credential Manager: see package
// standin.
package main

import (
	"os"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/standin"
)

func main() { os.Exit(standin.Main()) }
