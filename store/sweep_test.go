package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// age sets the time at which a file or folder was last written.
func age(t *testing.T, s *State, name string, old time.Duration) {
	t.Helper()
	at := s.now().Add(-old)
	if err := os.Chtimes(s.path(name), at, at); err != nil {
		t.Fatal(err)
	}
}

func TestSweepingRemovesWhatRanOutLongAgoAndNothingElse(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	s, _ := open(t)
	name := func(text string) string { return fileName(nil, text) }
	secrets := verdicts.folder + "/"
	tests := map[string]struct {
		age  time.Duration
		stay bool
	}{
		secrets + name("live") + "/" + name("new") + ".verdict":   {29 * day, true},
		secrets + name("live") + "/" + name("old") + ".verdict":   {31 * day, false},
		secrets + name("live") + "/" + name("old") + ".settled":   {31 * day, false},
		secrets + name("gone") + "/" + name("old") + ".verdict":   {31 * day, false},
		secrets + name("ahead") + "/" + name("year") + ".verdict": {-365 * day, false},
		secrets + name("ahead") + "/" + name("hour") + ".verdict": {-time.Hour, true},
		secrets + name("foreign") + "/letter to the bank.txt":     {999 * day, true},
		secrets + "Documents/" + name("old") + ".verdict":         {999 * day, true},
		"outcomes/" + name("new"):                                 {time.Hour, true},
		"outcomes/" + name("old"):                                 {25 * time.Hour, false},
		"holders/" + name("old"):                                  {25 * time.Hour, false},
		"marks/" + name("new"):                                    {47 * time.Hour, true},
		"marks/" + name("old"):                                    {49 * time.Hour, false},
		"new/" + newPrefix + "123":                                {2 * time.Hour, false},
		"new/" + newPrefix + "456":                                {time.Minute, true},
		"organizations/" + name("old"):                            {999 * day, true},
		"items/" + name("old"):                                    {999 * day, true},
		"locks/" + name("old"):                                    {999 * day, true},
	}
	for file, test := range tests {
		write(t, s.path(file), "x")
		age(t, s, file, test.age)
	}
	s.Sweep()
	for file, test := range tests {
		if _, err := os.Lstat(s.path(file)); (err == nil) != test.stay {
			t.Errorf("%s, %s old: %v, want it to stay: %v", file, test.age, err, test.stay)
		}
	}
	if _, err := os.Lstat(s.path(secrets + name("gone"))); err == nil {
		t.Error("an empty folder stays")
	}
}

func TestSweepingIsDoneOnceADay(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	old := "outcomes/" + fileName(nil, "old")
	plant := func() {
		write(t, s.path(old), "x")
		age(t, s, old, 100*24*time.Hour)
	}
	there := func() bool {
		_, err := os.Lstat(s.path(old))
		return err == nil
	}
	plant()
	s.Sweep()
	if there() {
		t.Error("not swept")
	}
	plant()
	again(s).Sweep()
	if !there() {
		t.Error("swept twice a day")
	}
	clock.pass(sweepEvery)
	again(s).Sweep()
	if there() {
		t.Error("not swept on the next day")
	}
}

func TestSweepingNeverLeavesTheDirectory(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	s.Mark("first", time.Minute)
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	victim := filepath.Join(outside, fileName(nil, "victim"))
	write(t, victim, "precious")
	if err := os.Chtimes(victim, time.Unix(0, 0), time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(s.path("records"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"outcomes", "records/" + fileName(nil, "x"), "holders/" + fileName(nil, "x")} {
		if err := os.MkdirAll(filepath.Dir(s.path(link)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, s.path(link)); err != nil {
			t.Fatal(err)
		}
	}
	s.Sweep()
	if diff := cmp.Diff(map[string]string{filepath.Base(victim): "precious"}, files(t, outside)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestASweepIsBoundedAndComesToEverythingOneDay(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	s.Fingerprint(token)
	// The old ones are few, and the last ones by name.
	const n = 3000
	old := func(fingerprint Fingerprint) bool { return fingerprint > "f" }
	for i := range n {
		fingerprint := s.Fingerprint(secret.New(fmt.Sprint(i)))
		file := s.recordFile("contoso", fingerprint, verdictSuffix, false)
		write(t, s.path(file), "x")
		if old(fingerprint) {
			age(t, s, file, 100*24*time.Hour)
		}
	}
	left := func() (left int) {
		for name := range files(t, s.path("records")) {
			if old(Fingerprint(name)) {
				left++
			}
		}
		return left
	}
	if left() == 0 {
		t.Fatal("nothing is old")
	}
	for range 9 {
		s.Sweep()
		clock.pass(sweepEvery)
	}
	if left := left(); left > 0 {
		t.Errorf("%d are left in the end", left)
	}
	for name := range files(t, s.path("records")) {
		age(t, s, "records/"+name, 100*24*time.Hour)
	}
	before := len(s.list("records"))
	s.Sweep()
	if swept := before - len(s.list("records")); swept > sweepAtMost/2 || swept < sweepAtMost/3 {
		t.Errorf("%d folders with one file each were swept, want about %d", swept, sweepAtMost/2)
	}
}
