package validate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// headerLimit and bodyLimit bound what is read of one answer, in bytes.
const (
	headerLimit = 64 << 10
	bodyLimit   = 256 << 10
)

// link is the one connection to a host that all its probes share: HTTP/2 where the
// server speaks it, so that they travel together; HTTP/1.1 otherwise, one after the other.
// It is opened once, by whoever comes first, and again only when it broke.
//
// net/http's own pool would open one connection for each probe that starts before
// the first is ready, so the link holds an [http.ClientConn] itself.
type link struct {
	host      string // as in the URLs that may be asked over it
	transport *http.Transport

	mu      sync.Mutex
	opening *opening
}

// opening is a connection, or the way to one.
type opening struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when conn or err is there
	conn   *http.ClientConn
	err    error
}

// newLink prepares a link to a host, host or host:port, and opens nothing yet.
// Neither the environment nor any setting of net/http's own has a say in it.
func newLink(host string, s Settings, dial dialer) (*link, error) {
	server := newTrust(s.CAFile, s.CAPath, s.CertFile, s.KeyFile)
	transport := &http.Transport{
		DialContext:            server.beside(dial),
		TLSClientConfig:        server.config(s.MinTLS),
		DisableCompression:     true, // the answers are small
		MaxResponseHeaderBytes: headerLimit,
		Protocols:              new(http.Protocols),
	}
	transport.Protocols.SetHTTP1(true)
	transport.Protocols.SetHTTP2(!s.HTTP1)

	if s.Proxy != "" {
		p, err := newProxy(s)
		if err != nil {
			return nil, err
		}
		transport.Proxy, transport.OnProxyConnectResponse = p.address, p.answered
		if p.bare.Scheme == "https" { // its own certificates, not those meant for the server
			own := newTrust(s.ProxyCAFile, "", s.ProxyCertFile, s.ProxyKeyFile)
			transport.DialTLSContext = own.dialTLS(own.beside(server.beside(dial)), p.bare.Hostname())
		}
	}
	return &link{host: host, transport: transport}, nil
}

// dialer opens a TCP connection, as [net.Dialer.DialContext] does.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// RoundTrip sends a request over the link, and only one that is meant for its host:
// whatever asks for another, a redirect for one, does not take the secret along.
func (l *link) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" || request.URL.Host != l.host {
		return nil, fmt.Errorf("asking %s over a connection to %s", request.URL.Host, l.host)
	}
	conn, err := l.open(request.Context())
	if err != nil {
		return nil, err
	}
	return conn.RoundTrip(request)
}

// open returns the connection, opening it if nobody has, or waits for the one who
// is at it. Every error is a *dialFailure.
func (l *link) open(ctx context.Context) (*http.ClientConn, error) {
	o := l.start(ctx)
	select {
	case <-o.done:
		if o.err != nil {
			return nil, &dialFailure{o.err}
		}
		return o.conn, nil
	case <-ctx.Done():
		return nil, &dialFailure{ctx.Err()}
	}
}

// start begins to open the connection unless that was done, and does not wait. The
// opening outlives the end of ctx, since others may wait for it too, but not its
// deadline.
func (l *link) start(ctx context.Context) *opening {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opening != nil && !l.opening.useless() {
		return l.opening
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(defaultClock)
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	o := &opening{cancel: cancel, done: make(chan struct{})}
	l.opening = o
	go func() {
		defer cancel()
		defer close(o.done)
		defer func() {
			if fault := recover(); fault != nil {
				o.err = errFault
			}
		}()
		address := l.host
		if !strings.Contains(address, ":") || strings.HasSuffix(address, "]") {
			address += ":443"
		}
		o.conn, o.err = l.transport.NewClientConn(ctx, "https", address)
		if errors.Is(o.err, errSignIn) {
			o.conn, o.err = l.transport.NewClientConn(ctx, "https", address)
		}
	}()
	return o
}

// useless reports whether the opening is over and there is no connection any more.
func (o *opening) useless() bool {
	select {
	case <-o.done:
		return o.err != nil || o.conn.Err() != nil
	default:
		return false
	}
}

// close ends the connection, or the way to it.
func (l *link) close() {
	l.mu.Lock()
	o := l.opening
	l.opening = nil
	l.mu.Unlock()
	if o == nil {
		return
	}
	o.cancel()
	go func() {
		<-o.done
		if o.conn != nil {
			o.conn.Close() //nolint:errcheck // nothing is to be saved
		}
	}()
}

// errFault stands for a panic, whose text nobody can vouch for.
var errFault = errors.New("a fault in ado-guard")
