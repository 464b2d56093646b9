package validate

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

type answers = map[string]http.HandlerFunc

func TestJudge(t *testing.T) {
	t.Parallel()
	healthy := reply1(200, nil, `{"status":{"health":"healthy"},"services":[{"id":"Repos","geographies":[{"id":"EU","name":"Europe","health":"degraded"}]}]}`)
	outage := reply1(200, nil, `{"status":{"health":"unhealthy"},"services":[{"id":"Boards","geographies":[{"name":"Asia","health":"unhealthy"}]},{"id":"Repos","geographies":[{"name":"US","health":"healthy"},{"name":"Europe","health":"unhealthy"}]}]}`)
	expired := reply1(401, azure("X-TFS-ServiceError", expiredWords), expiredJSON)
	anonymous := reply1(200, azure(), aStranger)

	for _, test := range []struct {
		name    string
		target  Target
		answers answers
		want    State
		why     Reason
	}{
		{"a token of one organization", aRepository, answers{profilePath: says401, connectionPath: saysLife, repositoryPath: reply1(200, azure(), "refs")}, Live, ReasonAccepted},
		{"a token whose organization does not answer", aTarget, answers{profilePath: saysMe, connectionPath: reply1(500, azure(), "")}, Live, ReasonAccepted},
		{"a revoked token", aRepository, answers{profilePath: says401, connectionPath: says401, repositoryPath: says401, statusPath: healthy}, Dead, ReasonRejected},
		{"a revoked token, profile not found", aRepository, answers{connectionPath: says401, repositoryPath: says401}, Dead, ReasonRejected},
		{"a revoked token, nothing known of the status", aTarget, answers{profilePath: says401, connectionPath: says401}, Dead, ReasonRejected},
		{"a revoked token where public projects are allowed", aRepository, answers{profilePath: says401, connectionPath: anonymous, repositoryPath: says401}, Dead, ReasonAnonymous},
		{"a revoked token for a public repository", aRepository, answers{profilePath: says401, connectionPath: anonymous, repositoryPath: reply1(200, azure(), "refs")}, Unknown, ReasonReadable},
		{"an expired token", aTarget, answers{profilePath: expired, connectionPath: expired, statusPath: outage}, Dead, ReasonExpired},
		{"rejected in an outage", aRepository, answers{profilePath: says401, connectionPath: says401, repositoryPath: says401, statusPath: outage}, Unknown, ReasonOutage},
		{"rejected, the organization a guess", Target{Host: "dev.azure.com", Organization: "contoso"}, answers{profilePath: says401, connectionPath: says401}, Unknown, ReasonGuessed},
		{"a portal in between", aRepository, answers{profilePath: reply1(401, nil, portalPage), connectionPath: reply1(401, nil, portalPage), repositoryPath: reply1(401, nil, portalPage)}, Unknown, ReasonForeign},
		{"rejected in so many words that the excuse behind them is not read", aTarget, answers{profilePath: says401, connectionPath: reply1(401, azure(), "TF400813"+strings.Repeat(" ", bodyLimit)+"VS403463")}, Unknown, ReasonUnclear},
		{"expired in as many words", aTarget, answers{profilePath: reply1(401, azure("X-TFS-ServiceError", expiredWords), strings.Repeat(" ", bodyLimit)+"VS403463")}, Unknown, ReasonNotFound},
		{"rejected on a long page", aTarget, answers{profilePath: says401, connectionPath: reply1(203, azure("Content-Type", "text/html"), "<html>"+strings.Repeat(" ", 100<<10))}, Dead, ReasonSignedOut},
		{"a conditional access policy, told behind a long page", aTarget, answers{profilePath: says401, connectionPath: reply1(401, azure(), strings.Repeat(" ", 100<<10)+"VS403463")}, Unknown, ReasonConditionalAccess},
		{"throttled", aRepository, answers{profilePath: says401, connectionPath: reply1(429, azure(), ""), repositoryPath: says401}, Unknown, ReasonThrottled},
		{"rejected by a Server", Target{Server: true, Host: "tfs.example", Base: "/tfs", Organization: "Col", Sure: true}, answers{"tfs.example/tfs/Col/_apis/connectionData": says401}, Unknown, ReasonUnproven},
		{"expired at a Server", Target{Server: true, Host: "tfs.example", Base: "/tfs", Organization: "Col", Sure: true}, answers{"tfs.example/tfs/Col/_apis/connectionData": expired}, Dead, ReasonExpired},
		{"live at a visualstudio.com host", Target{Host: "contoso.visualstudio.com", Organization: "Contoso", Sure: true}, answers{"contoso.visualstudio.com/_apis/connectionData": saysLife}, Live, ReasonAccepted},
		{"revoked at a visualstudio.com host", Target{Host: "contoso.visualstudio.com", Organization: "contoso", Sure: true}, answers{profilePath: says401, "contoso.visualstudio.com/_apis/connectionData": says401}, Dead, ReasonRejected},
		{"rejected at a visualstudio.com host, the profile not reached", Target{Host: "contoso.visualstudio.com", Organization: "contoso", Sure: true}, answers{"contoso.visualstudio.com/_apis/connectionData": says401, profilePath: reply1(500, azure(), "")}, Unknown, ReasonUnproven},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, test.answers)
			got := judge(t, server.validator(), test.target)
			if got.State != test.want || got.Reason != test.why {
				t.Errorf("%v (%v) of %+v; want %v (%v)", got.State, got.Reason, got.Answers, test.want, test.why)
			}
			if asked := server.asked(statusPath); asked > 0 && (got.Expired || got.State == Live) {
				t.Error("the status API was asked for nothing")
			}
			for _, r := range server.requests() {
				if _, _, sent := r.BasicAuth(); sent == (r.Host == statusHost) {
					t.Errorf("%s: credential sent: %v", r.Host, sent)
				}
			}
			if test.target.Server && server.asked("vssps.dev.azure.com/Col/_apis/profile/profiles/me")+server.asked(statusPath) > 0 {
				t.Error("a Server's token was asked about elsewhere")
			}
		})
	}
}

func TestNothingIsSentThatShouldNotBe(t *testing.T) {
	t.Parallel()
	server := Target{Server: true, Host: "tfs.example", Organization: "Col", Sure: true}
	for _, test := range []struct {
		name       string
		target     Target
		credential Credential
		settings   Settings
		broken     error
		want       Reason
		detail     string
	}{
		{"no organization", Target{Host: "dev.azure.com"}, aCredential, Settings{}, nil, ReasonNoOrganization, ""},
		{"no target", Target{}, aCredential, Settings{}, nil, ReasonNoOrganization, ""},
		{"no secret", aTarget, Credential{Username: "alice"}, Settings{}, nil, ReasonNoSecret, ""},
		{"a domain password for a Server", server, Credential{"alice", secret.New("hunter2")}, Settings{}, nil, ReasonNotPAT, ""},
		{"an access token for a Server", server, Credential{"alice", secret.New("eyJhbGciOiJub25lIn0.e30.x")}, Settings{}, nil, ReasonNotPAT, ""},
		{"Git's settings forbid it", aRepository, aCredential, Settings{Refuse: "http.sslVerify=false"}, nil, ReasonNothingSent, "http.sslVerify=false"},
		{"Git's settings cannot be read", aTarget, aCredential, Settings{}, errors.New("no \x1bgit"), ReasonNothingSent, "no ?git"},
		{"no such file of authorities", aTarget, aCredential, Settings{CAFile: "/no/such/file"}, nil, ReasonNothingSent, ""},
		{"no certificate in the file of authorities", aTarget, aCredential, Settings{CAFile: "doc.go"}, nil, ReasonNothingSent, "no certificate in the file of certificate authorities doc.go"},
		{"no such folder of authorities", aTarget, aCredential, Settings{CAPath: "/no/such/folder"}, nil, ReasonNothingSent, ""},
		{"no such client certificate", aTarget, aCredential, Settings{CertFile: "/no/such/file"}, nil, ReasonNothingSent, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, nil)
			v := server.validator()
			v.Settings = func(string) (Settings, error) { return test.settings, test.broken }
			t.Cleanup(v.Close)
			got := v.Judge(t.Context(), test.target, test.credential)
			if got.State != Unknown || got.Reason != test.want || test.detail != "" && got.Detail != test.detail {
				t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
			}
			if len(server.requests()) > 0 {
				t.Errorf("%d requests", len(server.requests()))
			}
		})
	}
}

func TestWhatStandsOnARequest(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{profilePath: says401, connectionPath: says401, repositoryPath: says401})
	v := server.validator()
	v.UserAgent = "git-credential-ado-guard/1.2"
	judge(t, v, aRepository)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("alice:"+aToken))
	for _, r := range server.requests() {
		want := http.Header{
			"Accept": {"application/json"}, "Pragma": {"no-cache"}, "User-Agent": {"git-credential-ado-guard/1.2"},
		}
		if r.Host != statusHost {
			want.Set("Authorization", basic)
			want.Set("X-TFS-FedAuthRedirect", "Suppress")
		}
		if strings.Contains(r.URL.Path, "_git") {
			want.Set("User-Agent", "git/2.40 (git-credential-ado-guard/1.2)")
			want.Set("Git-Protocol", "version=2")
		}
		if diff := cmp.Diff(want, r.Header); diff != "" {
			t.Errorf("%s: %s", r.URL, diff)
		}
		if r.Method != "GET" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}
	if len(server.requests()) != 4 {
		t.Errorf("%d requests, want 4", len(server.requests()))
	}
}

func TestThoroughWaitsForEveryAnswer(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{profilePath: saysMe, connectionPath: saysLife, repositoryPath: says401})
	v := server.validator()
	v.Thorough = true
	got := judge(t, v, aRepository)
	if got.State != Live || len(got.Answers) != 3 {
		t.Fatalf("%v with %d answers", got.State, len(got.Answers))
	}
	for i, want := range []Probe{Connection, Repository, Profile} {
		if got.Answers[i].Probe != want || got.Answers[i].Status == 0 || got.Answers[i].Took <= 0 {
			t.Errorf("answer %d: %+v", i, got.Answers[i])
		}
	}
}

func TestAPanicIsUnknown(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(*Validator){
		"in the settings":  func(v *Validator) { v.Settings = func(string) (Settings, error) { panic(aToken) } },
		"without settings": func(v *Validator) { v.Settings = nil },
		"while dialling":   func(v *Validator) { v.Dial = func(context.Context, string, string) (net.Conn, error) { panic(aToken) } },
		"in a probe": func(v *Validator) {
			var calls atomic.Int32
			v.Now = func() time.Time {
				if calls.Add(1) > 1 {
					panic(aToken)
				}
				return time.Time{}
			}
		},
		"of the remembered": func(v *Validator) { v.Down = panicking{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var trace bytes.Buffer
			v := serve(t, answers{profilePath: says401, connectionPath: says401}).validator()
			v.Trace = zerolog.New(zerolog.SyncWriter(&trace))
			broken(v)
			v.Warm(t.Context(), aTarget)
			if got := judge(t, v, aTarget); got.State != Unknown {
				t.Errorf("%v (%v)", got.State, got.Reason)
			}
			if strings.Contains(trace.String(), aToken) {
				t.Error("the trace shows the token")
			}
		})
	}
}

type panicking struct{}

func (panicking) Down(string) bool { panic(aToken) }
func (panicking) MarkDown(string)  { panic(aToken) }

func TestWhatForbidsTheOwnHostForbidsTheProfileToo(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{profilePath: saysMe})
	v := server.validator()
	v.Settings = func(url string) (Settings, error) {
		if strings.HasPrefix(url, "https://dev.azure.com/") {
			return Settings{Refuse: "http.extraHeader"}, nil
		}
		return Settings{CAFile: server.authority.file}, nil
	}
	v.Warm(t.Context(), aRepository)
	if got := judge(t, v, aRepository); got.Reason != ReasonNothingSent || got.Detail != "http.extraHeader" || len(server.addresses()) > 0 {
		t.Errorf("%v (%v: %v), dialled %v", got.State, got.Reason, got.Detail, server.addresses())
	}
}

func TestEachHostHasItsOwnSettings(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{profilePath: saysMe, connectionPath: says401, repositoryPath: says401})
	v := server.validator()
	var mu sync.Mutex
	asked := map[string]bool{}
	v.Settings = func(url string) (Settings, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[url] = true
		if strings.Contains(url, "vssps") {
			return Settings{Refuse: "a proxy that cannot be spoken here"}, nil
		}
		return Settings{CAFile: server.authority.file}, nil
	}
	got := judge(t, v, aRepository)
	if got.State != Dead {
		t.Errorf("%v (%v)", got.State, got.Reason)
	}
	if profile, _ := answerTo(Profile, got.Answers); profile.Reason != ReasonNothingSent || server.dialled("vssps.dev.azure.com") > 0 {
		t.Errorf("%+v, dialled %v", profile, server.addresses())
	}
	want := map[string]bool{
		"https://dev.azure.com/contoso/p/_git/r":                                                  true, // what Git itself will ask
		"https://vssps.dev.azure.com/contoso/_apis/profile/profiles/me?api-version=7.1-preview.3": true,
		"https://status.dev.azure.com/_apis/status/health?api-version=7.1-preview.1":              true,
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}
