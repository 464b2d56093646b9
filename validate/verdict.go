package validate

// State is what is known of a credential. The zero value is Unknown.
type State int

// The three states. Only Dead ever costs anybody a credential.
const (
	Unknown State = iota // hand it over as if nobody had looked
	Live                 // Azure DevOps accepted it
	Dead                 // Azure DevOps proved that it is of no more use
)

// String is the state's name: unknown, live or dead.
func (s State) String() string {
	switch s {
	case Live:
		return "live"
	case Dead:
		return "dead"
	default:
		return "unknown"
	}
}

// Verdict is what the answers together say of a credential.
type Verdict struct {
	State   State
	Reason  Reason
	Detail  string   // more on the reason, one plain line without a secret; may be ""
	Expired bool     // Dead by proof of expiry, which needs no other proof
	Outage  string   // what the status API calls unhealthy: "Repos in Europe"; "" if nothing or not asked
	Answers []Answer // one for every probe that was asked and waited for
}

// Decide is the rule that makes a verdict of the answers to all that was asked:
//
//	live     any answer proves life
//	dead     any answer proves expiry; or connection rejects, at least one other
//	         rejects, and repository, if it was asked, rejects. Not for the second
//	         reason alone: at an Azure DevOps Server, at an organization that is only
//	         a guess, and while the status API calls the Services unhealthy
//	unknown  all the rest
//
// Every probe that was asked must have an answer here, whatever became of it: a
// repository that did not answer has not rejected.
func Decide(t Target, answers []Answer) Verdict {
	verdict := Verdict{Answers: answers}
	because := func(state State, a Answer, otherwise Reason) Verdict {
		verdict.State, verdict.Reason, verdict.Detail = state, a.Reason, a.Detail
		if a.Reason == "" {
			verdict.Reason = otherwise
		}
		return verdict
	}
	life, lives := proving(Lives, answers)
	expiry, expired := proving(Expired, answers)
	outage, unhealthy := proving(Unhealthy, answers)
	connection, _ := answerTo(Connection, answers)
	repository, repositoryAsked := answerTo(Repository, answers)
	verdict.Outage = outage.Detail

	switch {
	case lives:
		return because(Live, life, ReasonAccepted)
	case expired:
		verdict.Expired = true
		return because(Dead, expiry, ReasonExpired)
	case connection.Evidence != Rejected:
		return because(Unknown, connection, ReasonUnproven)
	case repositoryAsked && repository.Evidence != Rejected:
		return because(Unknown, repository, ReasonUnproven)
	case rejections(answers) < 2, t.Server:
		return because(Unknown, Answer{}, ReasonUnproven)
	case !t.Sure:
		return because(Unknown, Answer{}, ReasonGuessed)
	case unhealthy:
		return because(Unknown, outage, ReasonOutage)
	default:
		return because(Dead, connection, ReasonRejected)
	}
}

// proving finds the first answer that is such evidence.
func proving(evidence Evidence, answers []Answer) (Answer, bool) {
	for _, a := range answers {
		if a.Evidence == evidence {
			return a, true
		}
	}
	return Answer{}, false
}

// answerTo finds the answer to a probe.
func answerTo(probe Probe, answers []Answer) (Answer, bool) {
	for _, a := range answers {
		if a.Probe == probe {
			return a, true
		}
	}
	return Answer{}, false
}

// rejections counts the probes that reject.
func rejections(answers []Answer) int {
	count := 0
	for _, a := range answers {
		if a.Evidence == Rejected {
			count++
		}
	}
	return count
}
