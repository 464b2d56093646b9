package report

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestTheLocaleSaysWhetherMarksMayBeMoreThanASCII(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environ []string
		want    bool
	}{
		{nil, false},
		{[]string{"LANG=C"}, false},
		{[]string{"LANG=POSIX"}, false},
		{[]string{"LANG=en_US.UTF-8"}, true},
		{[]string{"LANG=de_DE.utf8@euro"}, true},
		{[]string{"LANG=de_DE.ISO-8859-1"}, false},
		{[]string{"LANG=en_US.UTF-8", "LC_ALL=C"}, false},
		{[]string{"LANG=en_US.UTF-8", "LC_CTYPE=C"}, false},
		{[]string{"LANG=C", "LC_CTYPE=UTF-8"}, true},
		{[]string{"LC_CTYPE=C", "LC_ALL=C.UTF-8"}, true},
		{[]string{"LANG=en_US.UTF-8", "LC_ALL="}, true},
		{[]string{"LANG=C", "LANG=en_US.UTF-8"}, true},
	} {
		if got := StyleOf(new(bytes.Buffer), c.environ).Unicode; got != c.want {
			t.Errorf("%q: Unicode is %v", c.environ, got)
		}
	}
}

func TestAFileIsNotShownColoursAndIsNotWrapped(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got, want := StyleOf(file, []string{"LANG=C.UTF-8", "TERM=xterm"}), (Style{Unicode: true}); got != want {
		t.Errorf("got %+v", got)
	}
}
