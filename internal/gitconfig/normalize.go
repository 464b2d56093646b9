package gitconfig

import (
	"fmt"
	"strconv"
	"strings"
)

// normalURL is a URL in the form in which Git compares it: scheme and host in
// lower case, no default port, no superfluous escapes, no dot segments.
type normalURL struct {
	scheme  string // "https"
	hasUser bool   // even an empty one
	user    string // escaped; without the password
	host    string
	port    string // empty if it is the scheme's own
	path    string // escaped, begins with "/"; with query and fragment, if any
}

// Normalize returns url as Git compares it, without its user: scheme and host in
// lower case, no default port, no dot segments, the path beginning with a slash.
// A "*" may stand in the host. It reports false for what Git takes for no URL.
func Normalize(url string) (string, bool) {
	u, ok := normalize(url, true)
	if !ok {
		return "", false
	}
	host := u.host
	if u.port != "" {
		host += ":" + u.port
	}
	return u.scheme + "://" + host + u.path, true
}

// normalize takes a URL apart. The host of a pattern may contain "*". What comes
// back false is no URL to Git, for which reason such a pattern matches nothing.
func normalize(url string, pattern bool) (normalURL, bool) {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok || !isScheme(scheme) {
		return normalURL{}, false
	}
	u := normalURL{scheme: strings.ToLower(scheme)}

	authority, tail := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority, tail = rest[:end], rest[end:]
	}
	if user, after, found := strings.Cut(authority, "@"); found {
		user, ok = normalizeEscapes(user)
		if !ok {
			return normalURL{}, false
		}
		u.user, _, _ = strings.Cut(user, ":")
		u.hasUser, authority = true, after
	}
	if u.host, u.port, ok = splitHost(u.scheme, authority, pattern); !ok {
		return normalURL{}, false
	}
	u.path, ok = normalizePath(tail)
	return u, ok
}

// isScheme follows RFC 3986, section 3.1.
func isScheme(s string) bool {
	return s != "" && isLetter(s[0]) && only(s, "+.-")
}

// splitHost checks and separates host and port. Git takes nearly any text of the
// right characters for a host, IPv6 addresses in brackets among them, and wants
// one for every scheme but file.
func splitHost(scheme, authority string, pattern bool) (host, port string, ok bool) {
	host = authority
	if i := strings.LastIndexAny(authority, ":]"); i >= 0 && authority[i] == ':' {
		host, port = authority[:i], authority[i+1:]
	}
	extra := ".-_[:]"
	if pattern {
		extra += "*"
	}
	if missing := authority == "" || authority[0] == ':'; missing && (scheme != "file" || port != "") {
		return "", "", false
	}
	if !only(host, extra) {
		return "", "", false
	}
	port, ok = normalizePort(scheme, port)
	return strings.ToLower(host), port, ok
}

// normalizePort drops leading zeros and the scheme's own port.
func normalizePort(scheme, port string) (string, bool) {
	if port == "" {
		return "", true
	}
	if port = strings.TrimLeft(port, "0"); port == "" {
		return "", false // port 0 cannot be meant
	}
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return "", true
	}
	_, err := strconv.ParseUint(port, 10, 16)
	return port, err == nil
}

// normalizePath resolves dot segments in the path (RFC 3986, section 5.2.4, but
// ".." may not lead above the root) and normalizes the escapes of it and of the
// query and fragment that may follow.
func normalizePath(tail string) (string, bool) {
	path, query := tail, ""
	if end := strings.IndexAny(tail, "?#"); end >= 0 {
		path, query = tail[:end], tail[end:]
	}
	var segments []string
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		segment, ok := normalizeEscapes(segment)
		if !ok {
			return "", false
		}
		switch segment {
		case ".":
		case "..":
			if len(segments) == 0 {
				return "", false
			}
			segments = segments[:len(segments)-1]
		default:
			segments = append(segments, segment)
		}
	}
	query, ok := normalizeEscapes(query)
	return "/" + strings.Join(segments, "/") + query, ok
}

// Characters that Git always escapes, and those that it leaves as it finds them,
// escaped or not (RFC 3986, section 2.2).
const (
	unsafe   = " <>\"%{}|\\^`"
	reserved = ":/?#[]@!$&'()*+,;="
)

// normalizeEscapes escapes what must be escaped and nothing that need not be. It
// reports false for a "%" that two hexadecimal digits do not follow.
func normalizeEscapes(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c, escaped := s[i], false
		if c == '%' {
			if i+2 >= len(s) {
				return "", false
			}
			n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", false
			}
			c, escaped = byte(n), true
			i += 2
		}
		if c <= 0x1f || c >= 0x7f || strings.IndexByte(unsafe, c) >= 0 ||
			escaped && strings.IndexByte(reserved, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

// only reports whether s consists of ASCII letters, digits and extra.
func only(s, extra string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && (s[i] < '0' || s[i] > '9') && strings.IndexByte(extra, s[i]) < 0 {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
