package lookalike

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The answers that the behaviours are made of, and the headers by which a
// genuine answer is known: those of recorded traffic (azure-pipelines-agent#4916,
// #5023, curl#13899 and Microsoft's own test data).

const (
	anonymousID = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
	zeroID      = "00000000-0000-0000-0000-000000000000"
	realID      = "d6245f20-2af8-44f4-9451-8107cb2767db"
	instanceID  = "8d3ad3ca-6d12-4f9d-8b6c-7a7d2f9d1f10"
	tenantID    = "3d7c1f5e-92a4-4d28-b0c4-5a1f6f1a2c77"

	jsonType = "application/json; charset=utf-8; api-version=7.1-preview.3"
)

const signInHTML = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>Azure DevOps Services | Sign In</title></head>\n<body>Sign in to continue.</body>\n</html>\n"

// genuine adds the headers of every answer that Azure DevOps itself gives.
func genuine(w http.ResponseWriter) {
	activity := newGUID()
	set(w, "X-TFS-ProcessId", "5f0c1d3b-6a0e-4c0f-9f7b-2f0a6f6d3c11", "X-TFS-Session", newGUID(), "X-VSS-E2EID", activity,
		"ActivityId", activity, "X-VSS-SenderDeploymentId", "13a19993-c6bc-326c-afb4-32c5519f46f0", "X-MSEdge-Ref", "Ref A: "+activity,
		"P3P", `CP="CAO DSP COR ADMa DEV CONo TELo CUR PSA PSD TAI IVDo OUR SAMi BUS DEM NAV STA UNI COM INT PHY ONL FIN PUR LOC CNT"`)
}

// challenge adds the headers of a genuine 401.
func challenge(w http.ResponseWriter, q *question) {
	header := w.Header()
	if q.organization != nil && q.organization.base != nil { // Azure DevOps Server
		base := q.organization.base
		header.Add("WWW-Authenticate", fmt.Sprintf(`Basic realm="%s://%s"`, base.Scheme, base.Host))
		header.Add("WWW-Authenticate", "Negotiate")
		header.Add("WWW-Authenticate", "NTLM")
		return
	}
	header.Add("WWW-Authenticate", "Bearer authorization_uri=https://login.microsoftonline.com/"+tenantID)
	header.Add("WWW-Authenticate", `Basic realm="https://tfsprodeus1.visualstudio.com/"`)
	header.Add("WWW-Authenticate", "TFS-Federated")
	set(w, "X-TFS-FedAuthRealm", "https://tfsprodeus1.visualstudio.com/",
		"X-TFS-FedAuthIssuer", "https://dev.azure.com/"+q.organizationName,
		"X-VSS-AuthorizationEndpoint", "https://vssps.dev.azure.com/"+q.organizationName+"/",
		"X-VSS-ResourceTenant", tenantID,
		"X-VSS-S2STargetService", "00000002-0000-8888-8000-000000000000/visualstudio.com",
		"Set-Cookie", "VstsSession="+newGUID()+"; domain=.visualstudio.com; path=/; secure; HttpOnly")
}

// rejection is a genuine 401: the same words in the places where they may stand.
type rejection struct {
	message string
	header  bool // in X-TFS-ServiceError
	body    func(message string) (contentType, body string)
}

func jsonBody(message string) (string, string) {
	return jsonType, exceptionJSON(message, typeKey(message))
}
func textBody(message string) (string, string) { return "text/plain; charset=utf-8", message }
func htmlBody(message string) (string, string) {
	return "text/html", "<!DOCTYPE html>\n<html>\n<head><title>" + message + "</title></head>\n<body></body>\n</html>\n"
}

func typeKey(message string) string {
	if strings.HasPrefix(message, "TF400813") {
		return "UnauthorizedRequestException"
	}
	return "AccessCheckException"
}

func (r rejection) write(w http.ResponseWriter, q *question) {
	if q.endpoint == Connection && q.publicProjects() {
		identity(anonymousID, "Anonymous")(w, q)
		return
	}
	if q.wouldBeRedirected() {
		redirectToSignIn("https://"+signInHost)(w, q)
		return
	}
	genuine(w)
	challenge(w, q)
	if r.header {
		escaped := strings.ReplaceAll(url.QueryEscape(r.message), "+", "%20")
		set(w, "X-TFS-ServiceError", escaped, "X-TFS-SoapException",
			"%3C%3Fxml%20version%3D%221.0%22%3F%3E%3CFault%3E%3CReason%3E"+escaped+"%3C%2FReason%3E%3C%2FFault%3E")
	}
	contentType, body := "", ""
	if r.body != nil {
		contentType, body = r.body(r.message)
	}
	write(w, http.StatusUnauthorized, contentType, body)
}

// wouldBeRedirected tells whom Azure DevOps sends to the sign-in page instead of
// saying 401: a GET or POST that neither comes from Git nor asks for
// suppression (azure-devops-auth-samples#52, microsoft/git gvfs-helper.c).
func (q *question) wouldBeRedirected() bool {
	return (q.Method == http.MethodGet || q.Method == http.MethodPost) &&
		!strings.HasPrefix(q.UserAgent(), "git/") &&
		!strings.EqualFold(q.Header.Get("X-TFS-FedAuthRedirect"), "Suppress") &&
		(q.organization == nil || q.organization.base == nil)
}

// redirectToSignIn is 302 to the sign-in page of a host, of the same host if
// none is named.
func redirectToSignIn(host string) answer {
	return func(w http.ResponseWriter, q *question) {
		genuine(w)
		here := "https://" + q.Host
		query := url.Values{"realm": {"dev.azure.com"}, "reply_to": {here + q.URL.RequestURI()}}
		set(w, "Location", cmp.Or(host, here)+"/_signin?"+query.Encode())
		write(w, http.StatusFound, "text/html", "<html><head><title>Object moved</title></head>\n</html>\n")
	}
}

// serve is what a good token gets.
func serve(w http.ResponseWriter, q *question) {
	switch q.endpoint {
	case Profile, Connection:
		identity(realID, "Alice")(w, q)
	case Status:
		q.server.writeHealth(w)
	case Repository:
		if q.repository == nil {
			NotFound.says[Repository](w, q)
			return
		}
		genuine(w)
		q.gitBackend(w)
	}
}

// postRejected answers Git's first question and rejects what follows.
func postRejected(w http.ResponseWriter, q *question) {
	if q.Method == http.MethodPost {
		Revoked.says[Repository](w, q)
		return
	}
	serve(w, q)
}

// identity is 200 from Profile or Connection, in the form that each has.
func identity(id, name string) answer {
	return func(w http.ResponseWriter, q *question) {
		genuine(w)
		if id != anonymousID {
			set(w, "X-VSS-UserData", id+":alice@contoso.example")
		}
		if q.endpoint == Profile {
			writeJSON(w, map[string]any{
				"displayName": name, "publicAlias": id, "emailAddress": "alice@contoso.example", "coreRevision": 395194630,
				"timeStamp": "2026-01-01T00:00:00.0000000+00:00", "id": id, "revision": 395194630,
			})
			return
		}
		descriptor, account := "Microsoft.IdentityModel.Claims.ClaimsIdentity;"+tenantID+`\alice@contoso.example`, "alice@contoso.example"
		if id == anonymousID {
			descriptor, account = "System:PublicAccess;"+anonymousID, "Anonymous"
		}
		user := map[string]any{
			"id": id, "descriptor": descriptor, "subjectDescriptor": "aad." + id, "providerDisplayName": name, "isActive": true,
			"properties": map[string]any{"Account": map[string]any{"$type": "System.String", "$value": account}},
		}
		writeJSON(w, map[string]any{
			"authenticatedUser": user, "authorizedUser": user, "instanceId": instanceID,
			"deploymentId": "13a19993-c6bc-326c-afb4-32c5519f46f0", "deploymentType": "hosted", "locationServiceData": map[string]any{},
		})
	}
}

// writeHealth is the status API's answer: everything healthy but what Health set.
func (s *Server) writeHealth(w http.ResponseWriter) {
	s.mu.Lock()
	services, overall := []any{}, "healthy"
	for _, id := range []string{"Artifacts", "Boards", "Core services", "Other services", "Pipelines", "Repos", "Test Plans"} {
		health := "healthy"
		if set := s.health[id]; set != "" {
			health, overall = set, set
		}
		services = append(services, map[string]any{"id": id, "geographies": []any{
			map[string]any{"id": "US", "name": "United States", "health": health},
			map[string]any{"id": "EU", "name": "Europe", "health": "healthy"},
		}})
	}
	s.mu.Unlock()
	genuine(w)
	writeJSON(w, map[string]any{
		"lastUpdated": "2026-01-01T00:00:00Z", "services": services,
		"status": map[string]any{"health": overall, "message": "The status of Azure DevOps"},
	})
}

// trouble is a genuine error answer with Azure DevOps' JSON.
func trouble(status int, message, typeKey string) answer {
	return genuinely(status, jsonType, exceptionJSON(message, typeKey))
}

func genuinely(status int, contentType, body string) answer {
	return func(w http.ResponseWriter, _ *question) {
		genuine(w)
		write(w, status, contentType, body)
	}
}

// foreign is an answer without any header of Azure DevOps.
func foreign(status int, body string) answer {
	return func(w http.ResponseWriter, _ *question) { write(w, status, "text/html", body) }
}

func withHeader(a answer, namesAndValues ...string) answer {
	return func(w http.ResponseWriter, q *question) {
		set(w, namesAndValues...)
		a(w, q)
	}
}

func exceptionJSON(message, typeKey string) string {
	text, err := json.Marshal(map[string]any{
		"$id": "1", "innerException": nil, "message": message, "typeKey": typeKey, "errorCode": 0, "eventId": 3000,
		"typeName": "Microsoft.VisualStudio.Services.WebApi." + typeKey + ", Microsoft.VisualStudio.Services.WebApi",
	})
	must("writing JSON", err)
	return string(text)
}

func writeJSON(w http.ResponseWriter, value any) {
	text, err := json.Marshal(value)
	must("writing JSON", err)
	write(w, http.StatusOK, jsonType, string(text))
}

// write sends an answer. A client that is gone does not matter.
func write(w http.ResponseWriter, status int, contentType, body string) {
	w.Header()["Content-Type"] = nil // no guessing
	if contentType != "" {
		set(w, "Content-Type", contentType)
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func set(w http.ResponseWriter, namesAndValues ...string) {
	for i := 0; i < len(namesAndValues); i += 2 {
		w.Header().Set(namesAndValues[i], namesAndValues[i+1])
	}
}

func newGUID() string {
	var b [16]byte
	rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
