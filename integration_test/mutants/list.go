package main

// The files that hold the rules.
const (
	decide = "validate/verdict.go"
	weigh  = "validate/evidence.go"
	who    = "validate/identity.go"
	ask    = "helper/ask.go"
	bury   = "helper/replace.go"
	get    = "helper/get.go"
	keep   = "helper/keep.go"
	find   = "helper/candidate.go"
	policy = "helper/settings.go"
)

// rules picks the tests of rules among those of a package: what starts servers would
// take long and add nothing here.
var rules = map[string]string{
	"validate": "^Test(Weigh|Decide|EveryDeathIsProven|AVerdictKeepsTheReasonThatDecidedIt)$",
	"helper":   ".",
}

var mutants = []mutant{
	// Evidence → verdict.
	{decide, "case lives:", "case lives && !expired:"},
	{decide, "case lives:", "case lives && false:"},
	{decide, "case expired:", "case expired && false:"},
	{decide, "verdict.Expired = true", "verdict.Expired = false"},
	{decide, "return because(Dead, expiry, ReasonExpired)", "return because(Unknown, expiry, ReasonExpired)"},
	{decide, "case connection.Evidence != Rejected:", "case false:"},
	{decide, "case connection.Evidence != Rejected:", "case connection.Evidence == Rejected:"},
	{decide, "case repositoryAsked && repository.Evidence != Rejected:", "case repositoryAsked && false:"},
	{decide, "case repositoryAsked && repository.Evidence != Rejected:", "case repositoryAsked || repository.Evidence != Rejected:"},
	{decide, "rejections(answers) < 2", "rejections(answers) < 1"},
	{decide, "rejections(answers) < 2", "rejections(answers) < 3"},
	{decide, "rejections(answers) < 2, t.Server:", "rejections(answers) < 2:"},
	{decide, "case !t.Sure:", "case false:"},
	{decide, "case !t.Sure:", "case t.Sure:"},
	{decide, "case unhealthy:", "case unhealthy && false:"},
	{decide, "return because(Dead, connection, ReasonRejected)", "return because(Live, connection, ReasonRejected)"},
	{decide, "if a.Evidence == Rejected {", "if a.Evidence != Rejected {"},

	// An answer → evidence.
	{weigh, "if identity == someone {", "if identity == anonymous {"},
	{weigh, "if !genuine(header) {", "if false {"},
	{weigh, `if reason := otherCause(header, body); reason != "" {`, `if reason := otherCause(header, body); reason == "never" {`},
	{weigh, "case status == http.StatusUnauthorized && saysExpired(probe, header, body):", "case saysExpired(probe, header, body):"},
	{weigh, "case status == http.StatusUnauthorized && saysExpired(probe, header, body):", "case false:"},
	{weigh, "case status == http.StatusUnauthorized:", "case status == http.StatusForbidden:"},
	{weigh, "case status == http.StatusOK && identity == anonymous:", "case false:"},
	{weigh, "case status == http.StatusNonAuthoritativeInfo && !transformed(header, body),", "case false,"},
	{weigh, "case status == http.StatusNonAuthoritativeInfo && !transformed(header, body),", "case status == http.StatusNonAuthoritativeInfo,"},
	{weigh, `status == http.StatusFound && signIn(header.Get("Location")):`, "false:"},
	{weigh, `status == http.StatusFound && signIn(header.Get("Location")):`, "status == http.StatusFound:"},
	{weigh, `header.Get("X-TFS-ProcessId") != "" || header.Get("X-VSS-E2EID") != ""`, `header.Get("X-TFS-ProcessId") != ""`},
	{weigh, `header.Get("X-TFS-ProcessId") != "" || header.Get("X-VSS-E2EID") != ""`, `header.Get("X-VSS-E2EID") != ""`},
	{weigh, `{"VS403463", ReasonConditionalAccess},`, ""},
	{who, "if status != http.StatusOK {", "if status < http.StatusOK {"},
	{who, "len(id) != 36 || strings.EqualFold(id, anonymousID)", "len(id) != 36"},
	{who, ` || strings.Trim(id, "0-") == ""`, ""},

	// Compare, then erase.
	{ask, `!given.Has("password") || !held.Has("password")`, `!given.Has("password")`},
	{ask, `return held.Secret("password").Equal(given.Secret("password"))`, "return true"},
	{ask, `return held.Secret("password").Equal(given.Secret("password"))`, `return !held.Secret("password").Equal(given.Secret("password"))`},
	{bury, "if !mayErase(given, held) {", "if !mayErase(given, held) && false {"},
	{bury, "if !mayErase(given, held) {", "if mayErase(given, held) {"},
	{bury, "return e.Password.Equal(found.credential.Secret)", "return true"},
	{bury, "return e.Password.Equal(found.credential.Secret)", "return false"},
	{bury, "if v.Reason != reasonRefused {", "if v.Reason == reasonRefused {"},

	// What erases at all, and how often.
	{get, "if verdict.State != validate.Dead {", "if verdict.State == validate.Live {"},
	{policy, "return p == EraseProven ||", "return p != EraseNever ||"},
	{policy, "p == EraseExpired && death.Expired", "p == EraseExpired"},
	{policy, "p == EraseExpired && death.Expired", "false"},
	{get, "!policy.Erases(verdict) {", "false {"},
	{get, "if found.credential.Secret.Equal(dead) {", "if found.credential.Secret.Equal(dead) && false {"},
	{get, "if inner.Topology != Chain {", "if inner.Topology == Chain {"},
	{get, "|| c.wouldGive(ctx).Complete() {", "{"},
	{get, "if again && v.State == validate.Unknown {", "if v.State == validate.Unknown {"},
	{get, "if again && v.State == validate.Unknown {", "if false {"},
	{get, "if v := c.remembered(found); !again && v.State != validate.Unknown {", "if v := c.remembered(found); v.State != validate.Unknown {"},
	{keep, "if v := c.remembered(given); v.State == validate.Dead && !given.unjudged {", "if v := c.remembered(given); v.State == validate.Live && !given.unjudged {"},
	{find, "return fits(e, c.request, t) && (!c.request.Has(\"password\") || e.Password.Equal(c.request.Secret(\"password\")))", "return fits(e, c.request, t)"},
}
