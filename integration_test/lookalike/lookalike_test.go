package lookalike_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

// start starts a look-alike with the organization contoso, its repository
// web/web and the token "token", which behaves as b.
func start(t *testing.T, b lookalike.Behaviour) *lookalike.Server {
	t.Helper()
	s := lookalike.Start()
	t.Cleanup(s.Close)
	s.Organization("contoso").Repository("web", "web")
	s.Token("token", b)
	return s
}

const (
	profileURL    = "https://vssps.dev.azure.com/contoso/_apis/profile/profiles/me?api-version=7.1-preview.3"
	connectionURL = "https://dev.azure.com/contoso/_apis/connectionData"
	repositoryURL = "https://dev.azure.com/contoso/web/_git/web/info/refs?service=git-upload-pack"
	statusURL     = "https://status.dev.azure.com/_apis/status/health?api-version=7.1-preview.1"
)

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

// get asks as a careful client does: as the user alice with the secret, without
// redirects. Header fields come as names and values.
func get(t *testing.T, s *lookalike.Server, url, secret string, namesAndValues ...string) answer {
	t.Helper()
	a, err := try(t, s, url, secret, namesAndValues...)
	if err != nil {
		t.Fatalf("asking %s: %v", url, err)
	}
	return a
}

func try(t *testing.T, s *lookalike.Server, url, secret string, namesAndValues ...string) (answer, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-TFS-FedAuthRedirect", "Suppress")
	if strings.Contains(url, "/info/refs") {
		request.Header.Set("User-Agent", "git/2.55.0")
		request.Header.Set("Git-Protocol", "version=2")
	}
	if secret != "" {
		request.SetBasicAuth("alice", secret)
	}
	for i := 0; i < len(namesAndValues); i += 2 {
		request.Header.Set(namesAndValues[i], namesAndValues[i+1])
	}
	client := s.Client()
	defer client.CloseIdleConnections()
	client.Timeout = 5 * time.Second
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response, string(body)}, err
}

// everything is the status line, the header and the body as one text.
func (a answer) everything() string {
	var b strings.Builder
	a.Header.Write(&b)
	return a.Status + "\n" + b.String() + "\n" + a.body
}

func (a answer) genuine() bool {
	return a.Header.Get("X-TFS-ProcessId") != "" && a.Header.Get("X-VSS-E2EID") != ""
}

// identity reads the id from an answer of Profile or Connection.
func (a answer) identity(t *testing.T) string {
	t.Helper()
	var answered struct {
		ID                string
		AuthenticatedUser struct{ ID string }
	}
	if err := json.Unmarshal([]byte(a.body), &answered); err != nil {
		t.Fatalf("reading %q: %v", a.body, err)
	}
	return answered.ID + answered.AuthenticatedUser.ID
}

const (
	anonymous = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
	zero      = "00000000-0000-0000-0000-000000000000"
)

// TestEveryBehaviourAnswersAsAzureDevOpsDoes goes through all cases that are
// known of Azure DevOps and what stands before it.
func TestEveryBehaviourAnswersAsAzureDevOpsDoes(t *testing.T) {
	const expired = "Access Denied: The Personal Access Token used has expired."
	const expiredHeader = "X-Tfs-Serviceerror: Access%20Denied%3A%20The%20Personal%20Access%20Token%20used%20has%20expired."
	tests := []struct {
		is                              lookalike.Behaviour
		profile, connection, repository int
		genuine                         bool
		contains                        string // in the answer of Connection
		lacks                           string
	}{
		{lookalike.Live, 200, 200, 200, true, "X-Vss-Userdata", "WWW-Authenticate"},
		{lookalike.LiveSingleOrganization, 401, 200, 200, true, "authenticatedUser", ""},
		{lookalike.LiveWithoutScope, 403, 200, 200, true, "authenticatedUser", ""},
		{lookalike.LiveNamedAnonymous, 200, 200, 200, true, `"providerDisplayName":"Anonymous"`, anonymous},
		{lookalike.Expired, 401, 401, 401, true, expired, "TF400813"},
		{lookalike.ExpiredHeader, 401, 401, 401, true, expiredHeader, expired},
		{lookalike.ExpiredJSON, 401, 401, 401, true, `"message":"` + expired, expiredHeader},
		{lookalike.ExpiredText, 401, 401, 401, true, "\n" + expired, expiredHeader},
		{lookalike.ExpiredHTML, 401, 401, 401, true, "<title>" + expired + "</title>", expiredHeader},
		{lookalike.Revoked, 401, 401, 401, true, "TF400813: The user '" + anonymous + "' is not authorized", "expired"},
		{lookalike.RevokedOld, 401, 401, 401, true, "TF400813: Resource not available for anonymous access.", ""},
		{lookalike.Anonymous, 401, 200, 401, true, `"descriptor":"System:PublicAccess;` + anonymous, "X-Vss-Userdata"},
		{lookalike.SignInRedirect, 302, 302, 302, true, "Location: https://spsprodeus1.vssps.visualstudio.com/_signin?realm=dev.azure.com&reply_to=", ""},
		{lookalike.SignInHere, 302, 302, 302, true, "Location: https://dev.azure.com/_signin?", ""},
		{lookalike.SignInPage, 203, 203, 203, true, "Azure DevOps Services | Sign In", ""},
		{lookalike.Empty200, 200, 200, 200, true, "Content-Length: 0", ""},
		{lookalike.Empty203, 203, 203, 203, true, "Content-Length: 0", ""},
		{lookalike.HTML200, 200, 200, 200, true, "<html", ""},
		{lookalike.PostRejected, 200, 200, 200, true, "authenticatedUser", ""},
		{lookalike.Forbidden, 403, 403, 403, true, "AccessCheckException", ""},
		{lookalike.ConditionalAccessHeader, 401, 401, 401, true, "X-Tfs-Serviceerror: VS403463%3A", `"message"`},
		{lookalike.ConditionalAccessBody, 401, 401, 401, true, `"message":"VS403463:`, "X-Tfs-Serviceerror"},
		{lookalike.NotFound, 404, 404, 404, true, "TF401019", ""},
		{lookalike.Throttled, 429, 429, 429, true, "Retry-After: 30", ""},
		{lookalike.MustSignIn, 401, 401, 401, true, "TF401444", ""},
		{lookalike.PreviewVersion, 400, 400, 400, true, "VssInvalidPreviewVersionException", ""},
		{lookalike.UnrelatedVS402392, 400, 400, 400, true, "VS402392", ""},
		{lookalike.UnrelatedVS403283, 400, 400, 400, true, "VS403283", ""},
		{lookalike.UnrelatedTF24668, 400, 400, 400, true, "TF24668", ""},
		{lookalike.Error500, 500, 500, 500, true, "500", ""},
		{lookalike.Error502, 502, 502, 502, false, "502", ""},
		{lookalike.Error503, 503, 503, 503, true, "503", "Hostofflineerror"},
		{lookalike.Error504, 504, 504, 504, false, "504", ""},
		{lookalike.HostOffline, 503, 503, 503, true, "X-Vss-Hostofflineerror:", ""},
		{lookalike.ProxyAuthentication, 407, 407, 407, false, "Proxy-Authenticate: Basic", ""},
		{lookalike.Portal401, 401, 401, 401, false, "Basic realm=\"guest network\"", ""},
		{lookalike.Portal203, 203, 203, 203, false, "guest network", ""},
		{lookalike.Portal302, 302, 302, 302, false, "Location: https://portal.example/", ""},
		{lookalike.Portal200, 200, 200, 200, false, "guest network", ""},
		{lookalike.Garbage, 200, 200, 200, true, "application/json", "authenticatedUser"},
		{lookalike.ZeroID, 200, 200, 200, true, zero, ""},
		{lookalike.NoID, 200, 200, 200, true, `"value":[]`, "authenticatedUser"},
	}
	covered := map[string]bool{}
	for _, test := range tests {
		covered[test.is.String()] = true
		t.Run(test.is.String(), func(t *testing.T) {
			t.Parallel()
			s := start(t, test.is)
			secret := s.Token("token", test.is).Secret()
			profile, connection, repository := get(t, s, profileURL, secret), get(t, s, connectionURL, secret), get(t, s, repositoryURL, secret)
			for endpoint, got := range map[string][2]int{
				"profile":    {profile.StatusCode, test.profile},
				"connection": {connection.StatusCode, test.connection},
				"repository": {repository.StatusCode, test.repository},
			} {
				if got[0] != got[1] {
					t.Errorf("%s answered %d, want %d", endpoint, got[0], got[1])
				}
			}
			if connection.genuine() != test.genuine || repository.genuine() != test.genuine || profile.genuine() != test.genuine {
				t.Errorf("headers of a genuine answer: want %t everywhere", test.genuine)
			}
			if !strings.Contains(connection.everything(), test.contains) {
				t.Errorf("connection lacks %q:\n%s", test.contains, connection.everything())
			}
			if test.lacks != "" && strings.Contains(connection.everything(), test.lacks) {
				t.Errorf("connection has %q:\n%s", test.lacks, connection.everything())
			}
			if challenged := connection.Header.Values("WWW-Authenticate"); connection.genuine() && connection.StatusCode == 401 && len(challenged) != 3 {
				t.Errorf("a genuine 401 names Bearer, Basic and TFS-Federated, got %q", challenged)
			}
		})
	}
	for _, b := range lookalike.Behaviours() {
		if !covered[b.String()] {
			t.Errorf("behaviour %q is in no row", b)
		}
	}
}

func TestEveryNameCanBeReadAgain(t *testing.T) {
	t.Parallel()
	behaviours := append(lookalike.Behaviours(),
		lookalike.Revoked.At(lookalike.Repository, lookalike.SignInPage).At(lookalike.Profile, lookalike.NotFound))
	for _, b := range behaviours {
		if read, err := lookalike.ParseBehaviour(b.String()); err != nil || read.String() != b.String() {
			t.Errorf("%q was read as %q, %v", b, read, err)
		}
	}
	for _, f := range lookalike.Faults(2 * time.Second) {
		if read, err := lookalike.ParseFault(f.String()); err != nil || read.String() != f.String() {
			t.Errorf("%q was read as %q, %v", f, read, err)
		}
	}
	for _, text := range []string{"", "dead", "revoked nowhere=live", "revoked profile=dead", "revoked tunnel=live"} {
		if b, err := lookalike.ParseBehaviour(text); err == nil {
			t.Errorf("%q was read as behaviour %q", text, b)
		}
	}
	for _, text := range []string{"", "broken", "delay-body", "cut-off 2s", "drip soon"} {
		if f, err := lookalike.ParseFault(text); err == nil {
			t.Errorf("%q was read as fault %q", text, f)
		}
	}
}

func TestWhoDecidesTheAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Revoked)
	s.Organization("fabrikam")
	secret := s.Token("token", lookalike.Live).In("fabrikam", lookalike.Revoked).Secret()
	fabrikam := strings.ReplaceAll(connectionURL, "contoso", "fabrikam")

	expect := func(why, url string, status int) {
		t.Helper()
		if a := get(t, s, url, secret); a.StatusCode != status {
			t.Errorf("%s: %s answered %d, want %d", why, url, a.StatusCode, status)
		}
	}
	expect("the token", connectionURL, 200)
	expect("the token, in that organization", fabrikam, 401)
	expect("an organization that is unknown", strings.ReplaceAll(connectionURL, "contoso", "nobody"), 404)
	s.Organization("fabrikam").Behave(lookalike.Error503)
	expect("the organization", fabrikam, 503)
	s.Endpoint(lookalike.Connection).Answer(lookalike.Throttled)
	expect("the endpoint", fabrikam, 429)
	expect("the endpoint", connectionURL, 429)
	expect("another endpoint", profileURL, 200)
	s.Endpoint(lookalike.Connection).Reset()
	expect("the endpoint after a reset", connectionURL, 200)
}

func TestADeadTokenIsAnonymousWherePublicProjectsAreAllowed(t *testing.T) {
	t.Parallel()
	for _, b := range []lookalike.Behaviour{lookalike.Expired, lookalike.Revoked} {
		s := start(t, b)
		s.Organization("contoso").AllowPublicProjects()
		for _, secret := range []string{s.Token("token", b).Secret(), "never heard of", ""} {
			if id := get(t, s, connectionURL, secret).identity(t); id != anonymous {
				t.Errorf("%s: connectionData names %s", b, id)
			}
			if a := get(t, s, profileURL, secret); a.StatusCode != 401 {
				t.Errorf("%s: the profile answered %s", b, a.Status)
			}
		}
		if id := get(t, s, connectionURL, s.Token("other", lookalike.Live).Secret()).identity(t); id == anonymous {
			t.Error("a living token is anonymous too")
		}
	}
}

func TestWhoeverIsNotGitIsSentToTheSignInPageUnlessSuppressed(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Revoked)
	secret := s.Token("token", lookalike.Revoked).Secret()
	for name, test := range map[string]struct {
		header []string
		want   int
	}{
		"suppressed":                   {nil, 401},
		"not suppressed":               {[]string{"X-TFS-FedAuthRedirect", ""}, 302},
		"Accept alone changes nothing": {[]string{"X-TFS-FedAuthRedirect", "", "Accept", "application/json"}, 302},
		"Git":                          {[]string{"X-TFS-FedAuthRedirect", "", "User-Agent", "git/2.39.5"}, 401},
	} {
		if a := get(t, s, connectionURL, secret, test.header...); a.StatusCode != test.want {
			t.Errorf("%s: %s, want %d", name, a.Status, test.want)
		}
	}
	location := get(t, s, connectionURL, secret, "X-TFS-FedAuthRedirect", "").Header.Get("Location")
	if page := get(t, s, location, ""); page.StatusCode != 203 || !strings.Contains(page.body, "Azure DevOps Services | Sign In") {
		t.Errorf("the sign-in page is %s", page.everything())
	}
	if a := get(t, s, connectionURL, "", "Authorization", "Basic !"); a.StatusCode != 203 {
		t.Errorf("a malformed Basic pair got %s, want 203", a.Status)
	}
}

func TestTheStatusAPISaysWhatWasSet(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	if a := get(t, s, statusURL, ""); strings.Contains(a.body, "unhealthy") || !strings.Contains(a.body, `"id":"Repos"`) {
		t.Errorf("healthy: %s", a.body)
	}
	s.Health("Repos", "unhealthy")
	if a := get(t, s, statusURL, ""); strings.Count(a.body, "unhealthy") != 2 {
		t.Errorf("unhealthy: want it for Repos in the US and as a whole, got %s", a.body)
	}
	s.Endpoint(lookalike.Status).Answer(lookalike.Error500)
	if a := get(t, s, statusURL, ""); a.StatusCode != 500 {
		t.Errorf("got %s, want 500", a.Status)
	}
}

func TestAnAzureDevOpsServerHasItsOwnAddressAndNoProfile(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	collection := s.Collection("https://tfs.example:8443/tfs/DefaultCollection")
	collection.Repository("web", "web")
	base := "https://tfs.example:8443/tfs/DefaultCollection"
	live, dead := s.Token("token", lookalike.Live).Secret(), s.Token("dead", lookalike.Expired).Secret()

	if id := get(t, s, base+"/_apis/connectionData", live).identity(t); id == "" || id == anonymous {
		t.Errorf("the living token is %q", id)
	}
	if a := get(t, s, base+"/_apis/profile/profiles/me", live); a.StatusCode != 404 {
		t.Errorf("the profile API answered %s, want 404", a.Status)
	}
	rejected := get(t, s, base+"/_apis/connectionData", dead)
	if rejected.StatusCode != 401 || rejected.Header.Get("X-VSS-ResourceTenant") != "" ||
		!strings.Contains(strings.Join(rejected.Header.Values("WWW-Authenticate"), " "), "NTLM") {
		t.Errorf("the dead token got %s", rejected.everything())
	}
	if a := get(t, s, base+"/web/_git/web/info/refs?service=git-upload-pack", live); a.StatusCode != 200 {
		t.Errorf("Git's endpoint answered %s", a.Status)
	}
}
