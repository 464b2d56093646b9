//go:build unix

package gitconfig

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A Git that is broken, or that somebody else has put there, must cost neither
// memory nor time without end.
func TestAGitThatPrintsWithoutEndIsCutOff(t *testing.T) {
	for name, where := range map[string]string{"output": "exec yes a.b", "complaints": "exec yes a.b >&2"} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			if err := os.WriteFile(filepath.Join(directory, "git"), []byte("#!/bin/sh\n"+where+"\n"), 0o700); err != nil { // it is to be run
				t.Fatal(err)
			}
			t.Setenv("PATH", directory+":"+os.Getenv("PATH"))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			out, err := Git("", os.Environ())(ctx, "config", "--list", "-z")
			if err == nil || len(out) > maxOutput || len(err.Error()) > 2*maxComplaint {
				t.Errorf("%d bytes of output, %.200v", len(out), err)
			}
		})
	}
}
