package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"
)

// command is a word that people say.
type command struct {
	run func(ctx context.Context, w World, own options, args []string) int
}

// commands are all words but those of the credential protocol.
var commands map[string]command

func init() { // a variable that its own functions read cannot name them
	commands = map[string]command{
		"configure":   {runConfigure},
		"unconfigure": {runUnconfigure},
		"check":       {runCheck},
		"forget":      {runForget},
		"doctor":      {runDoctor},
		"version":     {runVersion},
		"help":        {runHelp},
	}
}

func commandNames() []string {
	return append(slices.Sorted(maps.Keys(commands)), "get", "store", "erase")
}

const helpText = `git-credential-ado-guard proves an Azure DevOps token alive before Git uses it.

It stands in front of Git Credential Manager, or any other credential helper. A
token that Azure DevOps rejects is removed, so that the same Git command asks
for a fresh one and succeeds.

Set up:
  git credential-ado-guard configure     put the guard in front of your helper
  git credential-ado-guard unconfigure   take it away again

  --dry-run    only show what would change
  --helper H   for configure: stand in front of this helper, not of those found
  --url URL    for configure: guard this URL as well
  --global, --system, --local   whose configuration; the first unless told

When something is wrong:
  git credential-ado-guard check [URL]   is the token that Git would use alive?
  git credential-ado-guard doctor [URL]  is everything around it in order?
  git credential-ado-guard forget URL    remove a token everywhere

  --json       for check and doctor: tell it to a program

Git itself runs:
  git credential-ado-guard [OPTION]... get|store|erase

  --helper H   a helper to stand in front of, as in credential.helper
  --host URL   an Azure DevOps Server's base URL, to be guarded as well
  --no-copy    keep no copy in the keyring

Also: version, help. More: git help credential-ado-guard
`

func help(to io.Writer) int {
	io.WriteString(to, helpText) //nolint:errcheck // nobody is left to be told
	return exitOK
}

// runHelp prints the same help for every command.
func runHelp(_ context.Context, w World, _ options, args []string) int {
	if _, err := arguments(newFlags("help"), args, 1); err != nil {
		return usage(w, err)
	}
	return help(w.Stdout)
}

// version is set by the linker for a release.
var version = ""

func runVersion(_ context.Context, w World, _ options, args []string) int {
	if _, err := arguments(newFlags("version"), args, 0); err != nil {
		return usage(w, err)
	}
	fmt.Fprintf(w.Stdout, "git-credential-ado-guard %s\n", Version()) //nolint:errcheck // nobody is left to be told
	return exitOK
}

// Version returns the version of this build: the release's, or what Go recorded.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
