package lookalike

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An Endpoint is one of the places that answer.
type Endpoint int

// Profile to Status can be given answers and faults. Elsewhere stands for the
// rest of the record: what is none of the four.
const (
	Profile    Endpoint = iota // vssps.dev.azure.com/{organization}/_apis/profile/profiles/me
	Connection                 // {organization URL}/_apis/connectionData
	Repository                 // {repository URL}/info/refs and the two POSTs of Git
	Status                     // status.dev.azure.com/_apis/status/health
	Elsewhere                  // a known host, another path; or a host made by Stranger
	SignIn                     // the page that redirects lead to
	Tunnel                     // a CONNECT that was granted
	Refused                    // a CONNECT, or a request without one, that was refused

	endpointCount = Status + 1
)

var endpointNames = []string{"profile", "connection", "repository", "status", "elsewhere", "sign-in", "tunnel", "refused"}

func (e Endpoint) String() string { return endpointNames[e] }

// ParseEndpoint reads what String wrote.
func ParseEndpoint(name string) (Endpoint, error) {
	if i := slices.Index(endpointNames, name); i >= 0 {
		return Endpoint(i), nil
	}
	return 0, fmt.Errorf("no endpoint is called %q", name)
}

// UnknownToken is the name under which the record shows a secret that no Token
// call has declared.
const UnknownToken = "(unknown)"

// A Request is the record of one request. It holds no secret: where one stood,
// "[token NAME]" stands.
type Request struct {
	Time         time.Time // when it arrived
	Endpoint     Endpoint
	Method       string
	Host         string // as the client named it to the proxy; without ":443"
	URL          string
	Proto        string // HTTP/1.1 or HTTP/2.0
	Header       http.Header
	Organization string   // in lower case; empty where the URL names none
	User         string   // the user name of a Basic pair
	Token        string   // the token in the Authorization header, by name
	Seen         []string // the tokens anywhere in it: header fields or URL
	Status       int      // of the answer; 0 while there is none
}

func (r Request) String() string {
	token := "no token"
	if r.Token != "" {
		token = "token " + r.Token
	}
	return fmt.Sprintf("%s %s (%s, %s) %d", r.Method, r.URL, r.Endpoint, token, r.Status)
}

// Requests is a part of the record, oldest first.
type Requests []Request

// Requests returns the whole record.
func (s *Server) Requests() Requests {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(Requests, len(s.requests))
	for i, r := range s.requests {
		all[i] = *r
	}
	return all
}

// Forget empties the record.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// At returns those that went to the endpoint.
func (rs Requests) At(e Endpoint) Requests {
	return rs.where(func(r Request) bool { return r.Endpoint == e })
}

// In returns those about the organization.
func (rs Requests) In(organization string) Requests {
	return rs.where(func(r Request) bool { return r.Organization == strings.ToLower(organization) })
}

// Carrying returns those that held the token in any header field or in the URL.
func (rs Requests) Carrying(token string) Requests {
	return rs.where(func(r Request) bool { return slices.Contains(r.Seen, token) })
}

// Hosts returns the hosts that were asked, each once, sorted.
func (rs Requests) Hosts() []string {
	hosts := map[string]bool{}
	for _, r := range rs {
		hosts[r.Host] = true
	}
	return slices.Sorted(maps.Keys(hosts))
}

func (rs Requests) String() string {
	var b strings.Builder
	for _, r := range rs {
		fmt.Fprintln(&b, r)
	}
	return b.String()
}

func (rs Requests) where(keep func(Request) bool) Requests {
	return slices.DeleteFunc(slices.Clone(rs), func(r Request) bool { return !keep(r) })
}

// recordConnect records what asked the proxy itself: a CONNECT, or a request
// for a plain http address.
func (s *Server) recordConnect(r *http.Request, granted bool) {
	endpoint := Refused
	if granted {
		endpoint = Tunnel
	}
	target := r.URL.String()
	if r.Method == http.MethodConnect {
		target = r.Host
	}
	s.record(r, endpoint, r.Host, target)
}

// record adds r to the record. The URL is the absolute one.
func (s *Server) record(r *http.Request, endpoint Endpoint, host, target string) *Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := &Request{
		Time:     time.Now(),
		Endpoint: endpoint,
		Method:   r.Method,
		Host:     strings.TrimSuffix(host, ":443"),
		Proto:    r.Proto,
		Header:   http.Header{},
	}
	entry.URL = s.withoutSecrets(target, entry)
	for name, values := range r.Header {
		for _, value := range values {
			if c, ok := authorization(value); ok {
				token := s.nameOf(c.secret)
				if name == "Authorization" {
					entry.User, entry.Token = s.withoutSecrets(c.user, entry), token
				}
				scheme, _, _ := strings.Cut(value, " ")
				value = scheme + " " + entry.sees(token)
			}
			entry.Header.Add(name, s.withoutSecrets(value, entry))
		}
	}
	slices.Sort(entry.Seen)
	entry.Seen = slices.Compact(entry.Seen)
	s.requests = append(s.requests, entry)
	return entry
}

// withoutSecrets replaces every declared secret in text. The caller holds s.mu.
func (s *Server) withoutSecrets(text string, entry *Request) string {
	for name, token := range s.tokens {
		for _, form := range []string{token.secret, url.QueryEscape(token.secret), url.PathEscape(token.secret)} {
			if strings.Contains(text, form) {
				text = strings.ReplaceAll(text, form, entry.sees(name))
			}
		}
	}
	return text
}

// sees notes a token and returns what stands for it. A request without a
// secret sees the empty name, which is no token.
func (r *Request) sees(name string) string {
	if name == "" {
		return "[no token]"
	}
	r.Seen = append(r.Seen, name)
	return "[token " + name + "]"
}

// nameOf returns the name of the token with this secret. The caller holds s.mu.
func (s *Server) nameOf(secret string) string {
	if secret == "" {
		return ""
	}
	for name, token := range s.tokens {
		if token.secret == secret {
			return name
		}
	}
	return UnknownToken
}

// credential is what an Authorization header carries.
type credential struct {
	user, secret string
	malformed    bool // a Basic pair that is none; the secret is all of it
}

// authorization reads the value of an Authorization header: RFC 7617 and 6750.
func authorization(value string) (c credential, ok bool) {
	scheme, rest, _ := strings.Cut(value, " ")
	switch strings.ToLower(scheme) {
	case "bearer":
		return credential{secret: rest}, true
	case "basic":
		pair, err := base64.StdEncoding.DecodeString(rest)
		user, secret, found := strings.Cut(string(pair), ":")
		if err != nil || !found {
			return credential{secret: rest, malformed: true}, true
		}
		return credential{user: user, secret: secret}, true
	}
	return credential{}, false
}
