// Package quickstart makes a program that lives for some milliseconds live for fewer of
// them. docs/performance.md has the figures.
//
// Until [AllProcessors] is called, one processor runs all goroutines. A short program
// that reads a little and waits for one other process has no use for more, and every
// goroutine that becomes ready would wake a thread on the other processors that looks
// for work and finds none: in a D-Bus conversation, each message passes through two.
//
// The package does that by being imported. It imports nothing but the runtime, so it
// is among the first to be initialized, when there is little to stop yet.
package quickstart

import "runtime"

var processors = runtime.GOMAXPROCS(1)

// AllProcessors lets goroutines run on all processors again. A program that starts
// others and waits for the network in several goroutines wants that: with one
// processor, a goroutine in a long system call holds up the others for a while.
func AllProcessors() { runtime.GOMAXPROCS(processors) }
