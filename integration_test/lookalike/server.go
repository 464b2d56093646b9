package lookalike

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Server is a running look-alike. Start makes one, Close ends it.
type Server struct {
	directory string // holds ca.pem and the repositories
	authority *authority
	listener  net.Listener
	tunnels   *tunnelListener
	http      *http.Server

	running context.Context // ends with Close: whatever hangs lets go
	end     context.CancelFunc
	work    sync.WaitGroup

	mu            sync.Mutex
	closed        bool
	connections   map[net.Conn]bool
	roundTrip     time.Duration
	organizations map[string]*Organization // by key(), and by base URL on a server of one's own
	strangers     map[string]bool          // by host:port
	tokens        map[string]*Token        // by name
	endpoints     [endpointCount]endpointState
	health        map[string]string // by service
	requests      []*Request
}

// endpointState is what a test has set for one endpoint.
type endpointState struct {
	answer *Behaviour
	fault  *Fault
}

// Start starts a look-alike on a free port of 127.0.0.1. It knows no
// organization and no token yet. It panics where it cannot listen or write to
// the temporary directory.
func Start() *Server {
	directory, err := os.MkdirTemp("", "lookalike-")
	must("making a directory", err)
	ca := newAuthority("Look-alike test authority")
	must("writing the certificate", os.WriteFile(filepath.Join(directory, "ca.pem"), ca.pem(), 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must("listening", err)

	running, end := context.WithCancel(context.Background())
	s := &Server{
		directory:     directory,
		authority:     ca,
		listener:      listener,
		tunnels:       newTunnelListener(listener.Addr()),
		running:       running,
		end:           end,
		connections:   map[net.Conn]bool{},
		organizations: map[string]*Organization{},
		strangers:     map[string]bool{},
		tokens:        map[string]*Token{},
		health:        map[string]string{},
	}
	s.http = &http.Server{
		Handler:     http.HandlerFunc(s.serve),
		ConnContext: rememberAuthority,
		ErrorLog:    log.New(io.Discard, "", 0), // a client that breaks off is what some tests are about
	}
	s.work.Go(func() { _ = s.http.Serve(s.tunnels) }) // always ends with ErrServerClosed
	s.work.Go(s.acceptConnections)
	return s
}

// Close ends the server, whatever it is doing, waits for it and removes its
// files. Closing twice is harmless.
func (s *Server) Close() {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return
	}
	s.end()
	s.listener.Close()
	s.http.Close()
	s.mu.Lock()
	for connection := range s.connections {
		connection.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
	os.RemoveAll(s.directory)
}

// URL returns the proxy's own URL: http://127.0.0.1:port.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// CAFile returns the path of the PEM file with the certificate authority that
// vouches for every host of the look-alike.
func (s *Server) CAFile() string { return filepath.Join(s.directory, "ca.pem") }

// GitConfig returns text for a Git configuration file that leads Git, and
// everything that follows Git's configuration, to the look-alike.
func (s *Server) GitConfig() string {
	return fmt.Sprintf("[http]\n\tproxy = %s\n\tsslCAInfo = %s\n", s.URL(), filepath.ToSlash(s.CAFile()))
}

// Environ returns environment variables (NAME=value) that lead Git, curl and Go
// programs to the look-alike without any configuration file.
func (s *Server) Environ() []string {
	return []string{"https_proxy=" + s.URL(), "GIT_SSL_CAINFO=" + s.CAFile(), "SSL_CERT_FILE=" + s.CAFile()}
}

// Client returns an HTTP client that reaches the look-alike under the real
// names. It follows no redirect. Its idle connections end with the server.
func (s *Server) Client() *http.Client {
	proxy, err := url.Parse(s.URL())
	must("reading the proxy's URL", err)
	return &http.Client{
		Transport: &http.Transport{
			Proxy:             http.ProxyURL(proxy),
			TLSClientConfig:   &tls.Config{RootCAs: s.authority.pool()},
			ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip gives every connection that opens from now on a latency of d for
// each round trip. Through a proxy a first HTTPS request takes three: CONNECT,
// TLS, HTTP, as many as a direct one.
func (s *Server) RoundTrip(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roundTrip = d
}

// Health makes the status API report the service ("Repos", "Core services", …)
// as health ("healthy", "degraded", "unhealthy", …) in one geography.
func (s *Server) Health(service, health string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health[service] = health
}

// Stranger makes a host, "evil.example" or "evil.example:8443", that is no Azure
// DevOps but can be reached: its certificate is good, every request is answered
// with 200 and recorded. It shows what would have reached a thief.
func (s *Server) Stranger(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strangers[withPort(host)] = true
}

// An EndpointControl changes what one endpoint does for everybody.
type EndpointControl struct {
	server   *Server
	endpoint Endpoint
}

// Endpoint returns the control of e.
func (s *Server) Endpoint(e Endpoint) EndpointControl { return EndpointControl{s, e} }

// Answer makes the endpoint answer as b does there, whoever asks.
func (c EndpointControl) Answer(b Behaviour) { c.set(func(e *endpointState) { e.answer = &b }) }

// Fault gives the endpoint the trouble f instead of any it had. A fault below
// HTTP (a refused tunnel, a wrong certificate) concerns the endpoint's hosts,
// which Connection and Repository share.
func (c EndpointControl) Fault(f Fault) { c.set(func(e *endpointState) { e.fault = &f }) }

// Reset takes back Answer and Fault.
func (c EndpointControl) Reset() { c.set(func(e *endpointState) { *e = endpointState{} }) }

func (c EndpointControl) set(change func(*endpointState)) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	change(&c.server.endpoints[c.endpoint])
}

// begin counts a piece of work that Close has to wait for. It reports false
// when the server is closing.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

// withPort completes host to host:port, in lower case.
func withPort(host string) string {
	host = strings.ToLower(host)
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(host, "443")
}

func must(doing string, err error) {
	if err != nil {
		panic(fmt.Sprintf("lookalike: %s: %v", doing, err))
	}
}
