package validate

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
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

func TestSecondTries(t *testing.T) {
	t.Parallel()
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, test := range map[string]struct {
		first http.HandlerFunc
		tries int
	}{
		"502":                   {reply1(502, azure(), "x"), 2},
		"503":                   {reply1(503, azure(), "x"), 2},
		"504":                   {reply1(504, azure(), "x"), 2},
		"the connection breaks": {abort, 2},
		"429":                   {reply1(429, azure("Retry-After", "0"), "x"), 1},
		"500":                   {reply1(500, azure(), "x"), 1},
		"401":                   {says401, 1},
		"403":                   {reply1(403, azure(), "x"), 1},
		"a redirect":            {reply1(302, azure("Location", signInURL), ""), 1},
		"what is not HTTP":      {func(w http.ResponseWriter, _ *http.Request) { hijack(w, "garbage\r\n\r\n") }, 1},
		"headers without end": {func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, "HTTP/1.1 200 OK\r\nA: "+strings.Repeat("a", 1<<20))
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			server := serve(t, answers{profilePath: says401, connectionPath: func(w http.ResponseWriter, r *http.Request) {
				if tries.Add(1) == 1 {
					test.first(w, r)
					return
				}
				saysLife(w, r)
			}}, http1)
			got := judge(t, server.validator(), aTarget)
			if int(tries.Load()) != test.tries || (got.State == Live) != (test.tries == 2) {
				t.Errorf("%d tries, %v (%v: %v)", tries.Load(), got.State, got.Reason, got.Detail)
			}
		})
	}
	t.Run("made over HTTP/2 when the answer is reset", func(t *testing.T) {
		t.Parallel()
		server := serve(t, answers{connectionPath: abort})
		if got := judge(t, server.validator(), aTarget); server.asked(connectionPath) != 2 || got.Detail != "the connection broke off before the answer was whole" {
			t.Errorf("%d tries, %v (%v)", server.asked(connectionPath), got.Reason, got.Detail)
		}
	})
	t.Run("are not endless, and the last answer is kept", func(t *testing.T) {
		t.Parallel()
		server := serve(t, answers{connectionPath: reply1(503, azure(), "x")})
		got := judge(t, server.validator(), aTarget)
		if got.Detail != "503" || got.Reason != ReasonTrouble || server.asked(connectionPath) != 2 {
			t.Errorf("%v (%v), %d tries", got.Reason, got.Detail, server.asked(connectionPath))
		}
	})
	for name, dial := range map[string]dialer{
		"refused": func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:1")
		},
		"no name": func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host"}
		},
		"reset": func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF },
	} {
		t.Run("none after a connection that could not be opened: "+name, func(t *testing.T) {
			t.Parallel()
			var dials atomic.Int32
			v := &Validator{
				Settings: func(string) (Settings, error) { return Settings{}, nil },
				Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					dials.Add(1)
					return dial(ctx, network, address)
				},
			}
			if got := judge(t, v, aRepository); got.Reason != ReasonUnreachable || dials.Load() != 2 {
				t.Errorf("%v (%v), %d dials", got.Reason, got.Detail, dials.Load())
			}
		})
	}
}

func TestAConnectionThatEndsWhileItIsOpenedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	dials := 0
	l, err := newLink("dev.azure.com", Settings{}, func(context.Context, string, string) (net.Conn, error) {
		dials++
		return nil, io.EOF
	})
	if err != nil {
		t.Fatal(err)
	}
	if response, err := newClient(l).Get("https://dev.azure.com/"); err == nil || dials != 1 {
		t.Errorf("%v, %v, %d dials", response, err, dials)
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

func TestOnlyATrustedCertificateIsAsked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		names    []string
		settings func(server *azureDevOps, other *authority) Settings
		words    string
	}{
		"trusted":             {[]string{"dev.azure.com"}, func(s *azureDevOps, _ *authority) Settings { return Settings{CAFile: s.authority.file} }, ""},
		"trusted by a folder": {[]string{"dev.azure.com"}, func(s *azureDevOps, _ *authority) Settings { return Settings{CAPath: filepath.Dir(s.authority.file)} }, ""},
		"trusted by either": {[]string{"dev.azure.com"}, func(s *azureDevOps, o *authority) Settings {
			return Settings{CAFile: o.file, CAPath: filepath.Dir(s.authority.file)}
		}, ""},
		"signed by another":       {[]string{"dev.azure.com"}, func(_ *azureDevOps, o *authority) Settings { return Settings{CAFile: o.file} }, "TLS: its certificate is signed by nobody who is trusted here (issuer CN=Test Root)"},
		"signed by none of these": {[]string{"dev.azure.com"}, func(_ *azureDevOps, o *authority) Settings { return Settings{CAPath: filepath.Dir(o.file)} }, "TLS: its certificate is signed by nobody who is trusted here (issuer CN=Test Root)"},
		"not the system's":        {[]string{"dev.azure.com"}, func(*azureDevOps, *authority) Settings { return Settings{} }, "TLS: its certificate is signed by nobody who is trusted here (issuer CN=Test Root)"},
		"for another name":        {[]string{"azure.com"}, func(s *azureDevOps, _ *authority) Settings { return Settings{CAFile: s.authority.file} }, "TLS: its certificate is for another name"},
		"too old a TLS": {[]string{"dev.azure.com"}, func(s *azureDevOps, _ *authority) Settings {
			return Settings{CAFile: s.authority.file, MinTLS: tls.VersionTLS13}
		}, "TLS: the server ended the handshake"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, answers{connectionPath: saysLife}, func(s *httptest.Server) { s.TLS.MaxVersion = tls.VersionTLS12 })
			server.TLS.Certificates = []tls.Certificate{server.authority.issue(t, test.names...)}
			v := server.validator()
			settings := test.settings(server, newAuthority(t))
			v.Settings = func(string) (Settings, error) { return settings, nil }
			down := &marks{}
			v.Down = down
			got := judge(t, v, aTarget)
			if test.words == "" && got.State != Live || test.words != "" && (got.State != Unknown || got.Detail != test.words || len(server.requests()) > 0) {
				t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
			}
			if test.words != "" && len(down.marked) > 0 {
				t.Errorf("waiting would not help, yet marked down: %v", down.marked)
			}
		})
	}
}

func TestAClientCertificateIsShown(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{connectionPath: saysLife}, func(s *httptest.Server) {
		s.TLS.ClientAuth = tls.RequireAnyClientCert
	})
	mine := server.authority.issue(t, "alice")
	key, err := x509.MarshalPKCS8PrivateKey(mine.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certFile, keyFile, both := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"), filepath.Join(folder, "both.pem")
	encrypted := filepath.Join(folder, "encrypted.pem")
	writePEM(t, certFile, "CERTIFICATE", mine.Certificate[0])
	writePEM(t, keyFile, "PRIVATE KEY", key)
	writePEM(t, encrypted, "ENCRYPTED PRIVATE KEY", []byte("not to be read without a password"))
	one, _ := os.ReadFile(certFile)
	two, _ := os.ReadFile(keyFile)
	if err := os.WriteFile(both, append(one, two...), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		settings Settings
		want     State
		reason   Reason
	}{
		"in two files":          {Settings{CertFile: certFile, KeyFile: keyFile}, Live, ReasonAccepted},
		"in one file":           {Settings{CertFile: both}, Live, ReasonAccepted},
		"none":                  {Settings{}, Unknown, ReasonUnreachable},
		"with an encrypted key": {Settings{CertFile: certFile, KeyFile: encrypted}, Unknown, ReasonNothingSent},
		"without its key":       {Settings{CertFile: certFile}, Unknown, ReasonNothingSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := server.validator()
			test.settings.CAFile = server.authority.file
			v.Settings = func(string) (Settings, error) { return test.settings, nil }
			if got := judge(t, v, aTarget); got.State != test.want || got.Reason != test.reason {
				t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
			}
		})
	}
}

// connectProxy is an HTTP proxy that takes CONNECT to anywhere and leads to the
// stand-in, or answers it with another status, but asks first for one of the ways to
// sign in that it wants, if any. It keeps the requests.
func connectProxy(t *testing.T, server *azureDevOps, status int, certificate *tls.Certificate, wants ...string) (address string, seen func() []*http.Request) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if certificate != nil {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{*certificate}})
	}
	t.Cleanup(func() { listener.Close() })
	var mu sync.Mutex
	var requests []*http.Request
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				mu.Lock()
				requests = append(requests, r)
				mu.Unlock()
				if wants != nil && r.Header.Get("Proxy-Authorization") == "" {
					fmt.Fprintf(conn, "HTTP/1.1 407 x\r\nProxy-Authenticate: %s\r\n\r\n", strings.Join(wants, "\r\nProxy-Authenticate: "))
					return
				}
				fmt.Fprintf(conn, "HTTP/1.1 %d \x1b[31m%s\r\n\r\n", status, r.Header.Get("Proxy-Authorization"))
				if status != 200 {
					return
				}
				onward, err := net.Dial("tcp", server.Listener.Addr().String())
				if err != nil {
					return
				}
				defer onward.Close()
				go io.Copy(onward, conn) //nolint:errcheck // ends with either connection
				io.Copy(conn, onward)    //nolint:errcheck
			}()
		}
	}()
	return listener.Addr().String(), func() []*http.Request {
		mu.Lock()
		defer mu.Unlock()
		return requests
	}
}

func TestAProxyIsTunnelledThrough(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status   int
		secure   bool
		settings Settings
		want     State
		words    string
	}{
		"without sign-in":       {status: 200, want: Live},
		"with sign-in":          {status: 200, settings: Settings{ProxyUsername: "bob", ProxyPassword: secret.New("pässword:%"), ProxyBasic: true}, want: Live},
		"over TLS":              {status: 200, secure: true, want: Live},
		"that asks for sign-in": {status: 407, words: "the proxy asks for a sign-in (407)"},
		"that refuses":          {status: 403, words: "the proxy answered 403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, answers{connectionPath: saysLife, profilePath: says401, repositoryPath: says401})
			v := server.validator()
			v.Dial = nil
			settings := test.settings
			settings.CAFile = server.authority.file
			var certificate *tls.Certificate
			scheme, host := "http", ""
			if test.secure {
				own := newAuthority(t)
				issued := own.issue(t, "proxy.example")
				certificate, scheme, host = &issued, "https", "proxy.example"
				settings.ProxyCAFile = own.file
			}
			address, seen := connectProxy(t, server, test.status, certificate)
			settings.Proxy = scheme + "://" + address
			if host != "" {
				settings.Proxy = scheme + "://" + host + ":443"
				v.Dial = func(ctx context.Context, network, to string) (net.Conn, error) {
					if to != "proxy.example:443" {
						t.Errorf("dialled %s", to)
					}
					return new(net.Dialer).DialContext(ctx, network, address)
				}
			}
			v.Settings = func(string) (Settings, error) { return settings, nil }
			got := judge(t, v, aRepository)
			if got.State != test.want || test.words != "" && got.Detail != test.words {
				t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
			}
			hosts := map[string]int{}
			for _, r := range seen() {
				hosts[r.Host]++
				if r.Header.Get("Authorization") != "" {
					t.Error("the proxy was sent the credential")
				}
				want := ""
				if settings.ProxyUsername != "" {
					want = "Basic " + base64.StdEncoding.EncodeToString([]byte("bob:pässword:%"))
				}
				if r.Header.Get("Proxy-Authorization") != want {
					t.Errorf("Proxy-Authorization: %q", r.Header.Get("Proxy-Authorization"))
				}
			}
			if hosts["dev.azure.com:443"] != 1 || len(hosts) > 2 {
				t.Errorf("tunnels: %v", hosts)
			}
		})
	}
}

func TestAProxysCertificateIsNotTakenForTheServers(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{connectionPath: saysLife})
	certificate := newAuthority(t).issue(t, "127.0.0.1")
	address, seen := connectProxy(t, server, 200, &certificate)
	v := server.validator()
	v.Dial = nil
	v.Settings = func(string) (Settings, error) {
		return Settings{Proxy: "https://" + address, CAFile: server.authority.file, ProxyCAFile: server.authority.file}, nil
	}
	got := judge(t, v, aTarget)
	if !strings.HasPrefix(got.Detail, "the proxy cannot be trusted: its certificate is ") || len(seen()) > 0 {
		t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
	}
}

// Git leaves it to the proxy how one signs in, unless http.proxyAuthMethod says so, and
// takes Basic, which shows the password to all on the way, only for want of better.
func TestAProxyIsToldThePasswordOnlyAsGitTellsIt(t *testing.T) {
	t.Parallel()
	bob := Settings{ProxyUsername: "bob", ProxyPassword: secret.New("hunter2")}
	basic := bob
	basic.ProxyBasic = true
	for name, test := range map[string]struct {
		settings  Settings
		wants     []string
		status    int
		want      State
		words     string
		told, not int // requests for one tunnel with the password, and without
	}{
		"a proxy that wants nothing":          {bob, nil, 200, Live, "", 0, 1},
		"one that wants Basic":                {bob, []string{`Basic realm="x"`}, 200, Live, "", 1, 1},
		"one that says so in small letters":   {bob, []string{`basic realm="x", charset="UTF-8"`}, 200, Live, "", 1, 1},
		"one that wants NTLM":                 {bob, []string{"NTLM"}, 200, Unknown, "a proxy with ntlm sign-in, which cannot be spoken here", 0, 1},
		"one that would take Basic as well":   {bob, []string{"Negotiate", "NTLM", `Basic realm="x"`}, 200, Unknown, "a proxy with negotiate sign-in, which cannot be spoken here", 0, 1},
		"one that says so in one line":        {bob, []string{`Digest realm="x", nonce="y", Basic realm="x"`}, 200, Unknown, "a proxy with digest sign-in, which cannot be spoken here", 0, 1},
		"one that Git was told to take Basic": {basic, []string{"NTLM", `Basic realm="x"`}, 200, Live, "", 1, 0},
		"one that wants what nobody knows":    {bob, []string{"Magic"}, 200, Unknown, "the proxy asks for a sign-in (407)", 0, 1},
		"one that does not like it":           {bob, []string{`Basic realm="x"`}, 407, Unknown, "the proxy refuses the user name and password (407)", 1, 1},
		"nobody's password":                   {Settings{}, []string{`Basic realm="x"`, "NTLM"}, 200, Unknown, "the proxy asks for a sign-in (407)", 0, 1},
		"nobody's ticket":                     {Settings{}, []string{"Negotiate"}, 200, Unknown, "a proxy with negotiate sign-in, which cannot be spoken here", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, answers{connectionPath: saysLife, profilePath: says401})
			address, seen := connectProxy(t, server, test.status, nil, test.wants...)
			v := server.validator()
			v.Dial = nil
			test.settings.Proxy, test.settings.CAFile = "http://"+address, server.authority.file
			v.Settings = func(string) (Settings, error) { return test.settings, nil }
			got := judge(t, v, aTarget)
			if got.State != test.want || test.words != "" && got.Detail != test.words {
				t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
			}
			told, not := 0, 0
			for _, r := range seen() {
				switch {
				case r.Host != "dev.azure.com:443":
				case r.Header.Get("Proxy-Authorization") == "":
					not++
				default:
					told++
				}
			}
			if told != test.told || not != test.not {
				t.Errorf("%d requests with the password, %d without", told, not)
			}
		})
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
