package validate

import "time"

// Probe is one HTTP question about a credential.
type Probe string

// The probes. Status is not about the credential and does not carry it.
const (
	Profile    Probe = "profile"    // whose token is this? vssps.dev.azure.com/{organization}
	Connection Probe = "connection" // as whom does the organization see me?
	Repository Probe = "repository" // what Git itself will ask first
	Status     Probe = "status"     // is Azure DevOps in trouble?
)

// Evidence is what an answer proves.
type Evidence int

// The kinds of evidence. The zero value is Nothing.
const (
	Nothing   Evidence = iota
	Lives              // the credential was accepted
	Rejected           // Azure DevOps itself refused to know it
	Expired            // Azure DevOps itself said that the token has expired
	Unhealthy          // the status API reports an outage, so that rejections mean little
)

// String is the word for it: nothing, lives, rejected, expired or unhealthy.
func (e Evidence) String() string {
	return [...]string{"nothing", "lives", "rejected", "expired", "unhealthy"}[e]
}

// Answer is what became of one probe. It holds no secret, and no text of a server's
// that a terminal could not be shown.
type Answer struct {
	Probe    Probe
	URL      string
	Status   int // of HTTP; 0 if none came
	Evidence Evidence
	Reason   Reason
	Detail   string        // one plain line: "401 TF400813", "302 to sign-in"
	Took     time.Duration // 0 if it was not asked
	Err      *Failure      // why no answer came, or not all of it; nil if it did
}

// Reason says why in plain words, in a form that fits between brackets: "(expired)".
type Reason string

// Why a credential is live or dead.
const (
	ReasonAccepted  Reason = "accepted"
	ReasonExpired   Reason = "expired"
	ReasonRejected  Reason = "rejected"
	ReasonSignedOut Reason = "signed out"                     // the answer was a sign-in page
	ReasonAnonymous Reason = "taken for an anonymous visitor" // what a dead token gets where public projects are allowed
)

// Why nothing was proven, by an answer.
const (
	ReasonConditionalAccess Reason = "refused by a conditional access policy, as from an unknown network"
	ReasonSignInOnce        Reason = "the account must sign in to the organization once in a browser"
	ReasonForbidden         Reason = "not permitted"
	ReasonNotFound          Reason = "not found"
	ReasonMoved             Reason = "redirected elsewhere"
	ReasonThrottled         Reason = "throttled"
	ReasonTrouble           Reason = "Azure DevOps is in trouble"
	ReasonReadable          Reason = "the repository can be read all the same"
	ReasonForeign           Reason = "answered by a proxy or portal, not by Azure DevOps"
	ReasonUnclear           Reason = "an answer that proves nothing"
	ReasonOutage            Reason = "Azure DevOps reports an outage"
	ReasonUnproven          Reason = "rejected, but by too few to be sure"
	ReasonGuessed           Reason = "rejected, but the organization is only a guess"
)

// Why nothing was answered or asked.
const (
	ReasonUnreachable    Reason = "unreachable"
	ReasonNothingSent    Reason = "nothing was sent"
	ReasonNoOrganization Reason = "the organization is not known"
	ReasonNoSecret       Reason = "there is no secret" // #nosec G101 -- a sentence about a secret
	ReasonNotPAT         Reason = "only personal access tokens are sent to an Azure DevOps Server"
	ReasonFault          Reason = "a fault in ado-guard"
)
