package store

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func TestARecordHoldsUntilItsOwnEndAndNoClockMakesItLonger(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	k := kind{life: day}
	tests := map[string]struct {
		written, until time.Duration // from now
		want           bool
	}{
		"now, for five minutes":                      {0, 5 * time.Minute, true},
		"a moment before its end":                    {-5 * time.Minute, 1, true},
		"at its end":                                 {-5 * time.Minute, 0, false},
		"after its end":                              {-time.Hour, -time.Minute, false},
		"a clock that runs a little ahead":           {clockSlack, 5 * time.Minute, true},
		"written in the future":                      {clockSlack + 1, 5 * time.Minute, false},
		"written a year in the future":               {365 * day, 366 * day, false},
		"an end as far as it may be":                 {0, day, true},
		"an end further than it may be":              {0, day + 1, false},
		"an end a year away":                         {0, 365 * day, false},
		"written before 1970, ends in the year 9000": {-60 * 365 * day, 290 * 365 * day, false},
	}
	now := newClock().now()
	for name, test := range tests {
		r := record[string]{Written: now.Add(test.written), Until: now.Add(test.until)}
		if got := r.holds(k, now); got != test.want {
			t.Errorf("%s: holds %v, want %v", name, got, test.want)
		}
	}
}

func TestARecordIsBelievedOrItIsNotThere(t *testing.T) {
	t.Parallel()
	// Each case spoils a good record in a way that a crash, a disk or an attacker
	// might.
	tests := map[string]func(t *testing.T, s *State, path string){
		"absent":   func(t *testing.T, _ *State, path string) { mustRemove(t, path) },
		"empty":    func(t *testing.T, _ *State, path string) { write(t, path, "") },
		"one byte": func(t *testing.T, _ *State, path string) { write(t, path, "{") },
		"cut off": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return l[:len(l)/2] })
		},
		"without end": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return l[:len(l)-1] })
		},
		"cut inside": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return l[:70] + "\n" })
		},
		"zeros": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return strings.Repeat("\x00", len(l)) })
		},
		"two lines": func(t *testing.T, _ *State, path string) { edit(t, path, func(l string) string { return l + l }) },
		"edited": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return strings.Replace(l, "live", "dead", 1) })
		},
		"without seal": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return strings.Repeat("0", 64) + l[64:] })
		},
		"seal in capitals": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return strings.ToUpper(l[:64]) + l[64:] })
		},
		"huge": func(t *testing.T, _ *State, path string) {
			edit(t, path, func(l string) string { return l + strings.Repeat(" ", 100<<20) })
		},
		"sealed with no key": func(t *testing.T, s *State, path string) {
			edit(t, path, func(l string) string { return string(seal(nil, slashed(s, path), []byte(l[65:len(l)-1]))) })
		},
		"sealed with another user's key": func(t *testing.T, s *State, path string) {
			other, _ := open(t)
			key, err := other.sealKey(verdicts, true)
			if err != nil {
				t.Fatal(err)
			}
			edit(t, path, func(l string) string { return string(seal(key, slashed(s, path), []byte(l[65:len(l)-1]))) })
		},
		"sealed, but no record": func(t *testing.T, s *State, path string) {
			key, err := s.sealKey(verdicts, false)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, string(seal(key, slashed(s, path), []byte(`{"written":"yesterday"}`))))
		},
		"another organization's": func(t *testing.T, s *State, path string) {
			s.Remember("fabrikam", s.Fingerprint(token), live(s))
			write(t, path, files(t, s.dir)[slashed(s, s.path(s.recordFile("fabrikam", s.Fingerprint(token), verdictSuffix, false)))])
		},
		"a settled mark": func(t *testing.T, s *State, path string) {
			s.Settle("contoso", s.Fingerprint(token), "", s.now().Add(time.Hour))
			write(t, path, files(t, s.dir)[strings.TrimSuffix(slashed(s, path), verdictSuffix)+settledSuffix])
		},
		"a folder": func(t *testing.T, _ *State, path string) {
			mustRemove(t, path)
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		},
		"a link to itself elsewhere": func(t *testing.T, s *State, path string) {
			elsewhere := filepath.Join(filepath.Dir(s.dir), "elsewhere")
			if err := os.Rename(path, elsewhere); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(elsewhere, path); err != nil {
				t.Fatal(err)
			}
		},
		"another user's": func(_ *testing.T, s *State, _ string) { s.user++ },
	}
	onlyUnix(tests, "a link to itself elsewhere", "another user's")
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := open(t)
			fingerprint := s.Fingerprint(token)
			s.Remember("contoso", fingerprint, live(s))
			if _, ok := s.Recall("contoso", fingerprint); !ok {
				t.Fatal("nothing was remembered")
			}
			spoil(t, s, s.path(s.recordFile("contoso", fingerprint, verdictSuffix, false)))
			if r, ok := s.Recall("contoso", fingerprint); ok {
				t.Errorf("believed %+v", r)
			}
			if at, ok := s.LastProven("contoso", fingerprint); ok {
				t.Errorf("believed that it was proven at %s", at)
			}
			if got := s.Organizations(fingerprint); len(got) > 0 && name != "another organization's" {
				t.Errorf("believed that it was used for %q", got)
			}
			if name == "another user's" {
				return // a file of another user's in one's own directory cannot be made without being root
			}
			s.Remember("contoso", fingerprint, live(s))
			s.Remember("contoso", fingerprint, live(s)) // the first one may only clear the place
			if _, ok := s.Recall("contoso", fingerprint); !ok {
				t.Error("the spoiled record is in the way of a new one")
			}
		})
	}
}

func slashed(s *State, path string) string {
	name, err := filepath.Rel(s.dir, path)
	if err != nil {
		panic(err)
	}
	return filepath.ToSlash(name)
}

func edit(t *testing.T, path string, change func(string) string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, change(string(content)))
}

func mustRemove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestNoNameOfAnOrganizationIsTooOddToBeAFile(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	names := []string{
		"", ".", "..", "/", "../../../etc/passwd", "a/b", `a\b`, "a:b", "CON", "con", "nul", "com1.txt", "aux.", "a ", " a",
		"contoso", "Contoso", "CONTOSO", "tfs.example:8443/tfs/Größe", "tfs.example:8443/tfs/Gro\u0308ße", "\xff\xfe",
		"a\x00b", "a\nb", strings.Repeat("x", 5000), "*?<>|\"", "~", "-rf", "$HOME", "%TEMP%",
	}
	fingerprint := s.Fingerprint(token)
	for i, name := range names {
		until := s.now().Add(time.Duration(i+1) * time.Minute)
		s.Remember(name, fingerprint, Remembered{Finding: Live, Until: until})
		s.Mark(name, time.Duration(i+1)*time.Minute)
		s.SetOutcome(name, Outcome{Finding: Unknown, Group: i})
		s.Know(Known{Key: name})
		unlock, _, err := s.Lock(t.Context(), name)
		if err != nil {
			t.Errorf("locking %q: %v", name, err)
		}
		defer unlock() // all at once, so no two names share a lock
	}
	for i, name := range names {
		r, ok := s.Recall(name, fingerprint)
		if want := s.now().Add(time.Duration(i+1) * time.Minute); !ok || !r.Until.Equal(want) {
			t.Errorf("recalling %q: %v %v, want an end at %s", name, r, ok, want)
		}
		if o, ok := s.Outcome(name); !ok || o.Group != i {
			t.Errorf("outcome of %q: %v %v, want group %d", name, o, ok, i)
		}
		if !s.Marked(name) {
			t.Errorf("mark %q is gone", name)
		}
	}
	for file := range files(t, filepath.Dir(s.dir)) {
		if !strings.HasPrefix(file, "ado-guard/") {
			t.Errorf("%s lies outside", file)
		}
		if file != strings.ToLower(file) {
			t.Errorf("%s has capitals, which some file systems do not tell apart", file)
		}
	}
}

func TestAForgedFingerprintLeadsNowhere(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	s.Remember("contoso", s.Fingerprint(token), live(s))
	good := string(s.Fingerprint(token))
	before := files(t, filepath.Dir(s.dir))
	for _, forged := range []string{
		"", ".", "..", "../../..", "/etc", good[:31], good + "0", strings.ToUpper(good), good[:31] + "/", good[:31] + "\x00",
		"../records/" + good, strings.Repeat(".", 32), strings.Repeat("g", 32),
	} {
		fingerprint := Fingerprint(forged)
		if forged != "" { // which is "every secret", and tested elsewhere
			s.Forget("contoso", fingerprint)
			s.Unsettle("contoso", fingerprint)
		}
		s.Remember("contoso", fingerprint, live(s))
		s.Settle("contoso", fingerprint, "", s.now().Add(time.Hour))
		if _, ok := s.Recall("contoso", fingerprint); ok {
			t.Errorf("%q recalls something", forged)
		}
		if s.Settled("contoso", fingerprint, "") || len(s.Organizations(fingerprint)) > 0 {
			t.Errorf("%q is known", forged)
		}
	}
	if diff := cmp.Diff(before, files(t, filepath.Dir(s.dir))); diff != "" {
		t.Errorf("files changed (-before +after):\n%s", diff)
	}
}

func TestARecordThatCannotBeWrittenTakesTheOldOneWithIt(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	fingerprint := s.Fingerprint(token)
	s.Remember("contoso", fingerprint, live(s))
	tooLong := Remembered{Finding: Dead, Reason: strings.Repeat("x", maxFile), Until: s.now().Add(time.Minute)}
	s.Remember("contoso", fingerprint, tooLong)
	if r, ok := s.Recall("contoso", fingerprint); ok {
		t.Errorf("a verdict that is no longer so is still remembered: %s", r.Finding)
	}
	if got := s.list("new"); len(got) > 0 {
		t.Errorf("left %q behind", got)
	}
}

func TestFilesHaveABound(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	if err := s.writeFile("marks/most", make([]byte, maxFile)); err != nil {
		t.Error(err)
	}
	if content, _, err := s.readFile("marks/most"); err != nil || len(content) != maxFile {
		t.Errorf("%d bytes, %v", len(content), err)
	}
	if err := s.writeFile("marks/more", make([]byte, maxFile+1)); err == nil {
		t.Error("more was written than will be read")
	}
	write(t, s.path("marks/more"), strings.Repeat("x", maxFile+1))
	if content, _, err := s.readFile("marks/more"); err == nil {
		t.Errorf("%d bytes were read", len(content))
	}
}

func TestRecallingOneRecordListsNoOthers(t *testing.T) {
	// Not parallel: allocations of other tests would be counted.
	s, _ := open(t)
	fingerprint := s.Fingerprint(token)
	s.Remember("contoso", fingerprint, live(s))
	recall := func() {
		if _, ok := again(s).Recall("contoso", fingerprint); !ok {
			t.Fatal("not found")
		}
	}
	alone := testing.AllocsPerRun(20, recall)
	for i := range 300 {
		s.Remember(fmt.Sprintf("org%d", i), fingerprint, live(s))
	}
	if among := testing.AllocsPerRun(20, recall); among > alone+1 {
		t.Errorf("%.0f allocations among 300 records, %.0f alone", among, alone)
	}
}
