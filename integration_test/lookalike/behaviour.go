package lookalike

import (
	"fmt"
	"net/http"
	"strings"
)

// A Behaviour is what each endpoint says to whom it concerns.
type Behaviour struct {
	name string
	says [endpointCount]answer
}

// answer writes one answer.
type answer func(w http.ResponseWriter, q *question)

// At returns a Behaviour that is b, but at the endpoint what other is there.
func (b Behaviour) At(e Endpoint, other Behaviour) Behaviour {
	b.says[e] = other.says[e]
	b.name += " " + e.String() + "=" + other.name
	return b
}

// String returns the name, which ParseBehaviour reads.
func (b Behaviour) String() string { return b.name }

// Custom makes a Behaviour of a handler of one's own, for all endpoints. The
// answer carries nothing but what the handler writes.
func Custom(name string, handler http.HandlerFunc) Behaviour {
	return everywhere(name, func(w http.ResponseWriter, q *question) { handler(w, q.Request) })
}

// ParseBehaviour reads a name, and any number of endpoint=name after it:
// "revoked repository=sign-in-page".
func ParseBehaviour(text string) (Behaviour, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return Behaviour{}, fmt.Errorf("a behaviour without a name")
	}
	b, err := behaviourNamed(words[0])
	for _, word := range words[1:] {
		place, name, _ := strings.Cut(word, "=")
		e, placeErr := ParseEndpoint(place)
		other, nameErr := behaviourNamed(name)
		switch {
		case placeErr != nil:
			return b, placeErr
		case nameErr != nil:
			return b, nameErr
		case e >= endpointCount:
			return b, fmt.Errorf("the answer of endpoint %q cannot be chosen", place)
		}
		b = b.At(e, other)
	}
	return b, err
}

func behaviourNamed(name string) (Behaviour, error) {
	for _, b := range Behaviours() {
		if b.name == name {
			return b, nil
		}
	}
	return Behaviour{}, fmt.Errorf("no behaviour is called %q", name)
}

// Behaviours returns every named behaviour of this package.
func Behaviours() []Behaviour {
	return []Behaviour{
		Live, LiveSingleOrganization, LiveWithoutScope, LiveNamedAnonymous,
		Expired, ExpiredHeader, ExpiredJSON, ExpiredText, ExpiredHTML, Revoked, RevokedOld, Anonymous,
		SignInRedirect, SignInHere, SignInPage, Empty200, Empty203, PostRejected,
		Forbidden, ConditionalAccessHeader, ConditionalAccessBody, NotFound, Throttled, MustSignIn,
		PreviewVersion, UnrelatedVS402392, UnrelatedVS403283, UnrelatedTF24668,
		Error500, Error502, Error503, Error504, HostOffline,
		ProxyAuthentication, Portal401, Portal203, Portal302, Portal200,
		Garbage, ZeroID, NoID, HTML200,
	}
}

func everywhere(name string, a answer) Behaviour {
	return Behaviour{name, [endpointCount]answer{a, a, a, a}}
}

// called gives a combination a name of its own.
func (b Behaviour) called(name string) Behaviour {
	b.name = name
	return b
}

// Tokens that live.
var (
	// Live is a good token everywhere.
	Live = everywhere("live", serve)
	// LiveSingleOrganization is a good token that is limited to its organization
	// and that the profile API therefore answers with 401.
	LiveSingleOrganization = Live.At(Profile, Revoked).called("live-single-organization")
	// LiveWithoutScope is a good token without the scope vso.profile, where that
	// is answered with 403 (which is rare; 401 is LiveSingleOrganization).
	LiveWithoutScope = Live.At(Profile, Forbidden).called("live-without-scope")
	// LiveNamedAnonymous belongs to a real person whose display name is Anonymous.
	LiveNamedAnonymous = Live.At(Connection, everywhere("", identity(realID, "Anonymous"))).called("live-named-anonymous")
)

const expiredMessage = "Access Denied: The Personal Access Token used has expired."

// Tokens that are dead. Where the organization allows public projects,
// Connection answers all of these with 200 and the anonymous identity; without
// "X-TFS-FedAuthRedirect: Suppress" or Git's User-Agent they are redirected.
var (
	// Expired is 401 with the words in X-TFS-ServiceError and in a JSON body.
	Expired = everywhere("expired", rejection{message: expiredMessage, header: true, body: jsonBody}.write)
	// ExpiredHeader has the words in X-TFS-ServiceError only.
	ExpiredHeader = everywhere("expired-header", rejection{message: expiredMessage, header: true}.write)
	// ExpiredJSON has the words in a JSON body only.
	ExpiredJSON = everywhere("expired-json", rejection{message: expiredMessage, body: jsonBody}.write)
	// ExpiredText has the words in a plain text body only.
	ExpiredText = everywhere("expired-text", rejection{message: expiredMessage, body: textBody}.write)
	// ExpiredHTML has the words in the title of an HTML body only.
	ExpiredHTML = everywhere("expired-html", rejection{message: expiredMessage, body: htmlBody}.write)
	// Revoked is 401 TF400813, which an unknown token gets too.
	Revoked = everywhere("revoked", rejection{header: true, body: jsonBody,
		message: "TF400813: The user '" + anonymousID + "' is not authorized to access this resource."}.write)
	// RevokedOld is the older wording.
	RevokedOld = everywhere("revoked-old", rejection{header: true, body: jsonBody,
		message: "TF400813: Resource not available for anonymous access."}.write)
	// Anonymous is a dead token in an organization that allows public projects:
	// Connection says 200.
	Anonymous = Revoked.At(Connection, everywhere("", identity(anonymousID, "Anonymous"))).called("anonymous")
)

// Answers that a dead token gets in the place of 401.
var (
	// SignInRedirect is 302 to the sign-in host, even if Suppress was asked for;
	// the page there is 203 and HTML.
	SignInRedirect = everywhere("sign-in-redirect", redirectToSignIn("https://"+signInHost))
	// SignInHere is 302 to a sign-in page on the same host, which is 200.
	SignInHere = everywhere("sign-in-here", redirectToSignIn(""))
	// SignInPage is 203 with the HTML of the sign-in page.
	SignInPage = everywhere("sign-in-page", genuinely(http.StatusNonAuthoritativeInfo, "text/html; charset=utf-8", signInHTML))
	// Empty200 and Empty203 have no body. Git takes them for an empty repository.
	Empty200 = everywhere("empty-200", genuinely(http.StatusOK, "", ""))
	Empty203 = everywhere("empty-203", genuinely(http.StatusNonAuthoritativeInfo, "", ""))
	// HTML200 is 200 with the HTML of the sign-in page.
	HTML200 = everywhere("html-200", genuinely(http.StatusOK, "text/html; charset=utf-8", signInHTML))
	// PostRejected lets Git's first question through and answers its POST with 401.
	PostRejected = Live.At(Repository, everywhere("", postRejected)).called("post-rejected")
)

// Answers of Azure DevOps that are no death.
var (
	Forbidden = everywhere("forbidden", trouble(http.StatusForbidden,
		"VS403527: You do not have permission to access this resource.", "AccessCheckException"))
	// ConditionalAccessHeader and ConditionalAccessBody are 401 with VS403463 in
	// X-TFS-ServiceError, or in the body only.
	ConditionalAccessHeader = everywhere("conditional-access-header", rejection{message: conditionalAccess, header: true}.write)
	ConditionalAccessBody   = everywhere("conditional-access-body", rejection{message: conditionalAccess, body: jsonBody}.write)
	NotFound                = everywhere("not-found", trouble(http.StatusNotFound,
		"TF401019: The Git repository with name or identifier web does not exist or you do not have permissions for the operation you are attempting.", "GitRepositoryNotFoundException"))
	Throttled = everywhere("throttled", withHeader(trouble(http.StatusTooManyRequests,
		"TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Concurrency' in namespace 'User'.", "RequestBlockedException"),
		"Retry-After", "30", "X-RateLimit-Resource", "core/concurrency", "X-RateLimit-Delay", "30", "X-RateLimit-Limit", "200",
		"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1767225600"))
	// MustSignIn is 401 TF401444: the account must sign in once in a browser.
	MustSignIn = everywhere("must-sign-in", rejection{header: true, body: jsonBody,
		message: "TF401444: Please sign-in at least once as alice@contoso.example in a web browser to enable access to the service."}.write)
	// PreviewVersion is the 400 for an api-version that the endpoint does not know.
	PreviewVersion = everywhere("preview-version", trouble(http.StatusBadRequest,
		"The requested version \"7.1\" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests.", "VssInvalidPreviewVersionException"))
	// The Unrelated ones have nothing to do with credentials.
	UnrelatedVS402392 = everywhere("unrelated-vs402392", trouble(http.StatusBadRequest, "VS402392: The operation cannot be completed.", "VssServiceException"))
	UnrelatedVS403283 = everywhere("unrelated-vs403283", trouble(http.StatusBadRequest, "VS403283: Could not add the user at this time.", "VssServiceException"))
	UnrelatedTF24668  = everywhere("unrelated-tf24668", trouble(http.StatusBadRequest, "TF24668: The project collection is not available.", "VssServiceException"))
	Error500          = everywhere("error-500", trouble(http.StatusInternalServerError, "An unexpected error occurred.", "Exception"))
	Error503          = everywhere("error-503", trouble(http.StatusServiceUnavailable, "The service is unavailable.", "ServiceUnavailableException"))
	// HostOffline is 503 with X-VSS-HostOfflineError.
	HostOffline = everywhere("host-offline", withHeader(trouble(http.StatusServiceUnavailable,
		"TF400898: The organization is being serviced.", "HostShutdownException"), "X-VSS-HostOfflineError", "The organization is being serviced."))
	// Garbage is 200 with bytes that are no JSON, though the type says so.
	Garbage = everywhere("garbage", genuinely(http.StatusOK, jsonType, "\x00\xff\x1b[31m{\"id\":\n]]"))
	// ZeroID is 200 with the identity 00000000-0000-0000-0000-000000000000.
	ZeroID = everywhere("zero-id", identity(zeroID, "Nobody"))
	// NoID is 200 with JSON and no identity in it.
	NoID = everywhere("no-id", genuinely(http.StatusOK, jsonType, `{"count":0,"value":[]}`))
)

const conditionalAccess = "VS403463: The conditional access policy defined by your Microsoft Entra administrator has failed."

// Answers of somebody on the way: nothing in them is from Azure DevOps.
var (
	Error502 = everywhere("error-502", foreign(http.StatusBadGateway, "<html><title>502 Bad Gateway</title>\n</html>\n"))
	Error504 = everywhere("error-504", foreign(http.StatusGatewayTimeout, "<html><title>504 Gateway Time-out</title>\n</html>\n"))
	// ProxyAuthentication is a proxy's 407. ConnectProxyAuthentication is the
	// Fault that says so before there is a tunnel.
	ProxyAuthentication = everywhere("proxy-authentication", withHeader(foreign(http.StatusProxyAuthRequired, "proxy authentication required\n"),
		"Proxy-Authenticate", `Basic realm="proxy"`))
	// Portal… is what a captive portal or an intercepting proxy says.
	Portal401 = everywhere("portal-401", withHeader(foreign(http.StatusUnauthorized, portalHTML), "WWW-Authenticate", `Basic realm="guest network"`))
	Portal203 = everywhere("portal-203", foreign(http.StatusNonAuthoritativeInfo, portalHTML))
	Portal302 = everywhere("portal-302", withHeader(foreign(http.StatusFound, portalHTML), "Location", "https://portal.example/sign-in"))
	Portal200 = everywhere("portal-200", foreign(http.StatusOK, portalHTML))
)

const portalHTML = "<html>\n<head><title>Sign in to the guest network</title></head>\n<body>Welcome.</body>\n</html>\n"
