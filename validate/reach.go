package validate

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Reachability is how far a host can be reached, step by step: what is not reached
// is zero.
type Reachability struct {
	Host     string
	Settings Settings // the way that Git would take

	Resolve   time.Duration // until the name of the host, or of the proxy in front of it, was resolved
	Connect   time.Duration // until a connection was open
	Handshake time.Duration // of TLS
	TLS       string        // "TLS 1.3"
	Protocol  string        // "HTTP/2.0"
	Issuers   []string      // from the certificate's issuer to the root that is trusted here

	Status int       // of the answer
	Date   time.Time // what the server's clock said in it
	At     time.Time // what this one said then

	Failure *Failure // why the next step was not reached; nil if all were
}

// Reach tries how far a host can be reached, over a connection of its own and by the
// same rules as Judge, but without a credential. The URL must be https.
func (v *Validator) Reach(ctx context.Context, address string) (r Reachability) {
	defer func() {
		if fault := recover(); fault != nil {
			v.fault("reach", fault)
			r.Failure = explain(r.Host, errFault)
		}
	}()
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		r.Failure = &Failure{Host: printable(address), Reason: ReasonNothingSent, Words: "no https URL"}
		return r
	}
	r.Host = strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	u.Host, u.User = r.Host, nil
	if r.Settings, err = v.Settings(address); err == nil && r.Settings.Refuse != "" {
		err = refusal(r.Settings.Refuse)
	}
	if err != nil {
		r.Failure = explain(r.Host, refusal(printable(err.Error())))
		return r
	}
	l, err := newLink(r.Host, r.Settings, v.dialer())
	if err != nil {
		r.Failure = explain(r.Host, err)
		return r
	}
	defer l.close()

	measured := steps{now: v.now, last: v.now()}
	response, err := v.look(httptrace.WithClientTrace(ctx, measured.trace()), l, u)
	measured.report(&r)
	if err != nil {
		r.Failure = explain(r.Host, err)
		return r
	}
	r.Status, r.Protocol, r.At = response.StatusCode, response.Proto, v.now()
	r.Date, _ = http.ParseTime(response.Header.Get("Date")) // the zero time if there is none
	if response.TLS != nil {
		r.TLS = tls.VersionName(response.TLS.Version)
		for _, chain := range response.TLS.VerifiedChains[:min(1, len(response.TLS.VerifiedChains))] {
			for _, certificate := range chain[1:] {
				r.Issuers = append(r.Issuers, printable(certificate.Subject.String()))
			}
		}
	}
	return r
}

// look asks for a URL as nobody and does not read the answer's body.
func (v *Validator) look(ctx context.Context, l *link, u *url.URL) (*http.Response, error) {
	request, err := v.request(ctx, question{Status, u.String()}, nil)
	if err != nil {
		return nil, err
	}
	response, err := newClient(l).Do(request)
	if err != nil {
		return nil, err
	}
	return response, response.Body.Close()
}

// steps measures the steps to a connection, which net reports in goroutines of its
// own.
type steps struct {
	now func() time.Time

	mu        sync.Mutex
	last      time.Time
	resolve   time.Duration
	connect   time.Duration
	handshake time.Duration
}

func (s *steps) trace() *httptrace.ClientTrace {
	lap := func(into *time.Duration) {
		now := s.now()
		*into, s.last = now.Sub(s.last), now
	}
	return &httptrace.ClientTrace{
		DNSDone: func(httptrace.DNSDoneInfo) {
			s.mu.Lock()
			defer s.mu.Unlock()
			lap(&s.resolve)
		},
		ConnectDone: func(_, _ string, err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if err == nil && s.connect == 0 {
				lap(&s.connect)
			}
		},
		TLSHandshakeDone: func(tls.ConnectionState, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			lap(&s.handshake)
		},
	}
}

func (s *steps) report(r *Reachability) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Resolve, r.Connect, r.Handshake = s.resolve, s.connect, s.handshake
}
