package validate

import (
	"net/url"
	"strings"
)

// Key names the organization, for locks and for what is remembered: the same for
// both host forms of the Services and for every way to write it. It is "" when the
// organization is unknown.
func (t Target) Key() string {
	switch {
	case t.Organization == "":
		return ""
	case t.Server:
		return strings.ToLower(t.Host + t.Base + "/" + t.Organization)
	default:
		return strings.ToLower(t.Organization)
	}
}

// OrganizationURL is where the organization's own interface stands, without a
// slash at its end: https://dev.azure.com/contoso, https://contoso.visualstudio.com
// or https://tfs.example/tfs/DefaultCollection. It is "" when it is unknown.
func (t Target) OrganizationURL() string {
	switch {
	case t.Organization == "":
		return ""
	case t.Server:
		return "https://" + t.Host + t.Base + "/" + url.PathEscape(t.Organization)
	case t.Host == servicesHost:
		return "https://" + servicesHost + "/" + t.Organization
	default:
		return "https://" + t.Host
	}
}

// RepositoryURL is the repository as Git would name it, or "" if the request named
// none.
func (t Target) RepositoryURL() string {
	if t.Organization == "" || t.Repository == "" {
		return ""
	}
	return t.OrganizationURL() + "/" + t.Repository
}

// TokensURL is where a person makes a new personal access token, or "" when the
// organization is unknown.
func (t Target) TokensURL() string {
	const page = "/_usersSettings/tokens"
	switch {
	case t.Organization == "":
		return ""
	case t.Server:
		return t.OrganizationURL() + page
	default:
		return "https://" + servicesHost + "/" + t.Organization + page
	}
}

// question is a probe and the URL that it asks.
type question struct {
	probe Probe
	url   string
}

// host is whom the question is put to.
func (q question) host() string {
	host, _, _ := strings.Cut(strings.TrimPrefix(q.url, "https://"), "/")
	return host
}

// round is what is asked of one host.
type round struct {
	host      string
	settings  string // the URL whose settings apply: for the own host, the one that Git will ask
	questions []question
}

// rounds are all questions that can be asked about a credential for the target, the
// target's own host first. There are none when the organization is unknown, nor for
// a target that Recognize would not make: here the last word is spoken on where a
// secret may go.
func (t Target) rounds() []round {
	switch {
	case t.Organization == "" || !plain(t.Organization):
		return nil
	case t.Server:
		return []round{{t.Host, t.OrganizationURL(), []question{t.connection()}}}
	case !organizationName(t.Organization),
		t.Host != servicesHost && t.Host != strings.ToLower(t.Organization)+servicesSuffix:
		return nil
	}
	own := round{t.Host, t.OrganizationURL(), []question{t.connection()}}
	if repository := t.RepositoryURL(); repository != "" {
		own.settings = repository
		own.questions = append(own.questions,
			question{Repository, repository + "/info/refs?service=git-upload-pack"})
	}
	profile := "https://" + profileHost + "/" + t.Organization +
		"/_apis/profile/profiles/me?api-version=7.1-preview.3"
	return []round{own, {profileHost, profile, []question{{Profile, profile}}}}
}

func (t Target) connection() question {
	return question{Connection, t.OrganizationURL() + "/_apis/connectionData"}
}
