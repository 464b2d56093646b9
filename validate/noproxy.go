package validate

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// noProxy reports whether a host is one of the exceptions in no_proxy, by the rules
// of curl, which Git leaves this to (CURLOPT_NOPROXY): a list parted by commas, "*" alone
// for every host, a name for itself and everything below it, with or without a dot
// in front, an IP address or a range of them for an address. Ports and other wildcards mean
// nothing, and unlike to golang.org/x/net/http/httpproxy localhost is nothing special.
func noProxy(host, exceptions string) bool {
	if exceptions == "*" {
		return true
	}
	address, err := netip.ParseAddr(host)
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, exception := range strings.FieldsFunc(exceptions, func(r rune) bool {
		return r == ',' || r == ' ' || r == '\t'
	}) {
		switch {
		case err == nil:
			if inRange(address, exception) {
				return true
			}
		default:
			name := strings.ToLower(strings.TrimPrefix(strings.TrimSuffix(exception, "."), "."))
			if name != "" && (host == name || strings.HasSuffix(host, "."+name)) {
				return true
			}
		}
	}
	return false
}

// inRange reports whether an address is another, or in a range such as 10.0.0.0/8.
func inRange(address netip.Addr, exception string) bool {
	if only, err := netip.ParseAddr(exception); err == nil {
		return only == address
	}
	prefix, err := netip.ParsePrefix(exception)
	return err == nil && prefix.Contains(address)
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

// gitTrue reads a boolean as Git does: true, yes, on, or a number that is not 0.
func gitTrue(value string) bool {
	switch strings.ToLower(value) {
	case "true", "yes", "on":
		return true
	}
	number, err := strconv.Atoi(value)
	return err == nil && number != 0
}
