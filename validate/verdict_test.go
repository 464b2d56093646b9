package validate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The rule, held beside the table in the documentation: what each probe proves, and
// what is decided.
func TestDecide(t *testing.T) {
	t.Parallel()
	const (
		none     = -1 // not asked
		lives    = Lives
		rejected = Rejected
		expired  = Expired
		nothing  = Nothing
	)
	sure, guess, server := Target{Sure: true}, Target{}, Target{Sure: true, Server: true}

	for _, test := range []struct {
		name                                    string
		target                                  Target
		profile, connection, repository, status Evidence
		want                                    State
		why                                     Reason
	}{
		// live: any probe proves life
		{"the profile proves life", sure, lives, nothing, nothing, none, Live, ReasonAccepted},
		{"the connection proves life", sure, nothing, lives, none, none, Live, ReasonAccepted},
		{"the profile rejects a token of one organization", sure, rejected, lives, rejected, none, Live, ReasonAccepted},
		{"life wins over every rejection", sure, lives, rejected, rejected, none, Live, ReasonAccepted},
		{"life wins over expiry", sure, lives, expired, expired, none, Live, ReasonAccepted},
		{"a guess lives too", guess, lives, rejected, none, none, Live, ReasonAccepted},
		{"a token lives at a Server", server, none, lives, none, none, Live, ReasonAccepted},

		// dead: proof of expiry by any probe
		{"the profile proves expiry", sure, expired, nothing, none, none, Dead, ReasonExpired},
		{"the connection proves expiry", sure, nothing, expired, none, none, Dead, ReasonExpired},
		{"the repository proves expiry", sure, nothing, nothing, expired, none, Dead, ReasonExpired},
		{"expired, though the repository can be read", sure, rejected, expired, nothing, none, Dead, ReasonExpired},
		{"expired, though in an outage", sure, expired, expired, expired, Unhealthy, Dead, ReasonExpired},
		{"expired at a guessed organization", guess, nothing, expired, none, none, Dead, ReasonExpired},
		{"expired at a Server", server, none, expired, none, none, Dead, ReasonExpired},

		// dead: connection rejects, another rejects, and repository, if asked, rejects
		{"all reject", sure, rejected, rejected, rejected, none, Dead, ReasonRejected},
		{"all reject, and there is no outage", sure, rejected, rejected, rejected, nothing, Dead, ReasonRejected},
		{"profile and connection reject, repository not known", sure, rejected, rejected, none, none, Dead, ReasonRejected},
		{"connection and repository reject, profile does not answer", sure, nothing, rejected, rejected, none, Dead, ReasonRejected},

		// unknown: all the rest
		{"nobody answers", sure, nothing, nothing, nothing, none, Unknown, ReasonUnclear},
		{"nobody was asked", sure, none, none, none, none, Unknown, ReasonUnproven},
		{"the profile alone never kills", sure, rejected, nothing, none, none, Unknown, ReasonUnclear},
		{"profile and repository without connection", sure, rejected, nothing, rejected, none, Unknown, ReasonUnclear},
		{"the connection alone", sure, nothing, rejected, none, none, Unknown, ReasonUnproven},
		{"Git would succeed", sure, rejected, rejected, nothing, none, Unknown, ReasonUnclear},
		{"the organization is a guess", guess, rejected, rejected, none, none, Unknown, ReasonGuessed},
		{"the organization is a guess, all reject", guess, rejected, rejected, rejected, none, Unknown, ReasonGuessed},
		{"all reject in an outage", sure, rejected, rejected, rejected, Unhealthy, Unknown, ReasonOutage},
		{"rejected by a Server", server, none, rejected, none, none, Unknown, ReasonUnproven},
		{"rejected by a Server, whatever else", server, rejected, rejected, rejected, none, Unknown, ReasonUnproven},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Decide(test.target, answered(test.profile, test.connection, test.repository, test.status))
			if got.State != test.want || got.Reason != test.why || got.Expired != (test.why == ReasonExpired) {
				t.Errorf("%v (%v), expired %v; want %v (%v)", got.State, got.Reason, got.Expired, test.want, test.why)
			}
		})
	}
}

// answered makes the answers of probes that prove what is given; -1 was not asked.
func answered(profile, connection, repository, status Evidence) []Answer {
	var answers []Answer
	for _, a := range []Answer{
		{Probe: Connection, Evidence: connection},
		{Probe: Repository, Evidence: repository},
		{Probe: Profile, Evidence: profile},
		{Probe: Status, Evidence: status, Detail: "Repos in Europe"},
	} {
		if a.Evidence < 0 {
			continue
		}
		a.Reason = map[Evidence]Reason{Lives: ReasonAccepted, Rejected: ReasonRejected, Expired: ReasonExpired,
			Unhealthy: ReasonOutage, Nothing: ReasonUnclear}[a.Evidence]
		answers = append(answers, a)
	}
	return answers
}

// Over every combination there is: each verdict has its proof, and taking a proof
// away or adding life never makes a death.
func TestEveryDeathIsProven(t *testing.T) {
	t.Parallel()
	deaths := 0
	all := []Evidence{-1, Nothing, Lives, Rejected, Expired}
	for _, target := range []Target{{Sure: true}, {}, {Sure: true, Server: true}} {
		for _, profile := range all {
			for _, connection := range all {
				for _, repository := range all {
					for _, status := range []Evidence{-1, Nothing, Unhealthy} {
						answers := answered(profile, connection, repository, status)
						got := Decide(target, answers)
						is := func(e Evidence) bool { return profile == e || connection == e || repository == e }
						expired := is(Expired) && !is(Lives)
						condemned := !is(Lives) && target.Sure && !target.Server && status != Unhealthy &&
							connection == Rejected && (profile == Rejected || repository == Rejected) &&
							(repository == Rejected || repository == -1)
						if (got.State == Live) != is(Lives) || (got.State == Dead) != (expired || condemned) || got.Expired != expired {
							t.Errorf("%+v, profile %v connection %v repository %v status %v: %v", target, profile, connection, repository, status, got.State)
						}
						if got.Reason == "" {
							t.Errorf("no reason for %v", answers)
						}
						if (got.Outage != "") != (status == Unhealthy) {
							t.Errorf("outage %q with status %v", got.Outage, status)
						}
						if got.State == Dead {
							deaths++
						}
					}
				}
			}
		}
	}
	if deaths == 0 {
		t.Error("nothing died")
	}
}

func TestAVerdictKeepsTheReasonThatDecidedIt(t *testing.T) {
	t.Parallel()
	sure := Target{Sure: true}
	anonymous := Answer{Probe: Connection, Evidence: Rejected, Reason: ReasonAnonymous, Detail: "200"}
	signedOut := Answer{Probe: Repository, Evidence: Rejected, Reason: ReasonSignedOut, Detail: "203"}
	readable := Answer{Probe: Repository, Reason: ReasonReadable, Detail: "200"}
	throttled := Answer{Probe: Connection, Reason: ReasonThrottled, Detail: "429"}
	rejected := Answer{Probe: Profile, Evidence: Rejected, Reason: ReasonRejected, Detail: "401"}
	outage := Answer{Probe: Status, Evidence: Unhealthy, Reason: ReasonOutage, Detail: "Repos in Europe"}

	for _, test := range []struct {
		answers []Answer
		want    Verdict
	}{
		{[]Answer{anonymous, signedOut, rejected}, Verdict{State: Dead, Reason: ReasonAnonymous, Detail: "200"}},
		{[]Answer{anonymous, readable, rejected}, Verdict{Reason: ReasonReadable, Detail: "200"}},
		{[]Answer{throttled, signedOut, rejected}, Verdict{Reason: ReasonThrottled, Detail: "429"}},
		{[]Answer{anonymous, signedOut, rejected, outage}, Verdict{Reason: ReasonOutage, Detail: "Repos in Europe", Outage: "Repos in Europe"}},
	} {
		got := Decide(sure, test.answers)
		test.want.Answers = test.answers
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(diff)
		}
	}
}
