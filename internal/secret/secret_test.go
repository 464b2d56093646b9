package secret

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
)

const plain = "s3cr3t-t0k3n"

func TestASecretCannotBePrinted(t *testing.T) {
	s := New(plain)
	type exported struct{ S Secret }
	type hidden struct{ s Secret }
	nested := map[string]any{"value": s, "exported": exported{s}, "hidden": hidden{s}, "pointer": &hidden{s}, "slice": []Secret{s}}

	for name, value := range nested {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if got := fmt.Sprintf(verb, value); leaks(got) {
				t.Errorf("%s of %s prints %s", verb, name, got)
			}
		}
	}
	if text, err := json.Marshal(nested); err != nil || leaks(string(text)) {
		t.Errorf("JSON is %s, %v", text, err)
	}
	var log strings.Builder
	logger := zerolog.New(&log)
	logger.Info().Interface("secret", s).Stringer("string", s).Any("struct", exported{s}).Msg("x")
	if leaks(log.String()) {
		t.Errorf("the logger prints %s", log.String())
	}
}

func leaks(text string) bool {
	return strings.Contains(text, plain) || strings.Contains(text, fmt.Sprintf("%x", plain)) ||
		strings.Contains(text, "115 51 99") // its bytes in decimal
}

func TestSecretsAreComparedByValue(t *testing.T) {
	if !New("a").Equal(New("a")) || New("a").Equal(New("b")) || New("a").Equal(New("aa")) {
		t.Error("Equal is wrong")
	}
	a, again := New("a"), New("a")
	if a != again || a == New("b") || New("") != (Secret{}) {
		t.Error("== is wrong")
	}
	if !(Secret{}).Equal(New("")) || !(Secret{}).Empty() || !New("").Empty() || New("a").Empty() {
		t.Error("the zero Secret is not the empty one")
	}
	if New("a").MAC([]byte("k")) == New("b").MAC([]byte("k")) || New("a").MAC([]byte("k")) == New("a").MAC([]byte("l")) {
		t.Error("the MAC does not depend on the value and the key")
	}
}

func TestKindDescribesWhatATokenLooksLike(t *testing.T) {
	jwt := "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2ln"
	for _, c := range []struct {
		value string
		want  Kind
	}{
		{strings.Repeat("a", 76) + "AZDO" + "1234", PAT},
		{strings.Repeat("a", 76) + "XXXX" + "1234", Other},
		{strings.Repeat("a", 75) + "-AZDO" + "1234", Other},
		{strings.Repeat("a7", 26), PAT},
		{strings.Repeat("A7", 26), Other},
		{jwt, AccessToken},
		{"1.2.3", Other},
		{"correct horse battery staple", Other},
		{"", Other},
	} {
		if got := New(c.value).Kind(); got != c.want {
			t.Errorf("Kind of %q is %v, want %v", c.value, got, c.want)
		}
	}
	if end, ok := New(jwt).Expiry(); !ok || !end.Equal(time.Unix(1700000000, 0)) {
		t.Errorf("Expiry is %v, %v", end, ok)
	}
	for _, none := range []string{"", "a.b.c", "a.b", "e30.e30.x", "e30.eyJleHAiOi0xfQ.x"} {
		if end, ok := New(none).Expiry(); ok {
			t.Errorf("Expiry of %q is %v", none, end)
		}
	}
}

// A secret is opened in three places only; see the package comment.
func TestASecretIsOpenedInThreePlacesOnly(t *testing.T) {
	allowed := []string{
		"helper/message.go",  // the credential protocol
		"store/item.go",      // the keyring
		"validate/client.go", // the Authorization header
	}
	var found []string
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		switch {
		case entry.IsDir() && (relative == ".git" || relative == "integration_test"):
			return filepath.SkipDir
		case entry.IsDir(), !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"), relative == "internal/secret/secret.go":
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for range strings.Count(string(source), ".Reveal()") {
			found = append(found, relative)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	if diff := cmp.Diff(allowed, found); diff != "" {
		t.Errorf("where Reveal is called (-want +got):\n%s", diff)
	}
}
