package validate

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

const aURL = "https://dev.azure.com/contoso/p/_git/r"

// fromGit makes settings of Git's configuration and environment, each given as
// lines "name=value".
func fromGit(config, environment []string) Settings {
	pairs := func(lines []string, wanted string) (values []string) {
		for _, line := range lines {
			if name, value, _ := strings.Cut(line, "="); name == wanted {
				values = append(values, value)
			}
		}
		return values
	}
	last := func(values []string) (string, bool) {
		if len(values) == 0 {
			return "", false
		}
		return values[len(values)-1], true
	}
	return SettingsFromGit(
		func(name, url string) (string, bool) {
			if url != aURL {
				panic("asked about " + url)
			}
			return last(pairs(config, name))
		},
		func(name, url string) []string { return pairs(config, name) },
		func(name string) (string, bool) { return last(pairs(environment, name)) },
		aURL)
}

func TestSettingsAreGits(t *testing.T) {
	t.Parallel()
	proxy := func(address string) Settings { return Settings{Proxy: address} }
	for _, test := range []struct {
		name        string
		config      []string
		environment []string
		want        Settings
	}{
		{"nothing set", nil, nil, Settings{}},

		{"http.proxy", []string{"proxy=http://proxy.example:8080"}, nil, proxy("http://proxy.example:8080")},
		{"a proxy without scheme", []string{"proxy=proxy.example:8080/"}, nil, proxy("http://proxy.example:8080")},
		{"curl's own default port", []string{"proxy=proxy.example"}, nil, proxy("http://proxy.example:1080")},
		{"an https proxy's port", []string{"proxy=https://proxy.example"}, nil, proxy("https://proxy.example:443")},
		{"socks5", []string{"proxy=socks5h://[::1]:9"}, nil, proxy("socks5h://[::1]:9")},
		{"a proxy with sign-in", []string{"proxy=http://bob:p%40ss@proxy.example:1"}, nil, Settings{Proxy: "http://proxy.example:1", ProxyUsername: "bob", ProxyPassword: secret.New("p@ss")}},
		{"a proxy with an empty password", []string{"proxy=bob:@proxy.example:1"}, nil, Settings{Proxy: "http://proxy.example:1", ProxyUsername: "bob"}},
		{"basic sign-in", []string{"proxy=http://bob:x@p:1", "proxyauthmethod=basic"}, nil, Settings{Proxy: "http://p:1", ProxyUsername: "bob", ProxyPassword: secret.New("x"), ProxyBasic: true}},
		{"a sign-in that Git does not know either", []string{"proxy=p:1", "proxyauthmethod=magic"}, nil, proxy("http://p:1")},

		{"https_proxy", nil, []string{"https_proxy=http://p:1"}, proxy("http://p:1")},
		{"HTTPS_PROXY", nil, []string{"HTTPS_PROXY=http://p:1"}, proxy("http://p:1")},
		{"lower case wins", nil, []string{"HTTPS_PROXY=http://p:1", "https_proxy=http://p:2"}, proxy("http://p:2")},
		{"all_proxy", nil, []string{"all_proxy=http://p:1"}, proxy("http://p:1")},
		{"https_proxy goes before ALL_PROXY", nil, []string{"ALL_PROXY=http://p:1", "https_proxy=http://p:2"}, proxy("http://p:2")},
		{"http_proxy is for http", nil, []string{"http_proxy=http://p:1"}, Settings{}},
		{"http.proxy goes before the environment", []string{"proxy=http://p:1"}, []string{"https_proxy=http://p:2"}, proxy("http://p:1")},
		{"an empty http.proxy means none", []string{"proxy="}, []string{"https_proxy=http://p:2"}, Settings{}},
		{"an empty https_proxy means none", nil, []string{"https_proxy=", "ALL_PROXY=http://p:2"}, Settings{}},
		{"no_proxy", nil, []string{"https_proxy=http://p:1", "no_proxy=azure.com"}, Settings{}},
		{"no_proxy goes before http.proxy", []string{"proxy=http://p:1"}, []string{"NO_PROXY=dev.azure.com"}, Settings{}},
		{"an empty no_proxy hides NO_PROXY", []string{"proxy=http://p:1"}, []string{"NO_PROXY=*", "no_proxy="}, proxy("http://p:1")},

		{"sslCAInfo", []string{"sslcainfo=/etc/ca.pem"}, nil, Settings{CAFile: "/etc/ca.pem"}},
		{"GIT_SSL_CAINFO wins", []string{"sslcainfo=/etc/ca.pem"}, []string{"GIT_SSL_CAINFO=~/x"}, Settings{CAFile: "~/x"}},
		{"the home folder", []string{"sslcainfo=~/ca.pem", "sslcapath=~/ca"}, []string{"HOME=/home/alice/"}, Settings{CAFile: "/home/alice/ca.pem", CAPath: "/home/alice/ca"}},
		{"the home folder of Windows", []string{"sslcert=~/me.pem"}, []string{`USERPROFILE=C:\Users\alice`}, Settings{CertFile: `C:\Users\alice/me.pem`}},
		{"Git's own folder", []string{"sslcainfo=%(prefix)/etc/ssl/ca.crt"}, []string{`GIT_EXEC_PATH=C:\Git\mingw64\libexec\git-core`}, Settings{CAFile: "C:/Git/mingw64/etc/ssl/ca.crt"}},
		{"GIT_SSL_CAPATH", nil, []string{"GIT_SSL_CAPATH=/ca"}, Settings{CAPath: "/ca"}},
		{"a client certificate", []string{"sslcert=/c", "sslkey=/k"}, nil, Settings{CertFile: "/c", KeyFile: "/k"}},
		{"a client certificate from the environment", []string{"sslcert=/c", "sslkey=/k", "sslcerttype=PEM"}, []string{"GIT_SSL_CERT=/C", "GIT_SSL_KEY=/K", "GIT_SSL_KEY_TYPE=PEM"}, Settings{CertFile: "/C", KeyFile: "/K"}},
		{"Windows' own trust", []string{"sslbackend=schannel", "sslcainfo=/ca", "sslcapath=/ca"}, nil, Settings{}},
		{"Windows' TLS with a file", []string{"sslbackend=schannel", "schannelusesslcainfo=true", "sslcainfo=/ca"}, nil, Settings{CAFile: "/ca"}},
		{"another TLS", []string{"sslbackend=openssl", "sslcainfo=/ca"}, nil, Settings{CAFile: "/ca"}},
		{"an https proxy's own files", []string{"proxy=https://p:1", "proxysslcainfo=/ca", "proxysslcert=/c", "proxysslkey=/k"}, nil, Settings{Proxy: "https://p:1", ProxyCAFile: "/ca", ProxyCertFile: "/c", ProxyKeyFile: "/k"}},
		{"an http proxy has none", []string{"proxy=http://p:1", "proxysslcainfo=/ca"}, nil, proxy("http://p:1")},
		{"verification as it should be", []string{"sslverify=true"}, nil, Settings{}},
		{"verification by another word", []string{"sslverify=1"}, nil, Settings{}},
		{"TLS 1.3 and later", []string{"sslversion=tlsv1.3"}, nil, Settings{MinTLS: tls.VersionTLS13}},
		{"TLS 1.0 and later is not less than usual", []string{"sslversion=tlsv1.0"}, nil, Settings{}},
		{"TLS of the environment", []string{"sslversion=tlsv1.0"}, []string{"GIT_SSL_VERSION=tlsv1.3"}, Settings{MinTLS: tls.VersionTLS13}},
		{"HTTP/1.1", []string{"version=HTTP/1.1"}, nil, Settings{HTTP1: true}},
		{"HTTP/2", []string{"version=HTTP/2"}, nil, Settings{}},
		{"harmless headers", []string{"extraheader=X-Authorization: x", "extraheader=Cookie: a"}, nil, Settings{}},
		{"a password without a certificate", []string{"sslcertpasswordprotected=true"}, nil, Settings{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := fromGit(test.config, test.environment)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateComparable(secret.Secret{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatCannotBeHonouredIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ config, environment, want string }{
		{"sslverify=false", "", "http.sslVerify=false"},
		{"sslverify=0", "", "http.sslVerify=false"},
		{"sslverify=", "", "http.sslVerify=false"},
		{"sslverify=maybe", "", "http.sslVerify=false"},
		{"", "GIT_SSL_NO_VERIFY=", "GIT_SSL_NO_VERIFY"},
		{"", "GIT_SSL_NO_VERIFY=false", "GIT_SSL_NO_VERIFY"},
		{"extraheader=AUTHORIZATION: bearer hunter2", "", "http.extraHeader"},
		{"extraheader=authorization:basic hunter2", "", "http.extraHeader"},
		{"pinnedpubkey=sha256//x", "", "http.pinnedPubkey"},
		{"sslcert=/c\nsslcertpasswordprotected=true", "", "a client certificate that is protected"},
		{"sslcert=/c", "GIT_SSL_CERT_PASSWORD_PROTECTED=", "a client certificate that is protected"},
		{"sslcerttype=P12", "", "not PEM"},
		{"", "GIT_SSL_KEY_TYPE=ENG", "not PEM"},
		{"proxy=socks4://p:1", "", "a proxy of the kind socks4"},
		{"proxy=socks://p:1", "", "a proxy of the kind socks"},
		{"proxy=ftp://p:1", "", "a proxy of the kind ftp"},
		{"", "all_proxy=socks4a://p:1", "a proxy of the kind socks4a"},
		{"proxy=http://bob:hunter2@p:x", "", "the proxy's address cannot be read"},
		{"proxy=http://bob:hunter2@p:1/path", "", "the proxy's address cannot be read"},
		{"proxy=http://", "", "the proxy's address cannot be read"},
		{"proxy=http://bob@p:1", "", "a proxy whose password Git would have to ask for"},
		{"proxy=http://p:1\nproxyauthmethod=ntlm", "", "a proxy with ntlm sign-in"},
		{"proxy=http://p:1\nproxyauthmethod=digest", "", "a proxy with digest sign-in"},
		{"proxy=http://p:1\nproxyauthmethod=basic", "GIT_HTTP_PROXY_AUTHMETHOD=negotiate", "a proxy with negotiate sign-in"},
		{"proxy=https://p:1\nproxysslcert=/c\nproxysslcertpasswordprotected=yes", "", "a proxy's client certificate"},
		{"proxy=https://p:1", "GIT_PROXY_SSL_CERT=/c\nGIT_PROXY_SSL_CERT_PASSWORD_PROTECTED=", "a proxy's client certificate"},
	} {
		got := fromGit(strings.Split(test.config, "\n"), strings.Split(test.environment, "\n"))
		if !strings.Contains(got.Refuse, test.want) || got.Proxy != "" {
			t.Errorf("%q %q: %+v", test.config, test.environment, got)
		}
		if strings.Contains(got.Refuse, "hunter2") {
			t.Errorf("%q: the refusal shows a secret: %s", test.config, got.Refuse)
		}
	}
}

func TestNoProxyIsCurls(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		host, exceptions string
		want             bool
	}{
		{"dev.azure.com", "", false},
		{"dev.azure.com", "*", true},
		{"dev.azure.com", "dev.azure.com", true},
		{"dev.azure.com", "DEV.Azure.com.", true},
		{"dev.azure.com", "azure.com", true},
		{"dev.azure.com", ".azure.com", true},
		{"azure.com", ".azure.com", true},
		{"dev.azure.com", "zure.com", false},
		{"dev.azure.com", "*.azure.com", false},
		{"dev.azure.com", "x,*", false},
		{"dev.azure.com", "example.com, azure.com", true},
		{"dev.azure.com", "example.com,,azure.com", true},
		{"dev.azure.com", "dev.azure.com:443", false},
		{"dev.azure.com", ".", false},
		{"localhost", "", false},
		{"10.1.2.3", "10.0.0.0/8", true},
		{"10.1.2.3", "10.1.2.3", true},
		{"10.1.2.3", "10.1.2", false},
		{"10.1.2.3", "11.0.0.0/8", false},
		{"::1", "::/64", true},
		{"::1", "0:0:0:0:0:0:0:1", true},
		{"::1", "::2", false},
	} {
		if got := noProxy(test.host, test.exceptions); got != test.want {
			t.Errorf("%s, no_proxy=%q: %v", test.host, test.exceptions, got)
		}
	}
}
