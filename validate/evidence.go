package validate

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Weigh tells what an answer proves and why, by its status, its headers and the
// beginning of its body (nil for the repository, whose body is not read).
//
// What Azure DevOps did not say proves no rejection: a 401, 203, 302 or anonymous 200
// without its headers is a proxy's or a portal's. Nor does an answer that names
// another cause, as conditional access, prove anything.
func Weigh(probe Probe, status int, header http.Header, body []byte) (Evidence, Reason) {
	identity := identityOf(probe, status, body)
	if identity == someone {
		return Lives, ReasonAccepted
	}
	if !genuine(header) {
		return Nothing, ReasonForeign
	}
	if reason := otherCause(header, body); reason != "" {
		return Nothing, reason
	}
	switch {
	case status == http.StatusUnauthorized && saysExpired(probe, header, body):
		return Expired, ReasonExpired
	case status == http.StatusUnauthorized:
		return Rejected, ReasonRejected
	case status == http.StatusOK && identity == anonymous:
		return Rejected, ReasonAnonymous
	case status == http.StatusNonAuthoritativeInfo && !transformed(header, body),
		status == http.StatusFound && signIn(header.Get("Location")):
		return Rejected, ReasonSignedOut
	}
	return Nothing, silence(probe, status)
}

// silence names why an answer of Azure DevOps' own proves nothing, by its status.
func silence(probe Probe, status int) Reason {
	switch {
	case status == http.StatusOK && probe == Repository:
		return ReasonReadable
	case status == http.StatusForbidden:
		return ReasonForbidden
	case status == http.StatusNotFound:
		return ReasonNotFound
	case status == http.StatusTooManyRequests:
		return ReasonThrottled
	case 300 <= status && status < 400:
		return ReasonMoved
	case status >= 500:
		return ReasonTrouble
	}
	return ReasonUnclear
}

// genuine reports whether Azure DevOps itself answered, and no proxy in its place.
func genuine(header http.Header) bool {
	return header.Get("X-TFS-ProcessId") != "" || header.Get("X-VSS-E2EID") != ""
}

// otherCause finds a cause other than the credential that the answer names, in a
// header or in its body. Each has been seen with statuses that look like a rejection.
func otherCause(header http.Header, body []byte) Reason {
	if header.Get("X-VSS-HostOfflineError") != "" {
		return ReasonTrouble
	}
	for _, cause := range [...]struct {
		code   string
		reason Reason
	}{
		{"VS403463", ReasonConditionalAccess},
		{"TF401444", ReasonSignInOnce},
		{"TF400733", ReasonThrottled},
		{"TF401019", ReasonNotFound},
		{"VS402392", ReasonUnclear},
		{"VS403283", ReasonUnclear},
		{"TF24668", ReasonUnclear},
	} {
		if bytes.Contains(body, []byte(cause.code)) {
			return cause.reason
		}
		for _, values := range header {
			for _, value := range values {
				if strings.Contains(value, cause.code) {
					return cause.reason
				}
			}
		}
	}
	return ""
}

// saysExpired looks for Azure DevOps' words for a token past its end. An answer about
// a repository may repeat the repository's name, and a hostile one could be named
// after these words: there they must be what the message begins with.
func saysExpired(probe Probe, header http.Header, body []byte) bool {
	const words = "Personal Access Token used has expired"
	message := serviceError(header)
	if probe == Repository {
		return strings.HasPrefix(message, "Access Denied: The "+words)
	}
	return strings.Contains(message, words) || bytes.Contains(body, []byte(words))
}

// serviceError is Azure DevOps' own message, which it sends URL-encoded.
func serviceError(header http.Header) string {
	encoded := header.Get("X-TFS-ServiceError")
	if decoded, err := url.QueryUnescape(encoded); err == nil {
		return decoded
	}
	return encoded
}

// transformed reports whether a 203 is not the sign-in page, which is HTML, but some
// other answer that a proxy has changed and marked so (RFC 9110, 15.3.4).
func transformed(header http.Header, body []byte) bool {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return header.Get("Content-Type") != "" && (err != nil || kind != "text/html") ||
		strings.HasPrefix(header.Get("Warning"), "214") ||
		len(body) > 0 && json.Valid(body)
}

// signIn reports whether a redirect leads to where people sign in.
func signIn(location string) bool {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	switch host {
	case "login.microsoftonline.com", "login.live.com":
		return true
	}
	return (host == servicesHost || host == profileHost || strings.HasSuffix(host, servicesSuffix)) &&
		strings.Contains(u.Path+"/", "/_signin/")
}
