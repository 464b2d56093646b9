package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var example = []row{
	{what: "get, other host", against: "empty", got: 1.04, most: 1.10, unit: multiple},
	{what: "get, cold", against: "the inner helper alone", got: 1.7, most: 1.5, unit: roundTrips},
	{what: "get", against: "libsecret", most: 0.60, unit: multiple, missing: "git-credential-libsecret"},
	{what: "get", against: "`/bin/true`", got: 2.5, unit: multiple},
	{what: "get", against: "GCM", unit: multiple, missing: "git-credential-manager"},
}

func TestTheTableShowsWhatIsOverAndWhatIsMissing(t *testing.T) {
	const want = `| what | against | at most | measured | |
|---|---|---|---|---|
| get, other host | empty | 1.10 | 1.04 | ok |
| get, cold | the inner helper alone | +1.50 round trips | +1.70 round trips | **over** |
| get | libsecret | 0.60 | – | missing: git-credential-libsecret |

| what | against | measured |
|---|---|---|
| get | ` + "`/bin/true`" + ` | 2.50 |
| get | GCM | missing: git-credential-manager |
`
	if diff := cmp.Diff(want, markdown(example)); diff != "" {
		t.Error(diff)
	}
}

func TestARowOverItsBoundFailsAndAMissingOneOnlyWhereAllMustBeThere(t *testing.T) {
	for _, c := range []struct {
		name   string
		table  []row
		strict bool
		want   bool
	}{
		{"inside", example[:1], true, true},
		{"over", example[:2], false, false},
		{"missing", example[2:3], false, true},
		{"missing in CI", example[2:3], true, false},
		{"no bound", example[3:], true, true},
	} {
		if got := inside(c.table, c.strict); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTheTableTakesItsPlaceInADocument(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	for _, content := range []string{
		"# Speed\n\n<!-- speed:begin -->\nold\n<!-- speed:end -->\n\nmore\n",
		"# Speed\n\n<!-- speed:begin -->\n<!-- speed:end -->\n\nmore\n",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := replaceTable(file, "new\n"); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("# Speed\n\n<!-- speed:begin -->\nnew\n<!-- speed:end -->\n\nmore\n", string(got)); diff != "" {
			t.Error(diff)
		}
	}
	if err := os.WriteFile(file, []byte("no place for it\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replaceTable(file, "new\n"); err == nil {
		t.Error("a document without a place for the table was changed")
	}
}

func TestTheMedianStandsInTheMiddle(t *testing.T) {
	took := times{9 * time.Second, time.Second, 2 * time.Second, 8 * time.Second, 3 * time.Second}
	if got := took.at(0.5); got != 3*time.Second {
		t.Errorf("median %v", got)
	}
	if got := took.at(1); got != 9*time.Second {
		t.Errorf("most %v", got)
	}
}
