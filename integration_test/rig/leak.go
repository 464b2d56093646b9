package rig

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // a plain hash of a token is what is looked for
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

// forms returns the ways in which a secret can stand in a text: as it is, in a
// URL, in base64 behind a user name of any length, and as a plain hash of it.
func forms(secret string) []string {
	found := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret))}
	for shift := range 3 {
		// Behind `shift` bytes more, a multiple of three bytes in the middle of
		// the secret gives the same characters whatever stands around it.
		inner := secret[shift : shift+(len(secret)-shift)/3*3]
		found = append(found, base64.RawStdEncoding.EncodeToString([]byte(inner)), base64.RawURLEncoding.EncodeToString([]byte(inner)))
	}
	for _, hash := range []hash.Hash{md5.New(), sha1.New(), sha256.New()} {
		hash.Write([]byte(secret))
		sum := hash.Sum(nil)
		found = append(found, hex.EncodeToString(sum), strings.ToUpper(hex.EncodeToString(sum)), base64.RawStdEncoding.EncodeToString(sum))
	}
	return found
}

// Leaks tells which tokens stand in a text in any form, by name.
func Leaks(tokens []*lookalike.Token, text []byte) []string {
	var names []string
	for _, token := range tokens {
		for _, form := range forms(token.Secret()) {
			if bytes.Contains(text, []byte(form)) {
				names = append(names, token.Name())
				break
			}
		}
	}
	return names
}

// LeakingFiles looks into every file below a directory, and at every file's name,
// for tokens. Directories that are stores of tokens are left out by their paths.
func LeakingFiles(tokens []*lookalike.Token, directory string, but ...string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		for _, left := range but {
			if path == left && entry.IsDir() {
				return fs.SkipDir
			} else if path == left {
				return nil
			}
		}
		text := []byte(path)
		if entry.Type().IsRegular() {
			content, err := os.ReadFile(path) //nolint:gosec // a file of the test's own
			if err != nil {
				return err
			}
			text = append(text, content...)
		}
		for _, name := range Leaks(tokens, text) {
			found = append(found, path+": token "+name)
		}
		return nil
	})
	return found, err
}
