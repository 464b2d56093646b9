package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// Fingerprint names a secret without holding it: the first 128 bits of an HMAC
// under a random key of this user, as 32 lower-case hexadecimal digits. The empty
// Fingerprint names nothing; nothing is remembered of it.
type Fingerprint string

// Fingerprint returns the name of a secret, "" if there is no key to make it with.
func (s *State) Fingerprint(of secret.Secret) Fingerprint {
	keys, err := s.key(true)
	if err != nil {
		return ""
	}
	mac := of.MAC(keys.fingerprints)
	return Fingerprint(hex.EncodeToString(mac[:nameBytes]))
}

// valid reports whether it has the form of a fingerprint. One that comes from
// outside (Git hands back what a helper called state) must not become a path.
func (f Fingerprint) valid() bool { return isName(string(f)) }

const (
	keyFile = "key"
	keySize = 32

	// keyPatience is how long to wait for another process that is making the key.
	keyPatience = 2 * time.Second
)

// keys are made of the one key in the file, so that a secret that happens to look
// like a record cannot have the fingerprint that is the record's seal.
type keys struct {
	fingerprints []byte
	records      []byte
}

func derive(key []byte) *keys {
	return &keys{
		fingerprints: digest(key, "fingerprints"),
		records:      digest(key, "records"),
	}
}

// digest is HMAC-SHA256.
func digest(key []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write([]byte(part)) // a hash never returns an error
	}
	return mac.Sum(nil)
}

// key returns the user's keys, which are read once. With create, a key that is
// absent or damaged is made anew; all records under the old one are then lost.
func (s *State) key(create bool) (*keys, error) {
	s.keyMu.Lock()
	defer s.keyMu.Unlock()
	if s.keys != nil || s.keyErr != nil {
		return s.keys, s.keyErr
	}
	key, err := s.readKey()
	if err != nil && create {
		if key, err = s.makeKey(); err != nil {
			s.keyErr = err
			s.trace.Debug().Err(err).Msg("working without memory")
		}
	}
	if err != nil {
		return nil, err
	}
	s.keys = derive(key)
	return s.keys, nil
}

// readKey returns the key in the file.
func (s *State) readKey() ([]byte, error) {
	key, info, err := s.readFile(keyFile)
	if err == nil && !s.isKey(info) {
		err = errors.New("it is damaged or open to others")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the fingerprint key: %w", err)
	}
	return key, nil
}

// isKey reports whether a file looks like the key. One that others may read is
// none.
func (s *State) isKey(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Size() == keySize && owned(info, s.user) && private(info)
}

// makeKey makes the key under a lock, so that of many processes that start at
// once one makes it and all others read that one. Where locks are not possible
// the last one wins, and a record that was sealed in between is lost.
func (s *State) makeKey() ([]byte, error) {
	if err := s.ready(true); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), keyPatience)
	defer cancel()
	unlock, _, err := s.acquire(ctx, "fingerprint key")
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("making the fingerprint key: %w", err)
	}
	defer unlock()
	key, cause := s.readKey()
	if cause == nil {
		return key, nil
	}
	if info, err := os.Lstat(s.path(keyFile)); err == nil {
		if s.isKey(info) {
			return nil, cause // not now; replacing it would lose everything remembered
		}
		s.trace.Debug().Err(cause).Msg("replacing the fingerprint key")
	}
	fresh := make([]byte, keySize)
	rand.Read(fresh) //nolint:errcheck // it never fails, by its documentation
	if err := s.writeFile(keyFile, fresh); err != nil {
		return nil, err
	}
	return s.readKey()
}
