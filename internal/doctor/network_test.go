package doctor

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

func TestEveryHostThatTheGuardAsksIsReached(t *testing.T) {
	t.Parallel()
	servers := []validate.Server{must(validate.ParseServer("https://tfs.example/tfs"))}
	places := []place{{name: "https://dev.azure.com", url: "https://dev.azure.com"}}
	for _, raw := range []string{
		"https://contoso@dev.azure.com", "https://dev.azure.com/contoso/_git/web", "https://fabrikam.visualstudio.com/_git/web",
		"https://fabrikam.visualstudio.com/_git/other", "https://tfs.example/tfs",
	} {
		a, _ := parseAddress(raw, servers)
		places = append(places, place{raw, a.url, a.target})
	}
	want := []string{
		"https://dev.azure.com/contoso/_apis/connectionData", "https://vssps.dev.azure.com/",
		"https://fabrikam.visualstudio.com/_apis/connectionData", "https://tfs.example/tfs/",
	}
	if diff := cmp.Diff(want, addresses(places)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"https://dev.azure.com/", "https://vssps.dev.azure.com/"}, addresses(places[:1])); diff != "" {
		t.Error(diff)
	}
}

// The remedies go by the words of package validate, so they are tried with the real
// thing.
func TestEachFailureOfTheNetworkHasItsRemedy(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler()) // its certificate is for example.com
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(proxy.Close)
	to := func(address string) func(context.Context, string, string) (net.Conn, error) {
		return func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
	}
	fails := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	for _, c := range []struct {
		name     string
		dial     func(context.Context, string, string) (net.Conn, error)
		settings validate.Settings
		want     string // the first remedy
	}{
		{"no name", fails(&net.DNSError{Err: "no such host", Name: "dev.azure.com"}), validate.Settings{}, "look at the network connection"},
		{"refused", fails(syscall.ECONNREFUSED), validate.Settings{}, "look at the network connection"},
		{"no answer", fails(context.DeadlineExceeded), validate.Settings{}, "look at the network connection"},
		{"unknown authority", to(server.Listener.Addr().String()), validate.Settings{}, "if that is a proxy or virus scanner of your company's, tell Git its certificate"},
		{"a proxy that is not there", fails(syscall.ECONNREFUSED), validate.Settings{Proxy: "http://127.0.0.1:1"}, "look whether that proxy is right and runs"},
		{"unknown authority of an https proxy", nil, validate.Settings{Proxy: "https://" + server.Listener.Addr().String()}, "if that is your company's proxy, tell Git its certificate"},
		{"no TLS", to(plain.Listener.Addr().String()), validate.Settings{}, "something on the way answers instead"},
		{"a proxy wants a sign-in", nil, validate.Settings{Proxy: proxy.URL}, "give the proxy a user name and password"},
		{"a proxy does not like the one it is given", nil, validate.Settings{Proxy: proxy.URL, ProxyUsername: "ann", ProxyPassword: secret.New("hunter2")}, "look whether they are right"},
		{"TLS is not verified", nil, validate.Settings{Refuse: "http.sslVerify=false: nobody could tell who is asked"}, "see the settings"},
		{"nor by the environment", nil, validate.Settings{Refuse: "GIT_SSL_NO_VERIFY: nobody could tell who is asked"}, "unset GIT_SSL_NO_VERIFY"},
		{"a proxy that cannot be spoken", nil, validate.Settings{Refuse: "a proxy with negotiate sign-in, which cannot be spoken here"}, "a proxy without a sign-in"},
		{"no file of authorities", to(server.Listener.Addr().String()), validate.Settings{CAFile: "/nonexistent"}, "see the settings"},
	} {
		v := validate.Validator{Dial: c.dial, Settings: func(string) (validate.Settings, error) { return c.settings, nil }}
		r := v.Reach(t.Context(), "https://example.com/")
		if r.Failure == nil {
			t.Errorf("%s: it was reached", c.name)
			continue
		}
		found := networkFindings([]tried{{"https://example.com/", r}}, gitconfig.Config{}, time.Second)
		if len(found) != 1 || found[0].Mark.String() != "problem" || !strings.HasPrefix(found[0].Remedies[0], c.want) {
			t.Errorf("%s: %q", c.name, texts(found))
		}
	}
}

func TestHowFarItWentIsTold(t *testing.T) {
	t.Parallel()
	at := func(host, words, proxy string, connect time.Duration) tried {
		r := unreachable(words)("https://" + host + "/")
		r.Connect, r.Settings.Proxy = connect, proxy
		return tried{Reachability: r}
	}
	var got []string
	for _, f := range networkFindings([]tried{
		at("a", "no answer in time", "", 0), at("b", "no answer in time", "", 1), at("c", "no answer in time", "", 2),
		at("d", "the connection was refused", "http://p", 0), at("e", "no answer in time", "http://p", 1),
		at("f", "TLS: the server ended the handshake", "http://p", 1), at("g", "the proxy answered 403", "http://p", 1),
	}, gitconfig.Config{}, time.Second) {
		got = append(got, strings.TrimSuffix(f.Text, "; tokens are handed over unchecked meanwhile"))
	}
	want := []string{
		"a: no answer in time",
		"b (and c): no answer in time, although a connection was opened",
		"d: the connection was refused, through the proxy http://p",
		"e: no answer in time, although the proxy was reached (http://p)",
		"f: TLS: the server ended the handshake, through the proxy http://p",
		"g: the proxy http://p answered 403",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnExpiredCertificateMayBeTheClocks(t *testing.T) {
	t.Parallel()
	if got := wayOut("TLS: its certificate has expired or is not valid yet (or the clock is wrong)", ""); !strings.Contains(got[0], "clock") {
		t.Errorf("the remedies are %q", got)
	}
}

func TestTheLineThatKeepsTheGuardFromAskingIsFound(t *testing.T) {
	t.Parallel()
	line := func(subsection, name, value, file string) gitconfig.Entry {
		return gitconfig.Entry{Section: "http", Subsection: subsection, Name: name, Value: value, HasValue: true, Scope: "global", Origin: "file:" + file}
	}
	c := gitconfig.New([]gitconfig.Entry{
		line("https://dev.azure.com", "sslverify", "false", "a"),
		line("", "sslverify", "true", "b"),
		line("https://example.com", "sslverify", "false", "c"),
		line("", "extraheader", "Authorization: Basic x", "d"),
		line("", "extraheader", "X-Other: y", "e"),
	})
	const url = "https://dev.azure.com/contoso"
	for words, want := range map[string]string{
		"http.sslVerify=false: nobody could tell who is asked":    "file:a",
		"http.extraHeader holds an Authorization: Git does not …": "file:d",
		"http.pinnedPubkey, which cannot be checked here":         "",
		"GIT_SSL_NO_VERIFY: nobody could tell who is asked":       "",
	} {
		if got := origin(c, words, url).Origin; got != want {
			t.Errorf("%s: %q", words, got)
		}
	}
}

func TestASettingIsUndoneWhereItStands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line gitconfig.Entry
		want string
	}{
		{gitconfig.Entry{Section: "http", Name: "sslverify", Scope: "global"}, "take it out: git config --global --unset-all http.sslVerify"},
		{gitconfig.Entry{Section: "http", Subsection: "https://*.visualstudio.com", Name: "sslverify", Scope: "system"}, "take it out: git config --system --unset-all 'http.https://*.visualstudio.com.sslVerify'"},
		{gitconfig.Entry{Section: "http", Name: "extraheader", Scope: "worktree"}, "if that is not meant, take it out: git config --worktree --unset-all http.extraHeader"},
		{gitconfig.Entry{Section: "http", Name: "pinnedpubkey"}, "if it is not needed, take it out: git config --unset-all http.pinnedPubkey"},
		{gitconfig.Entry{Section: "http", Name: "sslverify", Scope: "command"}, "that comes from the environment (GIT_CONFIG_COUNT) or from git -c: take it out there"},
	} {
		if got := takeOut("http.x", c.line)[0]; got != c.want {
			t.Error(got)
		}
	}
}

func TestWhoSignedACertificateOnTheWayIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		issuers []string
		want    string
	}{
		{"Microsoft's own", []string{"CN=Microsoft TLS G2 RSA CA OCSP 02,O=Microsoft Corporation,C=US", "CN=Microsoft TLS RSA Root G2,O=Microsoft Corporation,C=US"}, ""},
		{"signed by DigiCert", []string{"CN=DigiCert Global Root G2,OU=www.digicert.com,O=DigiCert Inc,C=US"}, ""},
		{"a company's", []string{"CN=Inspection,O=Contoso", "CN=Contoso Root,O=Contoso"}, "CN=Contoso Root,O=Contoso"},
		{"one that calls itself Microsoft", []string{"CN=Microsoft Corporation"}, "CN=Microsoft Corporation"},
		{"nobody", nil, ""},
	} {
		if got := middleBox(validate.Reachability{Issuers: c.issuers}); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestAClockThatIsFiveMinutesOffIsAProblem(t *testing.T) {
	t.Parallel()
	for skew, want := range map[time.Duration]string{
		0:                 "ok: agrees with that of dev.azure.com",
		5 * time.Minute:   "ok: agrees",
		-4 * time.Minute:  "ok: agrees",
		301 * time.Second: "problem: it is 5 minutes ahead of that of dev.azure.com",
		-26 * time.Hour:   "problem: it is 1 day behind that of dev.azure.com",
	} {
		r := wellReached("https://dev.azure.com/")
		r.At = r.Date.Add(skew)
		silent := tried{Reachability: unreachable("no answer in time")("https://first.example/")}
		first(t, skew.String(), clockFindings([]tried{silent, {Reachability: r}}), want)
	}
	if found := clockFindings([]tried{{Reachability: unreachable("no answer in time")("https://dev.azure.com/")}}); len(found) > 0 {
		t.Errorf("without a Date: %v", texts(found))
	}
}

func TestWhatAzureDevOpsSaysOfItsHealth(t *testing.T) {
	t.Parallel()
	well := []tried{{Reachability: wellReached("https://dev.azure.com/")}}
	trouble := func(service, health string) validate.Health {
		return validate.Health{Overall: health, Troubles: []validate.Trouble{{Service: service, Geography: "Europe", Health: health}}}
	}
	for _, c := range []struct {
		name   string
		health validate.Health
		err    error
		tried  []tried
		want   string
	}{
		{"healthy", validate.Health{Overall: "healthy"}, nil, well, "ok: Azure DevOps reports no trouble"},
		{"an outage", trouble("Repos", "unhealthy"), nil, well, "problem: Azure DevOps reports an outage: Repos in Europe; no rejected token is held to be dead meanwhile"},
		{"an outage of something else", trouble("Boards", "unhealthy"), nil, well, "warning: Azure DevOps reports trouble: Boards in Europe is unhealthy"},
		{"degraded", trouble("Repos", "degraded"), nil, well, "warning: Azure DevOps reports trouble: Repos in Europe is degraded"},
		{"advisory", trouble("Core services", "advisory"), nil, well, "warning: Azure DevOps reports trouble: Core services in Europe is advisory"},
		{"silent", validate.Health{}, errors.New("status.dev.azure.com: no answer in time"), well, "warning: whether Azure DevOps has an outage is not known: status.dev.azure.com: no answer in time"},
		{"silent as everything", validate.Health{}, errors.New("x"), []tried{{Reachability: unreachable("x")("https://dev.azure.com/")}}, "nothing"},
	} {
		first(t, c.name, serviceFindings(c.health, c.err, c.tried), c.want)
	}
}
