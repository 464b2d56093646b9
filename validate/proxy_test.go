package validate

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

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
