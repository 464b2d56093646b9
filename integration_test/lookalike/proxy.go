package lookalike

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The way of a connection: accepted here, slowed down if a latency is set, its
// CONNECT read, recorded and granted or refused; then the tunnel is given to an
// ordinary http.Server, which does TLS, HTTP/1.1 and HTTP/2.

func (s *Server) acceptConnections() {
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		if !s.begin() {
			connection.Close()
			return
		}
		s.mu.Lock()
		s.connections[connection] = true
		roundTrip := s.roundTrip
		s.mu.Unlock()
		go func() {
			defer s.work.Done()
			s.openTunnel(connection, roundTrip)
		}()
	}
}

// openTunnel reads one CONNECT and does what it asks for.
func (s *Server) openTunnel(raw net.Conn, roundTrip time.Duration) {
	connection := net.Conn(&closeOnce{Conn: raw, closed: func() {
		s.mu.Lock()
		delete(s.connections, raw)
		s.mu.Unlock()
	}})
	if roundTrip > 0 {
		connection = s.slowed(connection, roundTrip)
	}
	reader := bufio.NewReader(connection)
	request, err := http.ReadRequest(reader)
	if err != nil {
		connection.Close()
		return
	}
	host := withPort(request.Host)
	granted := request.Method == http.MethodConnect && s.plays(host)
	s.recordConnect(request, granted)
	if !granted {
		refuse(connection, "403 Forbidden", "this proxy plays Azure DevOps only")
		return
	}
	fault := s.connectionFault(host)
	if fault.beforeTunnel != nil {
		fault.beforeTunnel(s.running, connection)
		return
	}
	if _, err := connection.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		connection.Close()
		return
	}
	if fault.beforeTLS != nil {
		fault.beforeTLS(s.running, connection)
		return
	}
	name, _, _ := net.SplitHostPort(host) // withPort made it
	certificate := s.authority.leaf(name)
	if fault.certificate != nil {
		certificate = fault.certificate(s.authority, name)
	}
	s.tunnels.hand(tls.Server(&tunnel{Conn: connection, reader: reader, host: host}, &tls.Config{
		NextProtos:   []string{"h2", "http/1.1"},
		Certificates: []tls.Certificate{*certificate},
	}))
}

func refuse(connection net.Conn, status, why string) {
	// The client may have gone already; then there is nobody to tell.
	_, _ = fmt.Fprintf(connection, "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, len(why), why)
	connection.Close()
}

// signInHost is where Azure DevOps sends whoever is not signed in.
const signInHost = "spsprodeus1.vssps.visualstudio.com"

// plays reports whether the look-alike is the given host:port.
func (s *Server) plays(host string) bool {
	if endpointsOf(host) != nil || host == signInHost+":443" {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strangers[host] || s.onPremises(host)
}

// onPremises reports whether host:port belongs to an Azure DevOps Server that a
// test has declared. The caller holds s.mu.
func (s *Server) onPremises(host string) bool {
	for _, o := range s.organizations {
		if o.base != nil && withPort(o.base.Host) == host {
			return true
		}
	}
	return false
}

// endpointsOf returns the endpoints that live on one of the cloud's hosts.
func endpointsOf(host string) []Endpoint {
	switch host {
	case "vssps.dev.azure.com:443":
		return []Endpoint{Profile}
	case "status.dev.azure.com:443":
		return []Endpoint{Status}
	case "dev.azure.com:443":
		return []Endpoint{Connection, Repository}
	}
	if label, ok := strings.CutSuffix(host, ".visualstudio.com:443"); ok && label != "" && !strings.Contains(label, ".") {
		return []Endpoint{Connection, Repository}
	}
	return nil
}

// connectionFault returns the trouble below HTTP that is set for host, if any.
func (s *Server) connectionFault(host string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	endpoints := endpointsOf(host)
	if s.onPremises(host) {
		endpoints = []Endpoint{Connection, Repository}
	}
	for _, e := range endpoints {
		if fault := s.endpoints[e].fault; fault != nil && fault.respond == nil {
			return *fault
		}
	}
	return Fault{}
}

// tunnel is the inside of a CONNECT: it still knows whom the client asked for.
type tunnel struct {
	net.Conn
	reader *bufio.Reader
	host   string
}

func (t *tunnel) Read(p []byte) (int, error) { return t.reader.Read(p) }

type authorityKey struct{}

// rememberAuthority keeps the CONNECT's host:port for the requests that follow.
func rememberAuthority(ctx context.Context, connection net.Conn) context.Context {
	return context.WithValue(ctx, authorityKey{}, connection.(*tls.Conn).NetConn().(*tunnel).host)
}

// tunnelListener lets an http.Server accept the tunnels.
type tunnelListener struct {
	address  net.Addr
	incoming chan net.Conn
	done     chan struct{}
	once     sync.Once
}

func newTunnelListener(address net.Addr) *tunnelListener {
	return &tunnelListener{address: address, incoming: make(chan net.Conn), done: make(chan struct{})}
}

func (l *tunnelListener) hand(connection net.Conn) {
	select {
	case l.incoming <- connection:
	case <-l.done:
		connection.Close()
	}
}

func (l *tunnelListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.incoming:
		return connection, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *tunnelListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *tunnelListener) Addr() net.Addr { return l.address }

// closeOnce reports the first Close of a connection.
type closeOnce struct {
	net.Conn
	once   sync.Once
	closed func()
}

func (c *closeOnce) Close() error {
	c.once.Do(c.closed)
	return c.Conn.Close()
}
