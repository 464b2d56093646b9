package store

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

func TestAVerdictIsRecalledAsItWasRememberedUntilItRunsOut(t *testing.T) {
	t.Parallel()
	for _, finding := range []Finding{Live, Dead} {
		s, clock := open(t)
		fingerprint := s.Fingerprint(token)
		want := Remembered{
			Finding: finding, Reason: "because", Until: s.now().Add(5 * time.Minute), Proven: s.now().Add(-time.Hour),
		}
		s.Remember("contoso", fingerprint, want)
		got, ok := again(s).Recall("contoso", fingerprint)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("recalled %v (-want +got):\n%s", ok, diff)
		}
		if _, ok := s.Recall("fabrikam", fingerprint); ok {
			t.Error("recalled for another organization")
		}
		if _, ok := s.Recall("contoso", s.Fingerprint(secret.New("other"))); ok {
			t.Error("recalled for another secret")
		}
		clock.pass(5 * time.Minute)
		if _, ok := s.Recall("contoso", fingerprint); ok {
			t.Error("recalled after its end")
		}
		if at, ok := s.LastProven("contoso", fingerprint); !ok || !at.Equal(want.Proven) {
			t.Errorf("last proven %v %v, want %v", at, ok, want.Proven)
		}
	}
}

func TestAVerdictIsRememberedForADayAtMost(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	fingerprint := s.Fingerprint(token)
	s.Remember("contoso", fingerprint, Remembered{Finding: Live, Until: s.now().Add(1000 * time.Hour)})
	clock.pass(24*time.Hour - time.Second)
	if _, ok := s.Recall("contoso", fingerprint); !ok {
		t.Error("forgotten within a day")
	}
	clock.pass(time.Second)
	if _, ok := s.Recall("contoso", fingerprint); ok {
		t.Error("remembered for more than a day")
	}
}

func TestAClockThatIsSetBackMakesForget(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	fingerprint := s.Fingerprint(token)
	clock.pass(365 * 24 * time.Hour)
	s.Remember("contoso", fingerprint, live(s))
	s.Settle("contoso", fingerprint, "", s.now().Add(time.Hour))
	s.SetOutcome("contoso", Outcome{Finding: Refused})
	s.Mark("host down", time.Minute)
	clock.pass(-365 * 24 * time.Hour)
	if _, ok := s.Recall("contoso", fingerprint); ok {
		t.Error("verdict")
	}
	if _, ok := s.LastProven("contoso", fingerprint); ok {
		t.Error("proof")
	}
	if s.Settled("contoso", fingerprint, "") {
		t.Error("settled")
	}
	if _, ok := s.Outcome("contoso"); ok {
		t.Error("outcome")
	}
	if s.Marked("host down") {
		t.Error("mark")
	}
	if diff := cmp.Diff([]string{"contoso"}, s.Organizations(fingerprint)); diff != "" {
		t.Errorf("where it was used does not depend on the clock:\n%s", diff)
	}
}

func TestALaterVerdictTakesThePlaceOfTheOneBefore(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	fingerprint := s.Fingerprint(token)
	first := live(s)
	s.Remember("contoso", fingerprint, first)
	s.Remember("contoso", fingerprint, Remembered{Finding: Dead, Reason: "expired", Until: s.now().Add(time.Minute)})
	got, _ := s.Recall("contoso", fingerprint)
	if got.Finding != Dead || !got.Proven.Equal(first.Proven) {
		t.Errorf("recalled %+v, want it dead, and when it was last proven live", got)
	}
}

func TestWhatIsUnknownIsNotRemembered(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	fingerprint := s.Fingerprint(token)
	for _, finding := range []Finding{Unknown, Refused, ""} {
		s.Remember("contoso", fingerprint, Remembered{Finding: finding, Until: s.now().Add(time.Minute)})
	}
	if got := s.Organizations(fingerprint); got != nil {
		t.Errorf("remembered for %q", got)
	}
}

func TestForgetting(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	one, two := s.Fingerprint(token), s.Fingerprint(secret.New("two"))
	fill := func() {
		for _, fingerprint := range []Fingerprint{one, two} {
			for _, organization := range []string{"contoso", "fabrikam"} {
				s.Remember(organization, fingerprint, live(s))
				s.Settle(organization, fingerprint, "alice", s.now().Add(time.Hour))
			}
		}
	}
	left := func() (left []string) {
		for name, fingerprint := range map[string]Fingerprint{"one": one, "two": two} {
			for _, organization := range []string{"contoso", "fabrikam"} {
				if _, ok := s.Recall(organization, fingerprint); ok {
					left = append(left, name+" "+organization)
				}
				if s.Settled(organization, fingerprint, "alice") {
					left = append(left, name+" "+organization+" settled")
				}
			}
		}
		return left
	}
	tests := map[string]struct {
		forget func()
		want   []string
	}{
		"one secret": {
			func() { s.Forget("contoso", one) },
			[]string{"one fabrikam", "one fabrikam settled", "two contoso", "two contoso settled", "two fabrikam", "two fabrikam settled"},
		},
		"every secret of an organization": {
			func() { s.Forget("contoso", "") },
			[]string{"one fabrikam", "one fabrikam settled", "two fabrikam", "two fabrikam settled"},
		},
		"that one secret is settled": {
			func() { s.Unsettle("contoso", one) },
			[]string{"one contoso", "one fabrikam", "one fabrikam settled", "two contoso", "two contoso settled", "two fabrikam", "two fabrikam settled"},
		},
		"that every secret of an organization is settled": {
			func() { s.Unsettle("contoso", "") },
			[]string{"one contoso", "one fabrikam", "one fabrikam settled", "two contoso", "two fabrikam", "two fabrikam settled"},
		},
	}
	for name, test := range tests {
		fill()
		test.forget()
		if diff := cmp.Diff(test.want, left(), cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestASecretIsKnownByTheOrganizationsItWasUsedFor(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	fingerprint := s.Fingerprint(token)
	want := []string{"adatum", "contoso", "fabrikam", "litware", "northwind", "proseware", "wingtip"}
	for _, organization := range want {
		s.Remember(organization, fingerprint, Remembered{Finding: Live, Until: s.now()}) // asked every time: adoguard.recheckAfter=0
	}
	s.Remember("tailspin", s.Fingerprint(secret.New("other")), live(s))
	s.Settle("settled", fingerprint, "", s.now().Add(time.Hour))
	clock.pass(29 * 24 * time.Hour)
	if diff := cmp.Diff(want, again(s).Organizations(fingerprint)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSettledIsTheVeryCredentialForAWhile(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	fingerprint := s.Fingerprint(token)
	s.Settle("contoso", fingerprint, "alice", s.now().Add(8*time.Hour))
	next := again(s)
	if !next.Settled("contoso", fingerprint, "alice") {
		t.Error("not settled")
	}
	if next.Settled("contoso", fingerprint, "bob") || next.Settled("fabrikam", fingerprint, "alice") ||
		next.Settled("contoso", next.Fingerprint(secret.New("other")), "alice") {
		t.Error("another credential is settled")
	}
	clock.pass(8 * time.Hour)
	if s.Settled("contoso", fingerprint, "alice") {
		t.Error("settled after its end")
	}
}

func TestAnOutcomeIsToldForTenMinutes(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	want := Outcome{At: s.now(), Finding: Refused, Reason: "refused", Fingerprint: s.Fingerprint(token), Group: 4711}
	s.SetOutcome("contoso", Outcome{Finding: Live})
	s.SetOutcome("contoso", want)
	got, ok := again(s).Outcome("contoso")
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("told %v (-want +got):\n%s", ok, diff)
	}
	if _, ok := s.Outcome("fabrikam"); ok {
		t.Error("told of another organization")
	}
	clock.pass(outcomeLife)
	if _, ok := s.Outcome("contoso"); ok {
		t.Error("told too late")
	}
}

func TestAMarkLastsAsLongAsItWasSetForADayAtMost(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	s.Mark("host down", 30*time.Second)
	s.Mark("hint", 1000*time.Hour)
	clock.pass(29 * time.Second)
	if !again(s).Marked("host down") {
		t.Error("gone too early")
	}
	clock.pass(time.Second)
	if s.Marked("host down") {
		t.Error("there too long")
	}
	s.Mark("host down", 30*time.Second)
	s.Unmark("host down")
	if s.Marked("host down") {
		t.Error("there although it was removed")
	}
	if !s.Marked("hint") {
		t.Error("another mark is gone")
	}
	clock.pass(24 * time.Hour)
	if s.Marked("hint") {
		t.Error("a mark of more than a day")
	}
}

func TestOrganizationsStayKnown(t *testing.T) {
	t.Parallel()
	s, clock := open(t)
	contoso := Known{"contoso", "dev.azure.com", "Contoso"}
	old := Known{"contoso", "contoso.visualstudio.com", "contoso"}
	fabrikam := Known{"fabrikam", "dev.azure.com", "fabrikam"}
	for _, k := range []Known{fabrikam, contoso, old, contoso} {
		s.Know(k)
	}
	clock.pass(-1000 * 24 * time.Hour)
	if err := os.Remove(s.path(keyFile)); err == nil {
		t.Error("open records needed the key")
	}
	if diff := cmp.Diff([]Known{old, contoso, fabrikam}, again(s).KnownOrganizations()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	before, err := os.Stat(s.path(only(t, s, "organizations/"+fileName(nil, fabrikam.Key+"\x00"+fabrikam.Host))))
	if err != nil {
		t.Fatal(err)
	}
	s.Know(fabrikam)
	after, err := os.Stat(s.path(only(t, s, "organizations/"+fileName(nil, fabrikam.Key+"\x00"+fabrikam.Host))))
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("what is known was written again: %v", err)
	}
	s.Unknow("contoso")
	if diff := cmp.Diff([]Known{fabrikam}, s.KnownOrganizations()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
