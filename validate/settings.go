package validate

import (
	"crypto/tls"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// Settings are how Git itself would reach one URL. The zero value is a direct
// connection with the system's trust store. Settings are comparable: equal ones share
// a connection.
type Settings struct {
	Proxy         string // URL without user info, with port: http://proxy:8080; "" for none
	ProxyUsername string
	ProxyPassword secret.Secret
	ProxyBasic    bool   // both may be sent to an http or https proxy that has not asked for them
	ProxyCAFile   string // for an https proxy; "" for the system's trust store
	ProxyCertFile string // PEM; "" for none
	ProxyKeyFile  string // PEM; "" if it is in ProxyCertFile

	CAFile   string // PEM; takes the place of the system's trust store
	CAPath   string // folder of PEM files; likewise, and beside CAFile
	CertFile string // PEM; "" for no client certificate
	KeyFile  string // PEM; "" if it is in CertFile
	MinTLS   uint16 // tls.VersionTLS13, or 0 for the usual

	HTTP1 bool // HTTP/1.1 is all that may be spoken

	// Refuse, if not empty, means that nothing may be sent, and is the reason in
	// one plain line.
	Refuse string
}

// SettingsFromGit makes the settings for a URL of Git's configuration and
// environment, by the rules of Git's http.c:
//
//   - lookup gives the value in force of http.<name> for a URL, as
//     `git config --get-urlmatch http.<name> URL` does (a name without = is "true");
//   - all gives every value of a list, here http.extraHeader, resets applied;
//   - environ is os.LookupEnv: Git tells an empty variable from an absent one.
//
// Names are in lower case, without "http.". Whatever Git would do and Go cannot ends
// in [Settings.Refuse]. Files are not opened here.
func SettingsFromGit(
	lookup func(name, url string) (value string, ok bool),
	all func(name, url string) []string,
	environ func(name string) (value string, ok bool),
	url string,
) Settings {
	g := gitHTTP{lookup: lookup, all: all, environ: environ, url: url}
	if why := g.refusal(); why != "" {
		return Settings{Refuse: why}
	}
	var s Settings
	g.trust(&s)
	g.proxy(&s)
	if version, _ := g.value("version", ""); version == "HTTP/1.1" {
		s.HTTP1 = true
	}
	return s
}

// gitHTTP is what Git's http section and environment say about one URL.
type gitHTTP struct {
	lookup  func(name, url string) (string, bool)
	all     func(name, url string) []string
	environ func(name string) (string, bool)
	url     string
}

// value is a setting; the environment variable, if there is one, wins.
func (g gitHTTP) value(name, variable string) (string, bool) {
	if variable != "" {
		if value, ok := g.environ(variable); ok {
			return value, true
		}
	}
	return g.lookup(name, g.url)
}

// path is a setting that names a file; Git expands ~/ and %(prefix)/ in the
// configuration, but not in the environment.
func (g gitHTTP) path(name, variable string) string {
	if value, ok := g.environ(variable); ok {
		return value
	}
	value, _ := g.lookup(name, g.url)
	if below, ok := strings.CutPrefix(value, "~/"); ok {
		for _, home := range []string{"HOME", "USERPROFILE"} {
			if folder, ok := g.environ(home); ok && folder != "" {
				return strings.TrimRight(folder, `/\`) + "/" + below
			}
		}
	}
	if below, ok := strings.CutPrefix(value, "%(prefix)/"); ok {
		if programs, ok := g.environ("GIT_EXEC_PATH"); ok {
			if prefix, ok := strings.CutSuffix(strings.ReplaceAll(programs, `\`, "/"), "/libexec/git-core"); ok {
				return prefix + "/" + below
			}
		}
	}
	return value
}

// refusal is the first reason to send nothing at all, or "".
func (g gitHTTP) refusal() string {
	if value, ok := g.lookup("sslverify", g.url); ok && !gitTrue(value) {
		return "http.sslVerify=false: nobody could tell who is asked"
	}
	if _, ok := g.environ("GIT_SSL_NO_VERIFY"); ok { // its value does not matter to Git
		return "GIT_SSL_NO_VERIFY: nobody could tell who is asked"
	}
	for _, header := range g.all("extraheader", g.url) {
		name, _, _ := strings.Cut(header, ":")
		if strings.EqualFold(strings.TrimSpace(name), "Authorization") {
			return "http.extraHeader holds an Authorization: Git does not depend on this credential"
		}
	}
	if _, ok := g.lookup("pinnedpubkey", g.url); ok {
		return "http.pinnedPubkey, which cannot be checked here"
	}
	for _, kind := range [...][2]string{{"sslcerttype", "GIT_SSL_CERT_TYPE"}, {"sslkeytype", "GIT_SSL_KEY_TYPE"}} {
		if value, ok := g.value(kind[0], kind[1]); ok && !strings.EqualFold(value, "PEM") {
			return "a client certificate or key that is not PEM"
		}
	}
	protected, _ := g.lookup("sslcertpasswordprotected", g.url)
	if _, ok := g.environ("GIT_SSL_CERT_PASSWORD_PROTECTED"); (ok || gitTrue(protected)) && g.path("sslcert", "GIT_SSL_CERT") != "" {
		return "a client certificate that is protected by a password"
	}
	return ""
}

// trust reads who is believed and who Git says it is.
func (g gitHTTP) trust(s *Settings) {
	s.CertFile = g.path("sslcert", "GIT_SSL_CERT")
	s.KeyFile = g.path("sslkey", "GIT_SSL_KEY")
	if version, _ := g.value("sslversion", "GIT_SSL_VERSION"); version == "tlsv1.3" {
		s.MinTLS = tls.VersionTLS13
	}
	if g.windowsStore() {
		return
	}
	s.CAFile = g.path("sslcainfo", "GIT_SSL_CAINFO")
	s.CAPath = g.path("sslcapath", "GIT_SSL_CAPATH")
}

// windowsStore reports whether Git goes by Windows' own trust store and no file.
func (g gitHTTP) windowsStore() bool {
	backend, _ := g.lookup("sslbackend", g.url)
	useFile, _ := g.lookup("schannelusesslcainfo", g.url)
	return backend == "schannel" && !gitTrue(useFile)
}

// proxy reads which proxy Git would use. A proxy from the configuration yields to
// no_proxy as one from the environment does.
func (g gitHTTP) proxy(s *Settings) {
	value, ok := g.lookup("proxy", g.url)
	for _, names := range [...][2]string{{"https_proxy", "HTTPS_PROXY"}, {"all_proxy", "ALL_PROXY"}} {
		if !ok {
			value, ok = g.either(names[0], names[1])
		}
	}
	if value == "" { // also http.proxy= and https_proxy=: no proxy, whatever comes after
		return
	}
	target, err := url.Parse(g.url)
	exceptions, _ := g.either("no_proxy", "NO_PROXY")
	if err == nil && noProxy(target.Hostname(), exceptions) {
		return
	}
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	proxy, err := url.Parse(value)
	if err != nil || proxy.Hostname() == "" || strings.Trim(proxy.Path, "/") != "" {
		s.Refuse = "the proxy's address cannot be read" // and may hold a password
		return
	}
	s.Refuse = g.proxyRefusal(proxy)
	if s.Refuse != "" {
		return
	}
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		s.ProxyUsername, s.ProxyPassword = proxy.User.Username(), secret.New(password)
		method, _ := g.value("proxyauthmethod", "GIT_HTTP_PROXY_AUTHMETHOD")
		s.ProxyBasic = method == "basic"
	}
	s.Proxy = proxy.Scheme + "://" + withPort(proxy)
	if proxy.Scheme == "https" {
		s.ProxyCertFile, _ = g.value("proxysslcert", "GIT_PROXY_SSL_CERT")
		s.ProxyKeyFile, _ = g.value("proxysslkey", "GIT_PROXY_SSL_KEY")
		if !g.windowsStore() {
			s.ProxyCAFile, _ = g.value("proxysslcainfo", "GIT_PROXY_SSL_CAINFO")
		}
	}
}

// either is the variable in lower case or else the one in upper case, as curl and
// Git go by them.
func (g gitHTTP) either(lower, upper string) (string, bool) {
	if value, ok := g.environ(lower); ok {
		return value, true
	}
	return g.environ(upper)
}

// proxyRefusal is why Go cannot use a proxy as Git would, or "".
func (g gitHTTP) proxyRefusal(proxy *url.URL) string {
	switch proxy.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return "a proxy of the kind " + printable(proxy.Scheme) + ", which cannot be spoken here"
	}
	if method, _ := g.value("proxyauthmethod", "GIT_HTTP_PROXY_AUTHMETHOD"); slices.Contains(unspoken[:], method) {
		return unspeakable(method)
	}
	if proxy.User != nil {
		if _, given := proxy.User.Password(); !given {
			return "a proxy whose password Git would have to ask for"
		}
	}
	protected, _ := g.lookup("proxysslcertpasswordprotected", g.url)
	cert, _ := g.value("proxysslcert", "GIT_PROXY_SSL_CERT")
	if _, set := g.environ("GIT_PROXY_SSL_CERT_PASSWORD_PROTECTED"); proxy.Scheme == "https" && cert != "" && (set || gitTrue(protected)) {
		return "a proxy's client certificate that is protected by a password"
	}
	return ""
}

// gitTrue reads a boolean as Git does: true, yes, on, or a number that is not 0.
func gitTrue(value string) bool {
	switch strings.ToLower(value) {
	case "true", "yes", "on":
		return true
	}
	number, err := strconv.Atoi(value)
	return err == nil && number != 0
}
