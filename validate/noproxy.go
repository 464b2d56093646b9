package validate

import (
	"net/netip"
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
