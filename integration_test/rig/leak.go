package rig

import (
	"path/filepath"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/leak"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// stores are what is made to hold tokens in clear, below a home.
var stores = []string{
	".standin",            // of the stand-ins, with what was asked of them
	".git-credentials",    // of git-credential-store
	"trouble-credentials", // of git-credential-store, where the fault matrix has it
	".gcm/store",          // of Git Credential Manager, told to use plain files
}

// Scene sets a scene for a test and ends it afterwards. The test fails if a token
// is then in a file that is no store of tokens.
func Scene(t *testing.T) *scene.Scene {
	t.Helper()
	s, err := scene.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if files, err := LeakingFiles(s); err != nil || len(files) > 0 {
			t.Errorf("tokens are in %q, %v", files, err)
		}
	})
	return s
}

// LeakingFiles returns the files of a scene that are no stores of tokens and hold
// one nevertheless.
func LeakingFiles(s *scene.Scene) ([]string, error) {
	var but []string
	for _, name := range stores {
		but = append(but, filepath.Join(s.Home, filepath.FromSlash(name)))
	}
	return search(s.Server.Tokens()).Below(s.Home, but...)
}

// Leaks tells which tokens stand in a text in any form, by name.
func Leaks(tokens []*lookalike.Token, text []byte) []string { return search(tokens).In(text) }

func search(tokens []*lookalike.Token) leak.Search {
	var secrets []leak.Secret
	for _, token := range tokens {
		secrets = append(secrets, leak.Secret{Name: token.Name(), Value: token.Secret()})
	}
	return leak.For(secrets)
}
