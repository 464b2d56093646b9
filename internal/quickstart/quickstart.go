// Package quickstart makes a program that lives for some milliseconds start in fewer
// of them. docs/performance.md has the figures.
//
// Until [AllProcessors] is called, one processor runs all goroutines. A short program
// that reads a little and waits for one other process has no use for more, and every
// goroutine that becomes ready would wake a thread on the other processors that looks
// for work and finds none: with the messages of a D-Bus conversation passing through
// several goroutines, that was a tenth of the whole time.
//
// The package does that by being imported. It imports nothing but the runtime, so it
// is among the first to be initialized.
package quickstart

import "runtime"

var processors = runtime.GOMAXPROCS(1)

// AllProcessors lets goroutines run on all processors again. A program that starts
// others and waits for the network in several goroutines wants that: with one
// processor, a goroutine in a long system call holds up the others for a while.
func AllProcessors() { runtime.GOMAXPROCS(processors) }

// Stack gives the calling goroutine a stack that is large enough for most of what is
// to come. Where a stack has to grow, all that is on it is moved with the help of
// tables that lie all over the program, so it is done while there is little on it.
//
//go:noinline
func Stack() byte {
	var room [12 << 10]byte
	return room[processors%len(room)] // not known beforehand, so there has to be an array
}
