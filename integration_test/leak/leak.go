// Package leak searches for secrets where none may be: in every form in which one
// can stand in a text, for thousands of secrets at once.
package leak

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Secret is what is searched for, and the name by which it is told of.
type Secret struct{ Name, Value string }

// head is how many bytes of a form lead to it. What is shorter could stand in any
// text by chance.
const head = 16

// A Search finds its secrets in texts.
type Search struct {
	forms map[[head]byte][]form
	maybe *[1 << 20]bool // by mark; false where no form begins, which is nearly everywhere
}

type form struct{ text, name string }

// For makes a Search for secrets, of at least 16 bytes each.
func For(secrets []Secret) Search {
	s := Search{map[[head]byte][]form{}, new([1 << 20]bool)}
	for _, secret := range secrets {
		for _, text := range forms(secret.Value) {
			if len(text) < head {
				continue
			}
			key := [head]byte([]byte(text))
			s.forms[key] = append(s.forms[key], form{text, secret.Name})
			s.maybe[mark(key[:])] = true
		}
	}
	return s
}

// mark makes a number of 20 bits of the first 8 bytes.
func mark(text []byte) uint64 { return binary.LittleEndian.Uint64(text) * 0x9E3779B97F4A7C15 >> 44 }

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

// In returns the names of the secrets that stand in a text, sorted.
func (s Search) In(text []byte) []string {
	var names []string
	for i := 0; i+head <= len(text); i++ {
		if !s.maybe[mark(text[i:])] {
			continue
		}
		for _, form := range s.forms[[head]byte(text[i:])] {
			if bytes.HasPrefix(text[i:], []byte(form.text)) {
				names = append(names, form.name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// holdsPAT tells whether something in the form that personal access tokens have
// today stands in a text: 84 letters and digits, "AZDO" at offset 76.
func holdsPAT(text []byte) bool {
	for at := 0; ; at++ {
		i := bytes.Index(text[at:], []byte("AZDO"))
		if i < 0 {
			return false
		}
		at += i
		if at >= 76 && at+8 <= len(text) && !bytes.ContainsFunc(text[at-76:at+8], notInPAT) {
			return true
		}
	}
}

func notInPAT(r rune) bool {
	return !('0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z')
}

// Below looks into every file below a directory, and at every file's name, for the
// secrets and for anything in the form of a personal access token. The paths that
// are left out are stores of secrets by their nature.
func (s Search) Below(directory string, but ...string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(but, path) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		text := []byte(path + "\n")
		if entry.Type().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = append(text, content...)
		}
		names := s.In(text)
		if len(names) == 0 && holdsPAT(text) {
			names = []string{"of an unknown name"}
		}
		for _, name := range names {
			found = append(found, fmt.Sprintf("%s: token %s", path, name))
		}
		return nil
	})
	return found, err
}
