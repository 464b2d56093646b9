//go:build unix

// Command peak runs a program and writes how much memory that had at most, in bytes,
// into a file: peak FILE PROGRAM [argument…].
//
// The kernel counts for a process what its parent had when it started it (the two
// share their memory until exec), so the parent has to be smaller than what it
// measures.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

func main() {
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if err == nil {
		most := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
		if runtime.GOOS != "darwin" { // where it is in bytes; elsewhere in kilobytes
			most *= 1024
		}
		err = os.WriteFile(os.Args[1], fmt.Append(nil, most), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
