package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// A Git that does not answer in time says nothing of who stands behind the guard, nor
// of what may be erased.
func TestWhatGitCouldNotSayIsNotGuessed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the Git of this test is a shell script")
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\nexit 128\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	a := assemble(World{Environ: []string{"HOME=" + t.TempDir()}, Now: time.Now}, options{})
	request := validate.Request{Protocol: "https", Host: "dev.azure.com", Path: "contoso"}
	if got := a.inner(options{}, request).Topology; got == helper.Alone {
		t.Error("the keyring is taken for the only store")
	}
	if got := a.settings().Erase; got != helper.EraseUnknown {
		t.Errorf("adoguard.erase is taken for %q", got)
	}
	if got := a.inner(options{helpers: []string{"manager"}}, request); got.Topology != helper.Wrap || len(got.Programs) != 1 {
		t.Errorf("--helper is not obeyed: %v", got.Values())
	}
}
