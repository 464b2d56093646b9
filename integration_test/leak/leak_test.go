package leak

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var (
	secret = strings.Repeat("0a", 38) + "AZDO1234"
	search = For([]Secret{{"other", strings.Repeat("z7", 26)}, {"old", secret}, {"short", "short"}})
)

func TestAnyFormOfASecretIsFound(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte(secret))
	for _, text := range []string{
		secret, "it is " + secret + "!", hex.EncodeToString(sum[:]), hex.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte("a:" + secret)), base64.StdEncoding.EncodeToString([]byte("al:" + secret)),
		base64.URLEncoding.EncodeToString([]byte("ali:" + secret)),
	} {
		if found := search.In([]byte(text)); !slices.Equal(found, []string{"old"}) {
			t.Errorf("in %q: %q", text, found)
		}
	}
	odd := For([]Secret{{"odd", "a secret/with+odd=characters"}})
	for _, text := range []string{"a+secret%2Fwith%2Bodd%3Dcharacters", "a%20secret%2Fwith+odd=characters"} {
		if found := odd.In([]byte(text)); !slices.Equal(found, []string{"odd"}) {
			t.Errorf("in %q: %q", text, found)
		}
	}
	if found := search.In([]byte(secret[:40] + " short")); len(found) != 0 {
		t.Errorf("in a part of it: %q", found)
	}
}

func TestFilesTheirNamesAndPathsThatAreLeftOut(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	in := func(name string) string { return filepath.Join(directory, name) }
	unknown := "AZDO" + strings.Repeat("1b", 38) + "AZDO4321"
	for path, text := range map[string]string{"file": secret, "none": "nothing", "unknown": unknown, secret: "", "store": secret, "stores/one": secret} {
		if err := os.MkdirAll(filepath.Dir(in(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(in(path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{in(secret) + ": token old", in("file") + ": token old", in("unknown") + ": token of an unknown name"}
	if found, err := search.Below(directory, in("store"), in("stores")); err != nil || !slices.Equal(found, want) {
		t.Errorf("found %q, %v; want %q", found, err, want)
	}
}

func TestTheLedgerIsReadAsItWasWritten(t *testing.T) {
	ledger := filepath.Join(t.TempDir(), "ledger")
	t.Setenv(Ledger, ledger)
	var want []Secret
	for i := range 3 {
		s := Secret{fmt.Sprint("token-", i), fmt.Sprint("a \"secret\"\n", i)}
		if err := Note(s); err != nil {
			t.Fatal(err)
		}
		want = append(want, s)
	}
	if got, err := Noted(ledger); err != nil || !slices.Equal(got, want) {
		t.Errorf("read %q, %v; want %q", got, err, want)
	}
}
