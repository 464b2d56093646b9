package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// childFingerprint DIR ORGANIZATION: remembers something, as one of many who start
// at once does, and prints the fingerprint of a fixed secret and whether it is
// remembered.
func childFingerprint(args []string) error {
	s := openReal(args[0])
	fingerprint := s.Fingerprint(secret.New("a secret"))
	s.Remember(args[1], fingerprint, Remembered{Finding: Live, Until: time.Now().Add(time.Hour)})
	_, ok := s.Recall(args[1], fingerprint)
	fmt.Printf("%s %v", fingerprint, ok)
	return nil
}

func TestSixteenProcessesThatStartAtOnceEndWithOneKey(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, path string){
		"no key":       func(*testing.T, string) {},
		"an empty key": func(t *testing.T, path string) { write(t, path, "") },
		"a short key":  func(t *testing.T, path string) { write(t, path, strings.Repeat("k", keySize-1)) },
		"a long key":   func(t *testing.T, path string) { write(t, path, strings.Repeat("k", keySize+1)) },
		"a link to a key": func(t *testing.T, path string) {
			elsewhere := filepath.Join(filepath.Dir(filepath.Dir(path)), "planted")
			write(t, elsewhere, strings.Repeat("k", keySize))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(elsewhere, path); err != nil {
				t.Fatal(err)
			}
		},
		"a key that others may read": func(t *testing.T, path string) {
			write(t, path, strings.Repeat("k", keySize))
			if err := os.Chmod(path, 0o644); err != nil {
				t.Fatal(err)
			}
		},
	}
	onlyUnix(tests, "a link to a key", "a key that others may read")
	for name, plant := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "ado-guard")
			plant(t, filepath.Join(dir, keyFile))
			all := together(t, 16, "fingerprint", func(i int) []string { return []string{dir, strconv.Itoa(i)} })
			for _, got := range all {
				if got != all[0] || !strings.HasSuffix(got, " true") {
					t.Errorf("fingerprint and whether it is remembered: %q, elsewhere %q", got, all[0])
				}
			}
			info, err := os.Lstat(filepath.Join(dir, keyFile))
			if err != nil || !info.Mode().IsRegular() || info.Size() != keySize || !private(info) {
				t.Errorf("the key file: %v %v", info, err)
			}
			s := openReal(dir)
			planted := &State{dir: dir, keys: derive([]byte(strings.Repeat("k", keySize)))}
			if s.Fingerprint(token) == planted.Fingerprint(token) {
				t.Error("the planted key is used")
			}
			if got := s.Organizations(s.Fingerprint(secret.New("a secret"))); len(got) != 16 {
				t.Errorf("the next process finds %d records, want 16", len(got))
			}
			if left := s.list("new"); len(left) > 0 {
				t.Errorf("left %q behind", left)
			}
		})
	}
}

func TestAKeyThatCannotBeReplacedMeansNoMemory(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	write(t, filepath.Join(s.path(keyFile), "inside"), "a folder that is not empty")
	if got := strings.Join(useEverything(s), " "); got != "known lock" {
		t.Errorf("remembered %q, want what needs no key", got)
	}
	if s.Problem() == nil {
		t.Error("no problem is reported")
	}
}

func TestALostKeyLosesMemoryOnly(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	before := s.Fingerprint(token)
	s.Remember("contoso", before, live(s))
	write(t, s.path(keyFile), "damaged")
	s = again(s)
	after := s.Fingerprint(token)
	if after == before || after == "" {
		t.Errorf("fingerprints %q and %q", before, after)
	}
	if _, ok := s.Recall("contoso", before); ok {
		t.Error("a record under the old key is believed")
	}
	s.Remember("contoso", after, live(s))
	if _, ok := again(s).Recall("contoso", after); !ok {
		t.Error("nothing is remembered under the new key")
	}
}
