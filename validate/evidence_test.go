package validate

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

// azure are headers of a genuine answer; more are added in pairs.
func azure(more ...string) http.Header {
	return headers(append([]string{
		"X-TFS-ProcessId", "5e6ff0ea-0f5c-4b5f-8f4b-5f5ecbcdf2a9",
		"X-VSS-E2EID", "0b9e9d84-0c92-4d8a-8b3e-5c9e44e0c8f5",
		"X-TFS-FedAuthRealm", "https://app.vssps.visualstudio.com/",
	}, more...)...)
}

func headers(pairs ...string) http.Header {
	header := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		header.Add(pairs[i], pairs[i+1])
	}
	return header
}

const (
	aProfile     = `{"displayName":"Alice","publicAlias":"d6245f20-2af8-44f4-9451-8107cb2767db","emailAddress":"alice@contoso.com","coreRevision":1,"timeStamp":"2026-01-01T00:00:00Z","id":"d6245f20-2af8-44f4-9451-8107cb2767db","revision":1}`
	aConnection  = `{"authenticatedUser":{"id":"9ff9a5ea-4f4e-4b6f-9f3a-8a3b2d6f7a10","descriptor":"Microsoft.IdentityModel.Claims.ClaimsIdentity;tenant\\alice@contoso.com","subjectDescriptor":"aad.Zm9v","providerDisplayName":"Alice","isActive":true},"authorizedUser":{"id":"9ff9a5ea-4f4e-4b6f-9f3a-8a3b2d6f7a10"},"instanceId":"b7d9d5a1-6f8f-4a0c-8a77-08b1f9d5a5a0"}`
	aStranger    = `{"authenticatedUser":{"id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","descriptor":"System:PublicAccess;aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","providerDisplayName":"Anonymous","properties":{"Account":{"$type":"System.String","$value":"Anonymous"}}},"instanceId":"b7d9d5a1-6f8f-4a0c-8a77-08b1f9d5a5a0"}`
	expiredJSON  = `{"$id":"1","innerException":null,"message":"Access Denied: The Personal Access Token used has expired.","typeName":"Microsoft.TeamFoundation.Framework.Server.AccessCheckException","typeKey":"AccessCheckException","errorCode":0,"eventId":3000}`
	revokedJSON  = `{"$id":"1","message":"TF400813: The user 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' is not authorized to access this resource.","typeKey":"UnauthorizedRequestException"}`
	signInPage   = "<!DOCTYPE html>\r\n<html lang=\"en-US\">\r\n<head><title>\r\n\tAzure DevOps Services | Sign In\r\n</title></head></html>"
	portalPage   = "<html><head><title>Welcome to the airport</title></head></html>"
	expiredWords = "Access%20Denied%3A%20The%20Personal%20Access%20Token%20used%20has%20expired."
	signInURL    = "https://spsprodweu2.vssps.visualstudio.com/_signin?realm=dev.azure.com&reply_to=https%3A%2F%2Fdev.azure.com%2Fcontoso"
)

// The verdict that each answer of Azure DevOps', and of what stands in its way,
// demands of each probe. A repository's body is not read.
func TestWeigh(t *testing.T) {
	t.Parallel()
	type proves struct {
		evidence Evidence
		reason   Reason
	}
	var (
		life       = proves{Lives, ReasonAccepted}
		rejected   = proves{Rejected, ReasonRejected}
		signedOut  = proves{Rejected, ReasonSignedOut}
		anonymous  = proves{Rejected, ReasonAnonymous}
		expired    = proves{Expired, ReasonExpired}
		foreign    = proves{Nothing, ReasonForeign}
		unclear    = proves{Nothing, ReasonUnclear}
		readable   = proves{Nothing, ReasonReadable}
		policy     = proves{Nothing, ReasonConditionalAccess}
		forbidden  = proves{Nothing, ReasonForbidden}
		notFound   = proves{Nothing, ReasonNotFound}
		throttled  = proves{Nothing, ReasonThrottled}
		trouble    = proves{Nothing, ReasonTrouble}
		moved      = proves{Nothing, ReasonMoved}
		signInOnce = proves{Nothing, ReasonSignInOnce}
	)
	html := "text/html; charset=utf-8"
	for _, test := range []struct {
		name                            string
		status                          int
		header                          http.Header
		body                            string
		profile, connection, repository proves
	}{
		// life
		{"a profile", 200, azure(), aProfile, life, unclear, readable},
		{"a user", 200, azure(), aConnection, unclear, life, readable},
		{"a profile without Azure DevOps' headers", 200, nil, aProfile, life, foreign, foreign},
		{"a user without Azure DevOps' headers", 200, nil, aConnection, foreign, life, foreign},
		{"a user named after an error", 200, azure(), strings.ReplaceAll(aConnection, "Alice", "VS403463 Personal Access Token used has expired"), policy, life, readable},
		{"a user of an old Server, descriptor no text", 200, azure(), `{"authenticatedUser":{"id":"9ff9a5ea-4f4e-4b6f-9f3a-8a3b2d6f7a10","descriptor":{"identityType":"W"}}}`, unclear, life, readable},

		// no life, though 200
		{"a stranger", 200, azure(), aStranger, unclear, anonymous, readable},
		{"a stranger in capitals", 200, azure(), strings.ToUpper(aStranger), unclear, unclear, readable},
		{"a stranger without Azure DevOps' headers", 200, nil, aStranger, foreign, foreign, foreign},
		{"a stranger without descriptor", 200, azure(), `{"authenticatedUser":{"id":"AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa"}}`, unclear, anonymous, readable},
		{"a stranger with another id", 200, azure(), `{"authenticatedUser":{"id":"9ff9a5ea-4f4e-4b6f-9f3a-8a3b2d6f7a10","descriptor":"System:PublicAccess;x"}}`, unclear, anonymous, readable},
		{"a stranger's id with a user's descriptor", 200, azure(), `{"authenticatedUser":{"id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","descriptor":"Microsoft.IdentityModel.Claims.ClaimsIdentity;x"}}`, unclear, unclear, readable},
		{"no id", 200, azure(), `{"authenticatedUser":{"descriptor":"Microsoft.IdentityModel.Claims.ClaimsIdentity;x"}}`, unclear, unclear, readable},
		{"an id of zeros", 200, azure(), `{"id":"00000000-0000-0000-0000-000000000000","authenticatedUser":{"id":"00000000-0000-0000-0000-000000000000","descriptor":"System:Unauthenticated;x"}}`, unclear, unclear, readable},
		{"an id that is no GUID", 200, azure(), `{"id":"request-17","authenticatedUser":{"id":"request-17"}}`, unclear, unclear, readable},
		{"an id that is a number", 200, azure(), `{"id":17,"authenticatedUser":{"id":17}}`, unclear, unclear, readable},
		{"half of an answer", 200, azure(), aConnection[:100], unclear, unclear, readable},
		{"two answers in one", 200, azure(), aConnection + aProfile, unclear, unclear, readable},
		{"nothing at all", 200, azure(), "", unclear, unclear, readable},
		{"null", 200, azure(), "null", unclear, unclear, readable},
		{"a list", 200, azure(), "[]", unclear, unclear, readable},
		{"a sign-in page as 200", 200, azure("Content-Type", html), signInPage, unclear, unclear, readable},
		{"a portal as 200", 200, headers("Content-Type", html), portalPage, foreign, foreign, foreign},
		{"no content", 204, azure(), "", unclear, unclear, unclear},

		// expired
		{"expired", 401, azure("X-TFS-ServiceError", expiredWords), expiredJSON, expired, expired, expired},
		{"expired, said in the header alone", 401, azure("X-TFS-ServiceError", expiredWords), "", expired, expired, expired},
		{"expired, said in the body alone", 401, azure(), expiredJSON, expired, expired, rejected},
		{"expired, in plain text", 401, azure(), "Access Denied: The Personal Access Token used has expired.", expired, expired, rejected},
		{"expired, in a page's title", 401, azure("Content-Type", html), "<title>Access Denied: The Personal Access Token used has expired.</title>", expired, expired, rejected},
		{"expired, header not encoded", 401, azure("X-TFS-ServiceError", "Access Denied: The Personal Access Token used has expired."), "", expired, expired, expired},
		{"expired, header encoded as a form", 401, azure("X-TFS-ServiceError", "Access+Denied%3A+The+Personal+Access+Token+used+has+expired."), "", expired, expired, expired},
		{"expired, with one genuine header", 401, headers("X-VSS-E2EID", "1", "X-TFS-ServiceError", expiredWords), "", expired, expired, expired},
		{"expired, says a proxy", 401, headers("X-TFS-ServiceError", expiredWords), expiredJSON, foreign, foreign, foreign},
		{"expired, with an empty genuine header", 401, headers("X-TFS-ProcessId", "", "X-TFS-ServiceError", expiredWords), expiredJSON, foreign, foreign, foreign},
		{"expired, but not from this network", 401, azure("X-TFS-ServiceError", expiredWords), expiredJSON + "VS403463", policy, policy, expired},
		{"expired, as a 403", 403, azure("X-TFS-ServiceError", expiredWords), expiredJSON, forbidden, forbidden, forbidden},
		{"a repository named after expiry is not found", 404, azure("X-TFS-ServiceError", "TF401019%3A%20The%20Git%20repository%20with%20name%20or%20identifier%20Personal%20Access%20Token%20used%20has%20expired%20does%20not%20exist"), "", notFound, notFound, notFound},
		{"a repository named after expiry is refused", 401, azure("X-TFS-ServiceError", "TF400813%3A%20No%20permission%20for%20Personal%20Access%20Token%20used%20has%20expired"), "", expired, expired, rejected},

		// rejected
		{"revoked", 401, azure("X-TFS-ServiceError", "TF400813%3A%20The%20user%20%27aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa%27%20is%20not%20authorized%20to%20access%20this%20resource."), revokedJSON, rejected, rejected, rejected},
		{"revoked, the older words", 401, azure("X-TFS-ServiceError", "TF400813%3A%20Resource%20not%20available%20for%20anonymous%20access."), "", rejected, rejected, rejected},
		{"401 without a word", 401, azure(), "", rejected, rejected, rejected},
		{"401 with a process id alone", 401, headers("X-Tfs-Processid", "1"), "", rejected, rejected, rejected},
		{"a profile with 401", 401, azure(), aProfile, rejected, rejected, rejected},
		{"203 and the sign-in page", 203, azure("Content-Type", html), signInPage, signedOut, signedOut, signedOut},
		{"203 and nothing", 203, azure(), "", signedOut, signedOut, signedOut},
		{"302 to sign-in", 302, azure("Location", signInURL), "", signedOut, signedOut, signedOut},
		{"302 to sign-in on the own host", 302, azure("Location", "https://dev.azure.com/contoso/_signin?reply_to=x"), "", signedOut, signedOut, signedOut},
		{"302 to sign-in at the profile service", 302, azure("Location", "https://vssps.dev.azure.com/_signin"), "", signedOut, signedOut, signedOut},
		{"302 to Entra ID", 302, azure("Location", "https://login.microsoftonline.com/common/oauth2/authorize?client_id=x"), "", signedOut, signedOut, signedOut},

		// no rejections
		{"a portal's 401", 401, headers("Content-Type", html, "WWW-Authenticate", "Basic realm=\"hotel\""), portalPage, foreign, foreign, foreign},
		{"a portal's 203", 203, headers("Content-Type", html), portalPage, foreign, foreign, foreign},
		{"a portal's 302 to sign-in", 302, headers("Location", signInURL), "", foreign, foreign, foreign},
		{"a portal's 302", 302, headers("Location", "http://portal.example/login"), "", foreign, foreign, foreign},
		{"a living profile, changed by a proxy", 203, azure("Content-Type", "application/json"), aProfile, unclear, unclear, unclear},
		{"a living answer, changed by a proxy, type lost", 203, azure(), aConnection, unclear, unclear, signedOut},
		{"refs, changed by a proxy", 203, azure("Content-Type", "application/x-git-upload-pack-advertisement"), "", unclear, unclear, unclear},
		{"a page, marked as changed by a proxy", 203, azure("Content-Type", html, "Warning", "214 proxy \"Transformation Applied\""), signInPage, unclear, unclear, unclear},
		{"a type nobody can read", 203, azure("Content-Type", ";;"), "", unclear, unclear, unclear},
		{"302 to a renamed organization", 302, azure("Location", "https://dev.azure.com/fabrikam/_apis/connectionData"), "", moved, moved, moved},
		{"302 to elsewhere", 302, azure("Location", "https://evil.example/_signin"), "", moved, moved, moved},
		{"302 to a look-alike", 302, azure("Location", "https://evilvisualstudio.com/_signin"), "", moved, moved, moved},
		{"302 to sign-in without TLS", 302, azure("Location", "http://login.microsoftonline.com/"), "", moved, moved, moved},
		{"302 to a page about sign-ins", 302, azure("Location", "https://dev.azure.com/contoso/p/_signins"), "", moved, moved, moved},
		{"302 to nowhere", 302, azure(), "", moved, moved, moved},
		{"302 to garbage", 302, azure("Location", "https://[::1"), "", moved, moved, moved},
		{"301 to sign-in", 301, azure("Location", signInURL), "", moved, moved, moved},
		{"conditional access, in the body", 401, azure(), `{"message":"VS403463: The conditional access policy defined by your administrator has failed."}`, policy, policy, rejected},
		{"conditional access, in a header", 401, azure("X-TFS-ServiceError", "VS403463%3A%20The%20conditional%20access%20policy"), "", policy, policy, policy},
		{"conditional access as 203", 203, azure("Content-Type", html, "X-TFS-ServiceError", "VS403463"), signInPage, policy, policy, policy},
		{"conditional access as anonymous", 200, azure("X-TFS-ServiceError", "VS403463"), aStranger, policy, policy, policy},
		{"sign in once", 401, azure("X-TFS-ServiceError", "TF401444%3A%20Please%20sign-in%20at%20least%20once"), "", signInOnce, signInOnce, signInOnce},
		{"nothing to do with credentials (VS402392)", 401, azure("X-TFS-ServiceError", "VS402392%3A%20x"), "", unclear, unclear, unclear},
		{"nothing to do with credentials (VS403283)", 401, azure("X-TFS-ServiceError", "VS403283%3A%20x"), "", unclear, unclear, unclear},
		{"nothing to do with credentials (TF24668)", 401, azure("X-TFS-ServiceError", "TF24668%3A%20x"), "", unclear, unclear, unclear},
		{"preview version", 400, azure(), `{"typeKey":"VssInvalidPreviewVersionException"}`, unclear, unclear, unclear},
		{"forbidden", 403, azure(), "", forbidden, forbidden, forbidden},
		{"forbidden by a filter", 403, nil, portalPage, foreign, foreign, foreign},
		{"not found", 404, azure(), "", notFound, notFound, notFound},
		{"TF401019 with 401", 401, azure("X-TFS-ServiceError", "TF401019%3A%20x"), "", notFound, notFound, notFound},
		{"method not allowed", 405, azure(), "", unclear, unclear, unclear},
		{"the proxy wants a sign-in", 407, headers("Proxy-Authenticate", "Basic"), "", foreign, foreign, foreign},
		{"request timed out", 408, azure(), "", unclear, unclear, unclear},
		{"gone", 410, azure(), "", unclear, unclear, unclear},
		{"throttled", 429, azure("Retry-After", "30"), "", throttled, throttled, throttled},
		{"throttled, by name", 401, azure("X-TFS-ServiceError", "TF400733%3A%20The%20request%20has%20been%20canceled"), "", throttled, throttled, throttled},
		{"500", 500, azure(), "", trouble, trouble, trouble},
		{"503", 503, azure(), "", trouble, trouble, trouble},
		{"503 of the front door", 503, headers("X-MSEdge-Ref", "x"), "", foreign, foreign, foreign},
		{"host offline", 401, azure("X-VSS-HostOfflineError", "x"), "", trouble, trouble, trouble},
		{"an odd status", 999, azure(), "", trouble, trouble, trouble},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for probe, want := range map[Probe]proves{Profile: test.profile, Connection: test.connection, Repository: test.repository} {
				body := []byte(test.body)
				if probe == Repository {
					body = nil
				}
				evidence, reason := Weigh(probe, test.status, test.header, body)
				if got := (proves{evidence, reason}); got != want {
					t.Errorf("%s: %v, want %v", probe, got, want)
				}
			}
		})
	}
}

// Whatever a server answers, no rejection stands without Azure DevOps' headers, no
// expiry without a 401, no life without a 200 and an identity.
func FuzzWeigh(f *testing.F) {
	f.Add(0, 200, "X-TFS-ProcessId", "1", "Location", "", []byte(aProfile))
	f.Add(1, 200, "X-TFS-ProcessId", "1", "Location", "", []byte(aConnection))
	f.Add(1, 200, "X-VSS-E2EID", "1", "Location", "", []byte(aStranger))
	f.Add(1, 401, "X-VSS-E2EID", "1", "X-TFS-ServiceError", expiredWords, []byte(expiredJSON))
	f.Add(2, 401, "X-VSS-E2EID", "1", "X-TFS-ServiceError", "VS403463", []byte(nil))
	f.Add(2, 302, "X-VSS-E2EID", "1", "Location", signInURL, []byte(nil))
	f.Add(1, 203, "X-VSS-E2EID", "1", "Content-Type", "text/html", []byte(signInPage))
	f.Fuzz(func(t *testing.T, which, status int, name1, value1, name2, value2 string, body []byte) {
		probe := []Probe{Profile, Connection, Repository}[uint(which)%3]
		if probe == Repository {
			body = nil
		}
		header := headers(name1, value1, name2, value2)
		evidence, reason := Weigh(probe, status, header, body)
		azure := header.Get("X-TFS-ProcessId") != "" || header.Get("X-VSS-E2EID") != ""
		excused := strings.Contains(string(body)+value1+value2, "VS403463")
		switch {
		case reason == "":
			t.Error("no reason")
		case evidence == Unhealthy:
			t.Error("an answer about a credential says nothing of the weather")
		case evidence == Lives && (status != 200 || probe == Repository || !strings.Contains(strings.ToLower(string(body)), "id")):
			t.Error("life without proof")
		case evidence == Expired && status != 401:
			t.Error("expiry without a 401")
		case (evidence == Expired || evidence == Rejected) && (!azure || excused):
			t.Error("a rejection that is none")
		case evidence == Rejected && status != 401 && status != 203 && status != 302 && (status != 200 || probe != Connection):
			t.Error("a rejection by", status)
		}
		line := reply{status: status, header: header, body: body}.detail()
		if !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r >= 0x7f }) || len(line) > 300 {
			t.Errorf("detail %q", line)
		}
	})
}

func TestDetailHoldsNoTextOfTheServers(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]reply{
		"200":              {status: 200, header: azure(), body: []byte("TF400813")},
		"401 TF400813":     {status: 401, header: azure("X-TFS-ServiceError", "TF400813%3A%20\x1b[31m"), body: nil},
		"403 VS403463":     {status: 403, header: azure(), body: []byte(`{"message":"VS403463: x"}`)},
		"302 to sign-in":   {status: 302, header: azure("Location", "https://user:secret@login.microsoftonline.com:8080/secret")},
		"302 to elsewhere": {status: 302, header: azure("Location", "https://secret.example/x")},
		"401":              {status: 401, header: azure("X-TFS-ServiceError", "VSTS TF4 secret \x07")},
	} {
		if got := r.detail(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
