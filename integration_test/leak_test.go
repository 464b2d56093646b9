package integration

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// forms returns the ways in which a secret can stand in a text: as it is, in a
// URL, in base64 behind a user name of any length, and as a plain hash of it.
func forms(secret string) []string {
	found := []string{secret, url.QueryEscape(secret)}
	for shift := range 3 {
		// Behind `shift` bytes more, a multiple of three bytes in the middle of
		// the secret gives the same characters whatever stands around it.
		inner := secret[shift : shift+(len(secret)-shift)/3*3]
		found = append(found, base64.RawStdEncoding.EncodeToString([]byte(inner)))
	}
	for _, hash := range []hash.Hash{md5.New(), sha1.New(), sha256.New()} {
		hash.Write([]byte(secret))
		sum := hash.Sum(nil)
		found = append(found, hex.EncodeToString(sum), strings.ToUpper(hex.EncodeToString(sum)), base64.RawStdEncoding.EncodeToString(sum))
	}
	return found
}

// leaks tells which tokens of the world stand in a text, by name.
func (w *world) leaks(text []byte) []string {
	var names []string
	for _, token := range w.Server.Tokens() {
		for _, form := range forms(token.Secret()) {
			if bytes.Contains(text, []byte(form)) {
				names = append(names, token.Name())
				break
			}
		}
	}
	return names
}

// leakingFiles looks into every file below the home directory, and at every
// file's name, for the world's tokens. The stand-in's own directory is left out:
// it is the store that a person has anyway.
func (w *world) leakingFiles() ([]string, error) {
	var found []string
	err := filepath.WalkDir(w.Home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == filepath.Dir(string(w.Standin)) {
			return fs.SkipDir
		}
		text := []byte(path)
		if entry.Type().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = append(text, content...)
		}
		for _, name := range w.leaks(text) {
			found = append(found, path+": token "+name)
		}
		return nil
	})
	return found, err
}

func TestAnyFormOfATokenIsFound(t *testing.T) {
	t.Parallel()
	w := testWorld(t)
	secret := w.Secret("old")
	sum := sha256.Sum256([]byte(secret))
	for _, text := range []string{
		"it is " + secret + "!", hex.EncodeToString(sum[:]),
		base64.StdEncoding.EncodeToString([]byte("a:" + secret)), base64.StdEncoding.EncodeToString([]byte("al:" + secret)),
		base64.StdEncoding.EncodeToString([]byte("ali:" + secret)),
	} {
		if found := w.leaks([]byte(text)); len(found) != 1 || found[0] != "old" {
			t.Errorf("in %q: %q", text, found)
		}
	}
	if found := w.leaks([]byte(secret[:40])); len(found) != 0 {
		t.Errorf("in a part of it: %q", found)
	}
	if err := os.WriteFile(filepath.Join(w.Home, "file"), []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Keep("contoso", "alice", "old"); err != nil {
		t.Fatal(err)
	}
	if files, err := w.leakingFiles(); err != nil || len(files) != 1 || files[0] != filepath.Join(w.Home, "file")+": token old" {
		t.Errorf("files: %q, %v", files, err)
	}
}
