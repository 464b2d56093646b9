package store

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// A kind is a sort of record: where it lies and how long it means anything.
type kind struct {
	folder string
	// life is how far ahead of its writing the end of a record may be; zero for
	// records without an end. It bounds what a wrong clock can do.
	life time.Duration
	// keep is how long after its last writing a file is swept; zero: never.
	keep time.Duration
	// open records hold nothing that needs the key, and outlive its loss. Their
	// seal is a mere checksum.
	open bool
}

// The kinds of record. Verdicts and settled marks share a folder per secret; they
// are kept long after they ran out, because they also tell which organizations
// the secret was used for, and when it was last proven.
var (
	verdicts      = kind{folder: "records", life: 24 * time.Hour, keep: 30 * 24 * time.Hour}
	settled       = kind{folder: "records", life: 30 * 24 * time.Hour, keep: 30 * 24 * time.Hour}
	outcomes      = kind{folder: "outcomes", life: 10 * time.Minute, keep: 24 * time.Hour}
	holders       = kind{folder: "holders", life: 24 * time.Hour, keep: 24 * time.Hour}
	marks         = kind{folder: "marks", life: 24 * time.Hour, keep: 2 * 24 * time.Hour}
	organizations = kind{folder: "organizations", open: true}
	items         = kind{folder: "items", open: true}
)

// clockSlack is how far in the future a record may have been written: clocks are
// set back a little all the time, and a home directory may be shared by machines.
const clockSlack = time.Minute

// nameBytes is how much of an HMAC becomes a name: 128 bits do not collide.
const nameBytes = 16

var errBroken = errors.New("the record is broken or not sealed with this user's key")

// sealKey returns the key of a kind, nil for the open ones.
func (s *State) sealKey(k kind, create bool) ([]byte, error) {
	if k.open {
		return nil, nil
	}
	keys, err := s.key(create)
	if err != nil {
		return nil, err
	}
	return keys.records, nil
}

// fileName makes the name of a file of what it is about.
func fileName(key []byte, about string) string {
	return hex.EncodeToString(digest(key, "name\x00", about)[:nameBytes])
}

// isName reports whether name was made by fileName.
func isName(name string) bool {
	if len(name) != 2*nameBytes {
		return false
	}
	for _, c := range []byte(name) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return true
}

// seal makes the one line of a record: its HMAC over its place and its content,
// then the content.
func seal(key []byte, file string, content []byte) []byte {
	mac := hex.EncodeToString(digest(key, "seal\x00", file, "\x00", string(content)))
	return append(append([]byte(mac+" "), content...), '\n')
}

// unseal returns the content of a record, errBroken if it was not sealed as it
// is, where it is, under this key.
func unseal(key []byte, file string, line []byte) ([]byte, error) {
	const start = 2*32 + len(" ")
	if len(line) <= start {
		return nil, errBroken
	}
	content := line[start : len(line)-1]
	if !hmac.Equal(line, seal(key, file, content)) {
		return nil, errBroken
	}
	return content, nil
}

// record is the content of a file: when it was written, until when it holds, and
// what it says.
type record[T any] struct {
	Written time.Time `json:"written"`
	Until   time.Time `json:"until,omitzero"`
	What    T         `json:"what"`
}

// written reports whether a record can have been written by now.
func (r record[T]) written(now time.Time) bool { return !r.Written.After(now.Add(clockSlack)) }

// holds reports whether a record of this kind is to be believed now.
func (r record[T]) holds(k kind, now time.Time) bool {
	return r.written(now) && now.Before(r.Until) && !r.Until.After(r.Written.Add(k.life))
}

// load reads a record. It says nothing of whether it still holds. Whatever is
// not a record is traced, and is the zero record and false.
func load[T any](s *State, k kind, file string) (record[T], bool) {
	r, err := loadRecord[T](s, k, file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.trace.Debug().Err(err).Str("file", file).Msg("ignoring a record")
	}
	return r, err == nil
}

func loadRecord[T any](s *State, k kind, file string) (r record[T], err error) {
	key, err := s.sealKey(k, false)
	if err != nil {
		return r, err
	}
	line, _, err := s.readFile(file)
	if err != nil {
		return r, err
	}
	content, err := unseal(key, file, line)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return record[T]{}, errBroken // sealed by another version of the guard
	}
	return r, nil
}

// save writes a record that holds until the given time, but never for longer than
// its kind may. If it cannot be written the old one is removed: no memory is
// better than a memory of what is no longer so.
func save[T any](s *State, k kind, file string, until time.Time, what T) error {
	now := s.now()
	if latest := now.Add(k.life); until.After(latest) {
		until = latest
	}
	err := s.saveRecord(k, file, record[T]{Written: now, Until: until, What: what})
	if err != nil {
		s.trace.Debug().Err(err).Msg("forgetting a record that cannot be written")
		s.removeFile(file)
	}
	return err
}

func (s *State) saveRecord(k kind, file string, r any) error {
	key, err := s.sealKey(k, true)
	if err != nil {
		return err
	}
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return s.writeFile(file, seal(key, file, content))
}

// file returns the place of a record that is about one thing, "" if there is no
// key to name it with.
func (s *State) file(k kind, about string, create bool) string {
	key, err := s.sealKey(k, create)
	if err != nil {
		return ""
	}
	return k.folder + "/" + fileName(key, about)
}

// never is the end of records that have none.
var never time.Time
