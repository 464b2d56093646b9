package validate

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOneConnectionForEachHost(t *testing.T) {
	t.Parallel()
	all := answers{profilePath: says401, connectionPath: says401, repositoryPath: says401,
		statusPath: reply1(200, nil, `{}`)}
	for name, configure := range map[string]func(*httptest.Server){
		"HTTP/2":   func(*httptest.Server) {},
		"HTTP/1.1": http1,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, all, configure)
			v := server.validator()
			for range 3 {
				if got := judge(t, v, aRepository); got.State != Dead {
					t.Fatalf("%v (%v): %+v", got.State, got.Reason, got.Answers)
				}
			}
			for _, host := range []string{"dev.azure.com", "vssps.dev.azure.com", "status.dev.azure.com"} {
				// Over HTTP/1.1 a connection ends with the refs that are not read.
				if n := server.dialled(host); n != 1 && (name == "HTTP/2" || host != "dev.azure.com") {
					t.Errorf("%d connections to %s", n, host)
				}
			}
			for _, r := range server.requests() {
				if r.Proto != name+".0" && r.Proto != name {
					t.Errorf("%s over %s", r.URL, r.Proto)
				}
			}
		})
	}
	t.Run("over HTTP/1.1 the proof of life comes first", func(t *testing.T) {
		t.Parallel()
		server := serve(t, answers{profilePath: saysNever, connectionPath: saysLife, repositoryPath: saysNever}, http1)
		if got := judge(t, server.validator(), aRepository); got.State != Live || server.dialled("dev.azure.com") != 1 {
			t.Errorf("%v (%v), %v", got.State, got.Reason, server.addresses())
		}
	})
	t.Run("also for many judgements at once", func(t *testing.T) {
		t.Parallel()
		server := serve(t, answers{profilePath: says401, connectionPath: saysLife, repositoryPath: says401})
		v := server.validator()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if got := judge(t, v, aRepository); got.State != Live {
					t.Errorf("%v (%v)", got.State, got.Reason)
				}
			})
		}
		all.Wait()
		if len(server.addresses()) > 2 {
			t.Errorf("%v", server.addresses())
		}
	})
}

func TestWarmOpensWhatJudgeNeedsAndSendsNothing(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{profilePath: says401, connectionPath: saysLife})
	v := server.validator()
	v.Warm(t.Context(), aRepository)
	v.Warm(t.Context(), aRepository)
	v.Warm(t.Context(), Target{})
	if len(server.requests()) != 0 {
		t.Error("something was sent")
	}
	if got := judge(t, v, aRepository); got.State != Live {
		t.Errorf("%v (%v)", got.State, got.Reason)
	}
	if server.dialled("dev.azure.com") != 1 || server.dialled("vssps.dev.azure.com") != 1 {
		t.Errorf("%v", server.addresses())
	}
}

// Over HTTP/1.1 a request that is cancelled, or whose answer is not read, takes the
// connection with it, maybe while the next judgement begins to use it.
func TestOneJudgementDoesNotDisturbTheNext(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string]answers{
		"live": {profilePath: says401, connectionPath: saysLife, repositoryPath: saysNever},
		"dead": {profilePath: says401, connectionPath: says401, repositoryPath: says401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, answers, http1).validator()
			for range 50 {
				if got := judge(t, v, aRepository); got.State.String() != name {
					t.Fatalf("%v (%v): %+v", got.State, got.Reason, got.Answers)
				}
			}
		})
	}
}

func TestAConnectionThatEndedMeanwhileIsOpenedAgain(t *testing.T) {
	t.Parallel()
	for name, configure := range map[string]func(*httptest.Server){"HTTP/2": func(*httptest.Server) {}, "HTTP/1.1": http1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, answers{connectionPath: saysLife, profilePath: says401}, configure)
			v := server.validator()
			if got := judge(t, v, aTarget); got.State != Live {
				t.Fatalf("%v (%v)", got.State, got.Reason)
			}
			server.CloseClientConnections()
			if got := judge(t, v, aTarget); got.State != Live {
				t.Errorf("%v (%v): %+v", got.State, got.Reason, got.Answers)
			}
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, location := range []string{
		"https://evil.example/steal", "https://dev.azure.com/fabrikam/_apis/connectionData", "//status.dev.azure.com/x",
		"/contoso/elsewhere", "http://dev.azure.com/", "https://status.dev.azure.com/_apis/connectionData", signInURL, "::garbage",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			to := reply1(status, azure("Location", location), "")
			server := serve(t, answers{profilePath: to, connectionPath: to, repositoryPath: to, statusPath: to})
			got := judge(t, server.validator(), aRepository)
			if wantDead := status == 302 && location == signInURL; (got.State == Dead) != wantDead {
				t.Errorf("%d to %s: %v (%v)", status, location, got.State, got.Reason)
			}
			for _, r := range server.requests() {
				switch r.Host + r.URL.Path {
				case profilePath, connectionPath, repositoryPath:
				case statusPath:
					if r.Header.Get("Authorization") != "" {
						t.Error("the status API was sent the credential")
					}
				default:
					t.Errorf("%d to %s was followed: %s", status, location, r.Host+r.URL.Path)
				}
			}
		}
	}
}

func TestALinkTakesNoRequestForAnotherHost(t *testing.T) {
	t.Parallel()
	server := serve(t, nil)
	l, err := newLink("dev.azure.com", Settings{CAFile: server.authority.file}, server.dial)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"https://evil.example/", "http://dev.azure.com/", "https://dev.azure.com:8443/", "https://vssps.dev.azure.com/"} {
		request := httptest.NewRequest("GET", address, nil)
		if response, err := l.RoundTrip(request); err == nil {
			response.Body.Close()
			t.Errorf("%s was asked", address)
		}
	}
	if len(server.addresses()) != 0 {
		t.Errorf("dialled %v", server.addresses())
	}
}

func TestHugeAnswersAreNotRead(t *testing.T) {
	t.Parallel()
	var written atomic.Int64
	flood := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-TFS-ProcessId", "1")
		block := []byte(strings.Repeat("x", 64<<10))
		for range 100 << 4 {
			n, err := w.Write(block)
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
	headers := func(w http.ResponseWriter, r *http.Request) {
		for i := range 200 {
			w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
		}
	}
	for _, configure := range []func(*httptest.Server){func(*httptest.Server) {}, http1} {
		written.Store(0)
		server := serve(t, answers{profilePath: flood, connectionPath: flood, repositoryPath: flood}, configure)
		got := judge(t, server.validator(), aRepository)
		server.CloseClientConnections()
		if got.State != Unknown || written.Load() > 40<<20 {
			t.Errorf("%v (%v) after %d MB", got.State, got.Reason, written.Load()>>20)
		}
		server = serve(t, answers{profilePath: headers, connectionPath: headers, repositoryPath: headers}, configure)
		if got := judge(t, server.validator(), aRepository); got.State != Unknown || got.Answers[0].Status != 0 {
			t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
		}
	}
}

func TestHTTP1IsSpokenWhereGitWasToldTo(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{connectionPath: saysLife})
	v := server.validator()
	v.Settings = func(string) (Settings, error) { return Settings{CAFile: server.authority.file, HTTP1: true}, nil }
	if got := judge(t, v, aTarget); got.State != Live || server.requests()[0].Proto != "HTTP/1.1" {
		t.Errorf("%v (%v) over %s", got.State, got.Reason, server.requests()[0].Proto)
	}
}

// Not parallel: it changes the environment.
func TestTheEnvironmentHasNoSay(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	server := serve(t, answers{connectionPath: saysLife})
	if got := judge(t, server.validator(), aTarget); got.State != Live {
		t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
	}
}
