package check

import (
	"slices"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Report is what was found out, and, field by field, what --json prints. Programs may
// rely on it: as long as Version is 1, fields and values are added but none changes
// its meaning. Times are in RFC 3339; a time, text or list that is not known is left
// out, unless it says otherwise here. There is no secret in it.
type Report struct {
	Version     int          `json:"version"`
	Exit        int          `json:"exit"`        // the exit status
	Credentials []Credential `json:"credentials"` // one for every URL
	SSH         []SSHRemote  `json:"ssh,omitempty"`
	Services    []Service    `json:"services,omitempty"` // what is not healthy, by https://status.dev.azure.com
}

// Credential is what Git would use for a URL.
type Credential struct {
	URL          string   `json:"url"` // without its password
	Remotes      []string `json:"remotes,omitempty"`
	Organization string   `json:"organization"` // of an Azure DevOps Server: its URL with the collection

	State    string   `json:"state"`            // live, dead, unknown, or none: nothing is stored
	Reason   string   `json:"reason,omitempty"` // "expired"; see validate.Reason
	Detail   string   `json:"detail,omitempty"` // "401 TF400813"
	Summary  string   `json:"summary"`          // both in a sentence
	Remedies []string `json:"remedies,omitempty"`

	Kind       string    `json:"kind,omitempty"`     // personal access token, Microsoft Entra access token, password
	Username   string    `json:"username,omitempty"` // "[hidden: …]" if it is longer than 50 characters
	Expires    time.Time `json:"expires,omitzero"`   // if the credential itself says so
	LastProven time.Time `json:"lastProven,omitzero"`

	Guard  Guard   `json:"guard"`
	Kept   []Kept  `json:"kept,omitempty"`   // where Git would look, in its order
	Probes []Probe `json:"probes,omitempty"` // what Azure DevOps answered
}

// Guard is where ado-guard stands for a URL.
type Guard struct {
	InFront bool     `json:"inFront"` // it is asked first and can tell the organization
	Summary string   `json:"summary"`
	Remedy  string   `json:"remedy,omitempty"`
	Helpers []string `json:"helpers,omitempty"` // the names of Git's helpers for the URL, in its order
	Inner   []string `json:"inner,omitempty"`   // the names of those that the guard runs itself
}

// Kept is what a look into one place showed.
type Kept struct {
	Place     string    `json:"place"`               // keyring, url, or the helper's name: "manager"
	State     string    `json:"state"`               // used, same, other, nothing, unasked (it keeps nothing), error
	Until     time.Time `json:"until,omitzero"`      // of a copy in the keyring: when a helper is asked again
	Elsewhere bool      `json:"elsewhere,omitempty"` // it is kept for another path of the host, perhaps for another organization
	Error     string    `json:"error,omitempty"`     // why it could not be looked at

	holds string // kind and username of another credential
	vital bool   // there is no other place: an error leaves nothing
}

// Probe is one question to Azure DevOps and what its answer proves.
type Probe struct {
	Probe        string `json:"probe"` // profile, connection, repository, status
	URL          string `json:"url"`
	Status       int    `json:"status"`   // of HTTP; 0: no answer
	Evidence     string `json:"evidence"` // lives, rejected, expired, unhealthy, nothing
	Reason       string `json:"reason"`
	Detail       string `json:"detail,omitempty"`
	Milliseconds int64  `json:"milliseconds"`
}

// SSHRemote is a remote that Git reaches without any credential helper.
type SSHRemote struct {
	Name         string `json:"name,omitempty"`
	URL          string `json:"url"`
	Organization string `json:"organization"`
	Login        string `json:"login"` // for ssh -T
}

// Service is a part of Azure DevOps that is not healthy.
type Service struct {
	Service   string `json:"service"`
	Geography string `json:"geography"`
	Health    string `json:"health"` // unhealthy, degraded, advisory, unknown
}

// The states of a credential, besides those of a verdict.
const stateNone = "none"

// exits are the exit statuses by state.
var exits = map[string]int{"live": 0, "dead": 1, "unknown": 2, stateNone: 3}

// exit is that of the worst credential: dead, unknown, none, live.
func (r Report) exit() int {
	for _, worst := range []string{"dead", "unknown", stateNone, "live"} {
		if slices.ContainsFunc(r.Credentials, func(c Credential) bool { return c.State == worst }) {
			return exits[worst]
		}
	}
	return exits[stateNone]
}

// services are the troubles of what Git needs.
func services(health validate.Health) []Service {
	var all []Service
	for _, t := range health.Troubles {
		if t.Service == "Core services" || t.Service == "Repos" {
			all = append(all, Service(t))
		}
	}
	return all
}

// credential puts a finding into the words of the report.
func (f *finding) credential() Credential {
	c := Credential{
		URL:          places.Shown(f.URL),
		Remotes:      f.Remotes,
		Organization: f.name(),
		State:        stateNone,
		Guard:        f.guard(),
		Kept:         f.kept(),
	}
	found, ok := f.chosen()
	if ok {
		c.State, c.Reason, c.Detail = f.verdict.State.String(), string(f.verdict.Reason), f.verdict.Detail
		c.Kind, c.Username = found.Credential.Secret.Kind().String(), notice.Username(found.Credential.Username)
		c.Expires, c.LastProven = end(found), f.proven.UTC()
		c.Probes = probes(f.verdict.Answers)
	}
	c.Summary, c.Remedies = f.summary(), f.remedies()
	return c
}

// name is what people call the target.
func (f *finding) name() string {
	switch {
	case f.Target.Organization == "":
		return f.Target.Host
	case f.Target.Server:
		return f.Target.OrganizationURL()
	default:
		return f.Target.Organization
	}
}

// end is when a credential says that it ends, by the first of its own words.
func end(found places.Found) time.Time {
	end, ok := found.Credential.Secret.Expiry()
	if !ok || !found.Expiry.IsZero() && found.Expiry.Before(end) {
		end = found.Expiry
	}
	return end.UTC()
}

func (f *finding) kind() secret.Kind {
	found, _ := f.chosen()
	return found.Credential.Secret.Kind()
}

// kept tells of each place what it holds beside the credential that Git would use.
func (f *finding) kept() []Kept {
	var all []Kept
	if f.used == inURL {
		all = append(all, Kept{Place: "url", State: "used"})
	}
	chosen, _ := f.chosen()
	for i, found := range f.found {
		if f.Places[i].Elsewhere && i != f.used {
			continue // it was looked into already, for this path
		}
		k := Kept{Place: f.Places[i].Name, State: "other", Elsewhere: f.Places[i].Elsewhere, Until: found.Until.UTC()}
		switch {
		case found.Unasked:
			k.State = "unasked"
		case found.Err != nil:
			k.State, k.Error, k.vital = "error", whyNot(found.Err), len(f.found) == 1
		case !found.Any():
			k.State = "nothing"
		case i == f.used:
			k.State = "used"
		case found.Same(chosen):
			k.State = "same"
		default:
			k.holds = found.Credential.Secret.Kind().String() + " of " + notice.Username(found.Credential.Username)
		}
		all = append(all, k)
	}
	return all
}

// whyNot is why a place cannot be looked into, without what the reader knows already.
func whyNot(err error) string {
	if _, why, ok := strings.Cut(err.Error(), store.ErrUnavailable.Error()+": "); ok {
		return "cannot be used: " + why
	}
	return err.Error()
}

func probes(answers []validate.Answer) []Probe {
	var all []Probe
	for _, a := range answers {
		p := Probe{
			Probe: string(a.Probe), URL: a.URL, Status: a.Status, Evidence: a.Evidence.String(),
			Reason: string(a.Reason), Detail: a.Detail, Milliseconds: a.Took.Milliseconds(),
		}
		all = append(all, p)
	}
	return all
}
