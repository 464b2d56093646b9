package rig

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

func TestAnyFormOfATokenIsFound(t *testing.T) {
	t.Parallel()
	server := lookalike.Start()
	t.Cleanup(server.Close)
	secret := server.Token("old", lookalike.Live).Secret()
	tokens := server.Tokens()
	sum := sha256.Sum256([]byte(secret))
	for _, text := range []string{
		"it is " + secret + "!", hex.EncodeToString(sum[:]),
		base64.StdEncoding.EncodeToString([]byte("a:" + secret)), base64.StdEncoding.EncodeToString([]byte("al:" + secret)),
		base64.URLEncoding.EncodeToString([]byte("ali:" + secret)),
	} {
		if found := Leaks(tokens, []byte(text)); len(found) != 1 || found[0] != "old" {
			t.Errorf("in %q: %q", text, found)
		}
	}
	if found := Leaks(tokens, []byte(secret[:40])); len(found) != 0 {
		t.Errorf("in a part of it: %q", found)
	}
	directory := t.TempDir()
	leak, kept := filepath.Join(directory, "file"), filepath.Join(directory, "store")
	for _, path := range []string{leak, kept} {
		if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if files, err := LeakingFiles(tokens, directory, kept); err != nil || len(files) != 1 || files[0] != leak+": token old" {
		t.Errorf("files: %q, %v", files, err)
	}
}
