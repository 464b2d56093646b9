package store

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// FuzzRecord reads any bytes as a record. What is believed was sealed by us, as it
// is, in this place.
func FuzzRecord(f *testing.F) {
	key := digest([]byte("key"), "records")
	good := seal(key, "records/a", []byte(`{"written":"2026-03-01T12:00:00Z","until":"2026-03-01T12:05:00Z","what":{"organization":"contoso","finding":"live"}}`))
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{})
	f.Add(seal(nil, "records/a", []byte(`{}`)))
	f.Add(seal(key, "records/b", []byte(`{}`)))
	f.Add(seal(key, "records/a", nil))
	f.Add(append(bytes.Clone(good), good...))
	f.Fuzz(func(t *testing.T, line []byte) {
		content, err := unseal(key, "records/a", line)
		if err == nil && !bytes.Equal(seal(key, "records/a", content), line) {
			t.Errorf("%q is believed, but reads %q", line, content)
		}
		// Whatever was sealed comes back, and only in its place.
		sealed := seal(key, "records/a", line)
		if got, err := unseal(key, "records/a", sealed); err != nil || !bytes.Equal(got, line) {
			t.Errorf("%q became %q: %v", line, got, err)
		}
		if _, err := unseal(key, "records/b", sealed); err == nil {
			t.Errorf("%q is believed elsewhere", line)
		}
		if _, err := unseal(nil, "records/a", sealed); err == nil {
			t.Errorf("%q is believed without the key", line)
		}
		// A content that is no record is no verdict.
		var r record[verdict]
		if json.Unmarshal(line, &r) == nil && r.holds(verdicts, time.Now()) && r.Until.IsZero() {
			t.Errorf("%q holds without an end", line)
		}
	})
}

// FuzzItem reads any bytes as a keyring item. What is read is written again and
// reads the same, and no error tells what the item holds.
func FuzzItem(f *testing.F) {
	now := time.Unix(1772366400, 0)
	good, err := encode([]Entry{
		{Host: "dev.azure.com", Username: "alice", Password: secret.New("1"), Until: now, Saved: now, Source: "manager"},
		{Host: "dev.azure.com", Path: "contoso\xff", RefreshToken: secret.New("\x00"), Expiry: now, Saved: now},
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		string(good), "", "null", "{}", `{"version":1}`, `{"version":2,"entries":7}`, `{"version":1,"entries":[null]}`,
		`{"version":1,"entries":[{"until":9223372036854775807,"saved":-1}]}`, `{"version":1,"entries":[{"password":"****"}]}`,
		`{"version":1,"version":2}`, `{"VERSION":1,"Entries":[{"USERNAME":"YQ=="}]}`, string(good[:len(good)/2]),
	} {
		f.Add(text)
	}
	equal := cmp.Comparer(func(a, b secret.Secret) bool { return a.Equal(b) })
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := decode(Text(text))
		if err != nil {
			if err != errDamaged && err != ErrOtherVersion {
				t.Errorf("%q: %v may tell what it holds", text, err)
			}
			return
		}
		again, err := encode(entries)
		if err != nil {
			t.Fatalf("%q cannot be written: %v", text, err)
		}
		back, err := decode(again)
		if diff := cmp.Diff(entries, back, equal); err != nil || diff != "" {
			t.Errorf("%q reads differently after it was written: %v\n%s", text, err, diff)
		}
	})
}
