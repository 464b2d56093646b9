package validate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
)

// proxy is the way through an HTTP proxy, and how one signs in to it: as curl does,
// which Git leaves this to (CURLOPT_PROXYAUTH). Basic sends the password in the clear,
// so, unless Git was told that it is Basic, the proxy is asked without it first, and is
// given it only if it knows nothing better.
type proxy struct {
	bare, named *url.URL    // without and with username and password; named is nil if there are none
	tell        atomic.Bool // the proxy is told them
}

// newProxy makes the way through the proxy of s.
func newProxy(s Settings) (*proxy, error) {
	bare, err := url.Parse(s.Proxy)
	if err != nil {
		return nil, refusal("the proxy's address cannot be read")
	}
	p := &proxy{bare: bare}
	if s.ProxyUsername != "" || !s.ProxyPassword.Empty() {
		named := *bare
		named.User = Credential{s.ProxyUsername, s.ProxyPassword}.userinfo()
		p.named = &named
		p.tell.Store(s.ProxyBasic || strings.HasPrefix(bare.Scheme, "socks")) // SOCKS has its own sign-in
	}
	return p, nil
}

// address is [http.Transport.Proxy].
func (p *proxy) address(*http.Request) (*url.URL, error) {
	if p.tell.Load() {
		return p.named, nil
	}
	return p.bare, nil
}

// errSignIn says that the proxy is to be asked once more, with username and password.
var errSignIn = errors.New("the proxy wants to know who asks")

// answered is [http.Transport.OnProxyConnectResponse]: what the answer to CONNECT means.
func (p *proxy) answered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	switch {
	case answer.StatusCode == http.StatusOK:
		return nil
	case answer.StatusCode != http.StatusProxyAuthRequired:
		return proxyRefusal(fmt.Sprintf("the proxy answered %d", answer.StatusCode))
	case p.tell.Load():
		return proxyRefusal("the proxy refuses the user name and password (407)")
	}
	offered := methods(answer.Header.Values("Proxy-Authenticate"))
	basic := slices.Contains(offered, "basic")
	for _, method := range unspoken {
		if slices.Contains(offered, method) && (p.named != nil || !basic) {
			return refusal(unspeakable(method))
		}
	}
	if basic && p.named != nil {
		p.tell.Store(true)
		return errSignIn
	}
	return proxyRefusal("the proxy asks for a sign-in (407)")
}

// unspoken are the kinds of sign-in that Git can do and Go cannot.
var unspoken = [...]string{"negotiate", "digest", "ntlm"}

func unspeakable(method string) string {
	return "a proxy with " + method + " sign-in, which cannot be spoken here"
}

// methods are the kinds of sign-in that a proxy offers, in lower case (RFC 9110, 11.7.1).
func methods(challenges []string) []string {
	var found []string
	for _, challenge := range challenges {
		for part := range strings.SplitSeq(challenge, ",") { // also the commas between parameters
			if words := strings.Fields(part); len(words) > 0 {
				found = append(found, strings.ToLower(words[0]))
			}
		}
	}
	return found
}

// withPort is the proxy's host and port. Curl's default is 1080 for everything but
// an https proxy, where it is 443; Go's would be 80.
func withPort(proxy *url.URL) string {
	port := proxy.Port()
	switch {
	case port != "":
	case proxy.Scheme == "https":
		port = "443"
	default:
		port = "1080"
	}
	return net.JoinHostPort(proxy.Hostname(), port)
}
