package lookalike_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

// patience is how long the tests wait for something that never comes.
const patience = 300 * time.Millisecond

func TestEveryFaultIsTheTroubleItIsNamedFor(t *testing.T) {
	const never = "context deadline exceeded"
	type says struct{ http1, http2 string }
	wants := map[string]says{ // what the client's error says; "": there is none
		"refuse-connect":               {"Forbidden", "Forbidden"},
		"connect-proxy-authentication": {"Proxy Authentication Required", "Proxy Authentication Required"},
		"connect-bad-gateway":          {"Bad Gateway", "Bad Gateway"},
		"hang-connect":                 {never, never},
		"drop-connect":                 {"EOF", "EOF"},
		"close-tls":                    {"EOF", "EOF"},
		"hang-tls":                     {never, never},
		"wrong-certificate":            {"certificate is valid for wrong.example", "certificate is valid for wrong.example"},
		"untrusted-certificate":        {"unknown authority", "unknown authority"},
		"expired-certificate":          {"certificate has expired", "certificate has expired"},
		"hang-before":                  {never, never},
		"hang-after":                   {never, never},
		"cut-off":                      {"unexpected EOF", "INTERNAL_ERROR"},
		"reset":                        {"EOF", "INTERNAL_ERROR"},
		"huge-body":                    {"", ""},
		"endless-headers":              {"response headers exceeded", "PROTOCOL_ERROR"},
		"delay-headers 1ms":            {"", ""},
		"delay-body 1ms":               {"", ""},
		"drip 1ms":                     {"", ""},
	}
	faults := lookalike.Faults(time.Millisecond)
	if len(faults) != len(wants) {
		t.Errorf("%d faults and %d expectations", len(faults), len(wants))
	}
	for _, fault := range faults {
		both, known := wants[fault.String()]
		if !known {
			t.Fatalf("no expectation for %q", fault)
		}
		for protocol, want := range map[string]string{"HTTP/1.1": both.http1, "HTTP/2": both.http2} {
			t.Run(fault.String()+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				s := start(t, lookalike.Live)
				s.Endpoint(lookalike.Connection).Fault(fault)
				limit := time.Minute
				if want == never {
					limit = patience
				}
				client := s.Client()
				if protocol == "HTTP/1.1" {
					client.Transport.(*http.Transport).Protocols = new(http.Protocols)
					client.Transport.(*http.Transport).Protocols.SetHTTP1(true)
				}
				body, err := fetch(t, s, client, limit)
				if want != "" {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("got %v, want %q", err, want)
					}
					return
				}
				if err != nil || !strings.HasSuffix(body, "}") || !strings.Contains(body, "authenticatedUser") {
					t.Errorf("got %d bytes and %v", len(body), err)
				}
				if fault.String() == lookalike.HugeBody.String() && len(body) < 100<<20 {
					t.Errorf("the huge body has only %d bytes", len(body))
				}
			})
		}
	}
}

// fetch asks Connection with a living token and gives up after the limit.
func fetch(t *testing.T, s *lookalike.Server, client *http.Client, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, connectionURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("alice", s.Token("token", lookalike.Live).Secret())
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var body strings.Builder
	_, err = io.Copy(&body, response.Body)
	return body.String(), err
}

func TestDelaysLastAsLongAsTheySay(t *testing.T) {
	t.Parallel()
	const d = 150 * time.Millisecond
	s := start(t, lookalike.Live)
	for _, test := range []struct {
		fault lookalike.Fault
		least time.Duration
	}{{lookalike.DelayHeaders(d), d}, {lookalike.DelayBody(d), d}, {lookalike.Drip(5 * time.Millisecond), 100 * 5 * time.Millisecond}} {
		s.Endpoint(lookalike.Connection).Fault(test.fault)
		begin := time.Now()
		if _, err := fetch(t, s, s.Client(), time.Minute); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took < test.least {
			t.Errorf("%s took %v", test.fault, took)
		}
	}
}

func TestAFaultStaysAtItsEndpoint(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	secret := s.Token("token", lookalike.Live).Secret()
	s.Endpoint(lookalike.Profile).Fault(lookalike.RefuseConnect)
	s.Endpoint(lookalike.Connection).Fault(lookalike.Reset)
	if _, err := try(t, s, profileURL, secret); err == nil {
		t.Error("the profile could be reached")
	}
	if a := get(t, s, repositoryURL, secret); a.StatusCode != 200 {
		t.Errorf("the repository answered %s", a.Status)
	}
	s.Endpoint(lookalike.Profile).Reset()
	if a := get(t, s, profileURL, secret); a.StatusCode != 200 {
		t.Errorf("after the reset the profile answered %s", a.Status)
	}
}

func TestARoundTripCostsItsTime(t *testing.T) {
	t.Parallel()
	s := start(t, lookalike.Live)
	const roundTrip = 60 * time.Millisecond
	s.RoundTrip(roundTrip)
	client := s.Client()
	defer client.CloseIdleConnections()
	ask := func() time.Duration {
		begin := time.Now()
		response, err := client.Get(statusURL)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := io.Copy(&strings.Builder{}, response.Body); err != nil {
			t.Fatal(err)
		}
		return time.Since(begin)
	}
	if first := ask(); first < 3*roundTrip {
		t.Errorf("CONNECT, TLS and the request took %v, less than three round trips", first)
	}
	if second := ask(); second < roundTrip || second > 3*roundTrip {
		t.Errorf("a request on an open connection took %v, want about %v", second, roundTrip)
	}
}

func TestCloseEndsWhateverHangs(t *testing.T) {
	t.Parallel()
	for _, fault := range []lookalike.Fault{lookalike.HangConnect, lookalike.HangTLS, lookalike.HangBefore, lookalike.HangAfter} {
		s := lookalike.Start()
		s.Organization("contoso")
		s.RoundTrip(time.Millisecond)
		s.Endpoint(lookalike.Connection).Fault(fault)
		result := make(chan error)
		go func() {
			_, err := fetch(t, s, s.Client(), time.Minute)
			result <- err
		}()
		for len(s.Requests()) == 0 {
			time.Sleep(time.Millisecond)
		}
		closed := make(chan struct{})
		go func() { s.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: Close hangs too", fault)
		}
		if err := <-result; err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the client got %v", fault, err)
		}
		s.Close() // again: harmless
	}
}
