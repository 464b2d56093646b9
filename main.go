// Git-credential-ado-guard is a Git credential helper that stands in front of Git
// Credential Manager, or any other helper, and proves an Azure DevOps token alive
// before Git uses it. See the README.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/cli"
	"github.com/ado-guard/git-credential-ado-guard/internal/quickstart"
)

func main() {
	os.Exit(cli.Run(context.Background(), cli.World{
		Args:      os.Args[1:],
		Environ:   os.Environ(),
		Stdin:     io.Reader(os.Stdin),
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		Now:       time.Now,
		Stoppable: stoppable,
	}))
}

// stoppable makes a context that ends when the process is told to stop. It then has
// a moment to end what it started; Git, which started it, is ending as well. A signal
// that is ignored, as SIGHUP under nohup, stays ignored. Where there is something to
// end, there are things to do side by side.
func stoppable(ctx context.Context) context.Context {
	quickstart.AllProcessors()
	signals := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
	if len(signals) == 0 { // which would mean all there are
		return ctx
	}
	ctx, _ = signal.NotifyContext(ctx, signals...) // the end of the process is the end of it
	context.AfterFunc(ctx, func() {
		time.Sleep(2 * time.Second)
		os.Exit(130)
	})
	return ctx
}
