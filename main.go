// Git-credential-ado-guard is a Git credential helper that stands in front of Git
// Credential Manager, or any other helper, and proves an Azure DevOps token alive
// before Git uses it. See the README.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/cli"
)

func main() {
	os.Exit(run())
}

// run does what the command line says and returns the exit status. Once it is told
// to stop it has a moment to end what it started; Git, which started it, is ending
// as well.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, func() {
		time.Sleep(2 * time.Second)
		os.Exit(130)
	})
	return cli.Run(ctx, cli.World{
		Args:    os.Args[1:],
		Environ: os.Environ(),
		Stdin:   io.Reader(os.Stdin),
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Now:     time.Now,
	})
}
