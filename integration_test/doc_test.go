// Package integration shows the guard at work on real input: real Git, real
// HTTPS under Azure DevOps' real host names, real processes.
//
// # The model
//
// Every test has a [world] of its own: a look-alike Azure DevOps, a home
// directory with an otherwise empty environment, and in it a stand-in for Git
// Credential Manager, whose dialogs are a queue of tokens. Nothing of the machine
// is seen by the programs that a test starts, and nothing of it is touched.
//
// The scripts in testdata (package testscript) are to be read like a manual:
//
//	bug      what happens without the guard
//	guarded  what happens with it, in the topologies wrap and chain
//	wrap     what only wrap can do
//	alone    the guard as the only helper, with a real keyring
//	newer    what Git 2.46 makes possible
//
// The commands they use beside testscript's own are listed in commands_test.go.
// After each script the harness looks for every token in all that the script's
// programs printed and wrote: a token found anywhere but in the stand-in's store
// fails the test.
package integration
