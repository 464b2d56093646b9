package store

import (
	"fmt"
	"os"
	"testing"
	"time"

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
	s.Fingerprint(token)
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
	s.Fingerprint(token)
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

func TestASweepIsBoundedAndGoesOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	s.Fingerprint(token)
	const n = 2000 // folders with one file each
	for i := range n {
		fingerprint := s.Fingerprint(secret.New(fmt.Sprint(i)))
		write(t, s.path(s.recordFile("contoso", fingerprint, verdictSuffix, false)), "x")
	}
	const each = sweepAtMost / 2
	for sweeps := 1; sweeps <= n/each+1; sweeps++ {
		s.Sweep()
		clock.pass(sweepEvery)
	}
	for name := range files(t, s.path("records")) {
		age(t, s, "records/"+name, 100*24*time.Hour)
	}
	for left := n; left > 0; left -= each {
		if got := len(s.list("records")); got < left-10 || got > left+10 { // a few files are not records
			t.Errorf("%d folders are there, want %d", got, left)
		}
		s.Sweep()
		clock.pass(sweepEvery)
	}
	if left := len(s.list("records")); left > 0 {
		t.Errorf("%d folders are left in the end", left)
	}
}

func TestASweepComesToWhatIsLastByName(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	fingerprint := s.Fingerprint(token)
	for i := range sweepAtMost {
		write(t, s.path("outcomes/"+fileName(nil, fmt.Sprint(i))), "x")
	}
	last := s.recordFile("contoso", fingerprint, verdictSuffix, false)
	write(t, s.path(last), "x")
	age(t, s, last, 100*24*time.Hour)
	s.Sweep()
	if _, err := os.Lstat(s.path(last)); err != nil {
		t.Error("the first sweep came to more than it may")
	}
	for name := range files(t, s.path("outcomes")) {
		age(t, s, "outcomes/"+name, -time.Hour) // they stay fresh
	}
	clock.pass(sweepEvery)
	s.Sweep()
	if _, err := os.Lstat(s.path(last)); err == nil {
		t.Error("the second sweep began at the same place")
	}
}
