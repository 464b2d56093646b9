//go:build unix

package validate

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestAFileThatHangsIsBoundedByTheClock(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "ca.pem")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { // lets the reader go
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			f.Close()
		}
	})
	server := serve(t, answers{connectionPath: saysLife})
	v := server.validator()
	v.Settings = func(string) (Settings, error) { return Settings{CAFile: pipe}, nil }
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	got := v.Judge(ctx, aTarget, aCredential)
	if got.State != Unknown || len(server.requests()) > 0 || time.Since(start) > 5*time.Second {
		t.Errorf("%v (%v: %v) after %v", got.State, got.Reason, got.Detail, time.Since(start))
	}
}
