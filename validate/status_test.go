package validate

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const someTrouble = `{"status":{"health":"degraded","message":"Some \u001b[31mtrouble"},"services":[
	{"id":"Artifacts","geographies":[{"id":"US","name":"United States","health":"unhealthy"}]},
	{"id":"Core services","geographies":[{"id":"EU","name":"Europe","health":"degraded"},{"id":"AS","name":"Asia","health":"healthy"}]},
	{"id":"Repos","geographies":[{"id":"US","name":"United States","health":"advisory"}]}]}`

func TestHealthTellsAllThatIsNotHealthy(t *testing.T) {
	t.Parallel()
	v := serve(t, answers{statusPath: reply1(200, nil, someTrouble)}).validator()
	t.Cleanup(v.Close)
	got, err := v.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := Health{Overall: "degraded", Message: "Some ?[31mtrouble", Troubles: []Trouble{
		{"Artifacts", "United States", "unhealthy"},
		{"Core services", "Europe", "degraded"},
		{"Repos", "United States", "advisory"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Outage() != "" {
		t.Errorf("outage: %q", got.Outage())
	}
}

func TestOnlyUnhealthyCoreServicesOrReposAreAnOutage(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"Artifacts", "Boards", "Core services", "Other services", "Pipelines", "Repos", "Test Plans"} {
		for _, health := range []string{"unknown", "unhealthy", "degraded", "advisory", "healthy"} {
			h, err := readHealth([]byte(`{"services":[{"id":"` + service + `","geographies":[{"name":"Europe","health":"` + health + `"}]}]}`))
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if health == "unhealthy" && (service == "Core services" || service == "Repos") {
				want = service + " in Europe"
			}
			if h.Outage() != want {
				t.Errorf("%s %s: %q", service, health, h.Outage())
			}
		}
	}
}

func TestTheStatusAPIsSilenceMeansNothing(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"not found": nil,
		"garbage":   reply1(200, nil, "<html>"),
		"empty":     reply1(200, nil, ""),
		"an error":  reply1(500, nil, `{"services":[{"id":"Repos","geographies":[{"name":"Europe","health":"unhealthy"}]}]}`),
		"a break":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, answers{profilePath: says401, connectionPath: says401, statusPath: answer})
			got := judge(t, server.validator(), aTarget)
			if got.State != Dead || server.asked(statusPath) == 0 || got.Outage != "" {
				t.Errorf("%v (%v)", got.State, got.Reason)
			}
			status := got.Answers[len(got.Answers)-1]
			if status.Probe != Status || status.Evidence != Nothing || status.Detail == "" {
				t.Errorf("%+v", status)
			}
		})
	}
}

func TestReachTellsHowFarAHostIsReached(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	server := serve(t, answers{"dev.azure.com/contoso": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", date.Format(http.TimeFormat))
		reply1(302, headers("Location", "https://evil.example"), "")(w, r)
	}})
	got := server.validator().Reach(t.Context(), "https://Dev.Azure.com:443/contoso")
	if got.Failure != nil {
		t.Fatal(got.Failure)
	}
	if got.Host != "dev.azure.com" || got.Status != 302 || !got.Date.Equal(date) || got.At.IsZero() ||
		got.TLS != "TLS 1.3" || got.Protocol != "HTTP/2.0" || got.Connect <= 0 || got.Handshake <= 0 {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"CN=Test Root"}, got.Issuers); diff != "" {
		t.Error(diff)
	}
	if len(server.requests()) != 1 || server.requests()[0].Header.Get("Authorization") != "" {
		t.Errorf("%d requests", len(server.requests()))
	}
}

func TestReachTellsWhereItEnds(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	other := newAuthority(t)
	for name, test := range map[string]struct {
		address  string
		settings Settings
		broken   error
		dial     dialer
		want     string
	}{
		"no https":    {"http://dev.azure.com", Settings{}, nil, nil, "http://dev.azure.com: no https URL"},
		"no URL":      {"\x1b", Settings{}, nil, nil, "?: no https URL"},
		"refused":     {"https://dev.azure.com", Settings{Refuse: "http.sslVerify=false"}, nil, nil, "dev.azure.com: http.sslVerify=false"},
		"no settings": {"https://dev.azure.com", Settings{}, errors.New("no git"), nil, "dev.azure.com: no git"},
		"no name":     {"https://dev.azure.com", Settings{}, nil, func(context.Context, string, string) (net.Conn, error) { return nil, &net.DNSError{} }, "dev.azure.com: its name cannot be resolved"},
		"no connection": {"https://dev.azure.com", Settings{}, nil, func(ctx context.Context, n, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, n, "127.0.0.1:1")
		}, "dev.azure.com: the connection was refused"},
		"no trust": {"https://dev.azure.com", Settings{CAFile: other.file}, nil, nil, "dev.azure.com: TLS: its certificate is signed by nobody who is trusted here (issuer CN=Test Root)"},
		"a panic":  {"https://dev.azure.com", Settings{}, nil, func(context.Context, string, string) (net.Conn, error) { panic("x") }, "dev.azure.com: a fault in ado-guard"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := server.validator()
			v.Settings = func(string) (Settings, error) { return test.settings, test.broken }
			if test.dial != nil {
				v.Dial = test.dial
			}
			got := v.Reach(t.Context(), test.address)
			if got.Failure == nil || got.Failure.Error() != test.want || got.Status != 0 {
				t.Errorf("%+v: %v", got, got.Failure)
			}
		})
	}
	t.Run("no TLS", func(t *testing.T) {
		t.Parallel()
		plain := httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(plain.Close)
		v := server.validator()
		v.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, plain.Listener.Addr().String())
		}
		if got := v.Reach(t.Context(), "https://dev.azure.com"); got.Failure == nil || !strings.Contains(got.Failure.Words, "does not speak it") {
			t.Errorf("%v", got.Failure)
		}
	})
	t.Run("too old a TLS", func(t *testing.T) {
		t.Parallel()
		old := serve(t, nil, func(s *httptest.Server) { s.TLS.MaxVersion = tls.VersionTLS11 })
		if got := old.validator().Reach(t.Context(), "https://dev.azure.com"); got.Failure == nil || got.Failure.Down {
			t.Errorf("%+v", got.Failure)
		}
	})
}
