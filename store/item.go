package store

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// Entry is one credential in the keyring: an account of an organization.
type Entry struct {
	Host     string // as Git writes it
	Path     string // as Git writes it, "" if the credential is not about one path
	Username string

	Password     secret.Secret
	RefreshToken secret.Secret // empty: none
	Expiry       time.Time     // password_expiry_utc, whole seconds; zero: none

	// Until is the end of a copy of what an inner helper holds. Zero says that
	// this is no copy but the only place where the credential is kept.
	Until  time.Time
	Source string    // which inner helpers it came from
	Saved  time.Time // when, set by Copies.Save
}

// replaces reports whether an entry takes the place of another: same account.
func (e Entry) replaces(old Entry) bool {
	return e.Host == old.Host && e.Path == old.Path && e.Username == old.Username
}

// isCopy reports whether the credential is kept elsewhere too.
func (e Entry) isCopy() bool { return !e.Until.IsZero() }

// over reports whether an entry is a copy that has run out. One that was saved in
// the future has: by which clock its end was set is not known.
func (e Entry) over(now time.Time) bool {
	return e.isCopy() && (!now.Before(e.Until) || e.Saved.After(now.Add(clockSlack)))
}

// itemVersion is the form of an item's text that this program writes. A text of
// another version was written by a newer one and is left as it is.
const itemVersion = 1

var (
	// ErrOtherVersion says that an item was written by a newer version of the
	// guard. It is neither used nor changed.
	ErrOtherVersion = errors.New("the keyring item was written by another version of ado-guard")

	errDamaged = errors.New("the keyring item is damaged")
)

// itemText and entryText are the form of an item: JSON, with every text in base64,
// because Git's values are bytes, and JSON's strings are not.
type itemText struct {
	Version int         `json:"version"`
	Entries []entryText `json:"entries"`
}

type entryText struct {
	Host         []byte `json:"host,omitempty"`
	Path         []byte `json:"path,omitempty"`
	Username     []byte `json:"username,omitempty"`
	Password     []byte `json:"password,omitempty"`
	RefreshToken []byte `json:"refresh,omitempty"`
	Source       []byte `json:"source,omitempty"`
	Expiry       int64  `json:"expiry,omitempty"` // these three in seconds since 1970
	Until        int64  `json:"until,omitempty"`
	Saved        int64  `json:"saved,omitempty"`
}

// encode makes the text of an item. This is the place where secrets are opened
// for the keyring, and the only one in this package.
func encode(entries []Entry) (Text, error) {
	reveal := func(s secret.Secret) []byte { return []byte(s.Reveal()) }
	text := itemText{Version: itemVersion, Entries: make([]entryText, len(entries))}
	for i, e := range entries {
		text.Entries[i] = entryText{
			Host:         []byte(e.Host),
			Path:         []byte(e.Path),
			Username:     []byte(e.Username),
			Password:     reveal(e.Password),
			RefreshToken: reveal(e.RefreshToken),
			Source:       []byte(e.Source),
			Expiry:       seconds(e.Expiry),
			Until:        seconds(e.Until),
			Saved:        seconds(e.Saved),
		}
	}
	content, err := json.Marshal(text)
	return Text(content), err
}

// decode reads the text of an item. No error quotes it.
func decode(text Text) ([]Entry, error) {
	var version struct {
		Version int `json:"version"`
	}
	if json.Unmarshal([]byte(text), &version) != nil || version.Version == 0 {
		return nil, errDamaged
	}
	if version.Version != itemVersion {
		return nil, ErrOtherVersion
	}
	var item itemText
	if json.Unmarshal([]byte(text), &item) != nil {
		return nil, errDamaged
	}
	entries := make([]Entry, len(item.Entries))
	for i, e := range item.Entries {
		entries[i] = Entry{
			Host:         string(e.Host),
			Path:         string(e.Path),
			Username:     string(e.Username),
			Password:     secret.New(string(e.Password)),
			RefreshToken: secret.New(string(e.RefreshToken)),
			Source:       string(e.Source),
			Expiry:       moment(e.Expiry),
			Until:        moment(e.Until),
			Saved:        moment(e.Saved),
		}
	}
	return entries, nil
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}
