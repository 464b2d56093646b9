package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/rs/zerolog"
)

// useEverything calls every method and returns what was answered, "" if nothing.
func useEverything(s *State) (answers []string) {
	say := func(yes bool, what string) {
		if yes {
			answers = append(answers, what)
		}
	}
	fingerprint := s.Fingerprint(token)
	say(fingerprint != "", "fingerprint")
	if fingerprint == "" {
		fingerprint = Fingerprint(strings.Repeat("0", 32))
	}
	s.Remember("contoso", fingerprint, live(s))
	s.Settle("contoso", fingerprint, "alice", s.now().Add(time.Hour))
	s.SetOutcome("contoso", Outcome{Finding: Live})
	s.Mark("host down", time.Minute)
	s.Know(Known{"contoso", "dev.azure.com", "Contoso"})
	_, recalled := s.Recall("contoso", fingerprint)
	say(recalled, "verdict")
	_, proven := s.LastProven("contoso", fingerprint)
	say(proven, "proven")
	say(len(s.Organizations(fingerprint)) > 0, "organizations")
	say(s.Settled("contoso", fingerprint, "alice"), "settled")
	_, outcome := s.Outcome("contoso")
	say(outcome, "outcome")
	say(s.Marked("host down"), "mark")
	say(len(s.KnownOrganizations()) > 0, "known")
	unlock, waited, err := s.Lock(context.Background(), "contoso")
	say(err == nil, "lock")
	say(waited, "waited")
	say(err != nil && !errors.Is(err, ErrNoLock), "untyped lock error")
	say(s.Holder("contoso") != "", "holder")
	unlock()
	unlock()
	s.Unsettle("contoso", fingerprint)
	s.Unsettle("contoso", "")
	s.Forget("contoso", fingerprint)
	s.Forget("contoso", "")
	s.Unmark("host down")
	s.Unknow("contoso")
	s.Sweep()
	return answers
}

func TestAStateInAUsableDirectoryRemembers(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	want := "fingerprint verdict proven organizations settled outcome mark known lock holder"
	if got := strings.Join(useEverything(s), " "); got != want {
		t.Errorf("remembered %q, want %q", got, want)
	}
	if err := s.Problem(); err != nil {
		t.Error(err)
	}
}

func TestAnUnusableDirectoryMeansNoMemoryAndNoError(t *testing.T) {
	t.Parallel()
	type place struct {
		dir     string
		user    int
		outside string // where nothing may appear
	}
	self := os.Geteuid()
	tests := map[string]struct {
		make func(t *testing.T, tmp string) place
		want string // in the problem
	}{
		"no cache directory": {
			make: func(*testing.T, string) place { return place{"", self, ""} },
			want: "not an absolute path",
		},
		"a relative path": {
			make: func(*testing.T, string) place { return place{"some/where", self, "some"} },
			want: "not an absolute path",
		},
		"a file where the directory should be": {
			make: func(t *testing.T, tmp string) place {
				write(t, filepath.Join(tmp, "ado-guard"), "")
				return place{filepath.Join(tmp, "ado-guard"), self, ""}
			},
			want: "not a directory",
		},
		"a file where its parent should be, as on a disk that is read-only": {
			make: func(t *testing.T, tmp string) place {
				write(t, filepath.Join(tmp, "cache"), "")
				return place{filepath.Join(tmp, "cache", "ado-guard"), self, ""}
			},
			want: "the state directory: ",
		},
		"a link to a directory": {
			make: func(t *testing.T, tmp string) place {
				outside := filepath.Join(tmp, "elsewhere")
				if err := errors.Join(
					os.Mkdir(outside, 0o700),
					os.Symlink(outside, filepath.Join(tmp, "ado-guard")),
				); err != nil {
					t.Fatal(err)
				}
				return place{filepath.Join(tmp, "ado-guard"), self, outside}
			},
			want: "not a directory",
		},
		"another user's directory": {
			make: func(t *testing.T, tmp string) place {
				dir := filepath.Join(tmp, "ado-guard")
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				return place{dir, self + 1, dir}
			},
			want: "belongs to another user",
		},
		"root in another user's home": {
			make: func(t *testing.T, tmp string) place {
				if self == 0 {
					if err := os.Chown(tmp, 1, 1); err != nil {
						t.Fatal(err)
					}
				}
				return place{filepath.Join(tmp, ".cache", "ado-guard"), 0, filepath.Join(tmp, ".cache")}
			},
			want: "not as root",
		},
	}
	onlyUnix(tests, "a link to a directory", "another user's directory", "root in another user's home")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := test.make(t, t.TempDir())
			s := Open(place.dir, newClock().now, zerolog.Nop())
			s.user = place.user
			if got := useEverything(s); got != nil {
				t.Errorf("remembered %q", got)
			}
			if err := s.Problem(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("problem: %v, want %q in it", err, test.want)
			}
			if place.outside == "" {
				return
			}
			if entries, _ := os.ReadDir(place.outside); len(entries) > 0 {
				t.Errorf("left %v behind", entries)
			}
		})
	}
}

func TestReadingMakesNothing(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	s.Recall("contoso", Fingerprint(strings.Repeat("a", 32)))
	s.Marked("keyring hung")
	s.Outcome("contoso")
	s.Settled("contoso", Fingerprint(strings.Repeat("a", 32)), "")
	s.KnownOrganizations()
	s.Sweep()
	if _, err := os.Lstat(s.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory is there: %v", err)
	}
	s.Mark("now", time.Minute)
	if !s.Marked("now") {
		t.Error("an absent directory was not looked for again")
	}
}

func TestAPartThatCannotBeWrittenLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	s.Fingerprint(token) // so that the directory is there
	instead(t, s.path("records"), "not a folder")
	instead(t, s.path("locks"), "not a folder")
	want := "fingerprint outcome mark known"
	if got := strings.Join(useEverything(s), " "); got != want {
		t.Errorf("remembered %q, want %q", got, want)
	}
	if got := s.list("new"); len(got) > 0 {
		t.Errorf("left %q behind", got)
	}
}

func TestAStateThatCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	s.Mark("first", time.Minute)
	instead(t, s.path("new"), "not a folder")
	s = again(s)
	if s.Fingerprint(token) == "" {
		t.Error("a key that is there is not read")
	}
	if err := s.Problem(); err == nil || !strings.Contains(err.Error(), "writing into the state directory") {
		t.Errorf("problem: %v", err)
	}
}

func TestNoFileTellsASecretOrWhatMightBeOne(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	const private = "alice@contoso.example"
	s.Remember("contoso", s.Fingerprint(token), live(s))
	s.Settle("contoso", s.Fingerprint(token), private, s.now().Add(time.Hour))
	s.SetOutcome("contoso\n"+private, Outcome{Finding: Live, Fingerprint: s.Fingerprint(token)})
	s.Mark("asked for "+private, time.Hour)
	plain := token.Reveal()
	fixed := token.MAC(nil)
	for name, content := range files(t, s.dir) {
		for _, not := range []string{plain, private, string(fixed[:]), hexOf(fixed[:])} {
			if strings.Contains(name+content, not) {
				t.Errorf("%s tells %q", name, not)
			}
		}
	}
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	other, _ := open(t)
	if s.Fingerprint(token) != again(s).Fingerprint(token) {
		t.Error("the next process has another fingerprint of the same secret")
	}
	if s.Fingerprint(token) == s.Fingerprint(secret.New("other")) {
		t.Error("two secrets have one fingerprint")
	}
	if s.Fingerprint(token) == other.Fingerprint(token) {
		t.Error("two users have one fingerprint")
	}
	if s.Fingerprint(secret.Secret{}) == "" {
		t.Error("the empty secret has no fingerprint")
	}
}
