package lookalike

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// A Fault is trouble below the answer. It acts at one point of the way: instead
// of the tunnel, before TLS, on the certificate, or on the response.
type Fault struct {
	name         string
	beforeTunnel func(running context.Context, connection net.Conn)
	beforeTLS    func(running context.Context, connection net.Conn)
	certificate  func(a *authority, host string) *tls.Certificate
	respond      func(running context.Context, w http.ResponseWriter, r *http.Request, next http.HandlerFunc)
}

// String returns the name, which ParseFault reads.
func (f Fault) String() string { return f.name }

// Faults returns every fault, those with a duration with the given one.
func Faults(d time.Duration) []Fault {
	return []Fault{
		RefuseConnect, ConnectProxyAuthentication, ConnectBadGateway, HangConnect, DropConnect, CloseTLS, HangTLS,
		WrongCertificate, UntrustedCertificate, ExpiredCertificate,
		HangBefore, HangAfter, CutOff, Reset, HugeBody, EndlessHeaders, DelayHeaders(d), DelayBody(d), Drip(d),
	}
}

// ParseFault reads a fault's name, with a duration after it where it needs one:
// "hang-before", "delay-headers 2s".
func ParseFault(text string) (Fault, error) {
	name, duration, timed := strings.Cut(text, " ")
	var d time.Duration
	if timed {
		var err error
		if d, err = time.ParseDuration(duration); err != nil {
			return Fault{}, fmt.Errorf("reading the duration of a fault: %w", err)
		}
	}
	for _, f := range Faults(d) {
		if word, _, needs := strings.Cut(f.name, " "); word == name && needs == timed {
			return f, nil
		}
	}
	return Fault{}, fmt.Errorf("no fault is called %q", text)
}

// Faults instead of a tunnel.
var (
	// RefuseConnect is a proxy that forbids the host: 403.
	RefuseConnect = Fault{name: "refuse-connect", beforeTunnel: refusal("403 Forbidden")}
	// ConnectProxyAuthentication is a proxy that wants a password: 407.
	ConnectProxyAuthentication = Fault{name: "connect-proxy-authentication",
		beforeTunnel: refusal("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"")}
	// ConnectBadGateway is a proxy that cannot reach the host: 502.
	ConnectBadGateway = Fault{name: "connect-bad-gateway", beforeTunnel: refusal("502 Bad Gateway")}
	// HangConnect never answers the CONNECT: a black hole.
	HangConnect = Fault{name: "hang-connect", beforeTunnel: hang}
	// DropConnect closes the connection without an answer.
	DropConnect = Fault{name: "drop-connect", beforeTunnel: drop}
)

// Faults of TLS.
var (
	// CloseTLS grants the tunnel and closes it when the client says something.
	CloseTLS = Fault{name: "close-tls", beforeTLS: hangUp}
	// HangTLS grants the tunnel and then says nothing.
	HangTLS = Fault{name: "hang-tls", beforeTLS: hang}
	// WrongCertificate shows a certificate of another host.
	WrongCertificate = Fault{name: "wrong-certificate", certificate: func(a *authority, _ string) *tls.Certificate {
		return a.leaf("wrong.example")
	}}
	// UntrustedCertificate shows one of an authority that nobody knows.
	UntrustedCertificate = Fault{name: "untrusted-certificate", certificate: func(_ *authority, host string) *tls.Certificate {
		return newAuthority("Unknown authority").leaf(host)
	}}
	// ExpiredCertificate shows one that ended an hour ago.
	ExpiredCertificate = Fault{name: "expired-certificate", certificate: func(a *authority, host string) *tls.Certificate {
		return a.issue(host, time.Now().Add(-time.Hour))
	}}
)

// Faults of the response.
var (
	// HangBefore never sends a byte of the response.
	HangBefore = Fault{name: "hang-before", respond: func(running context.Context, _ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		waitFor(running, r, nil)
		panic(http.ErrAbortHandler)
	}}
	// HangAfter sends the header and one byte of the body, and nothing more.
	HangAfter = Fault{name: "hang-after", respond: atBody(func(b *body, p []byte) []byte {
		b.send(p[:min(1, len(p))])
		waitFor(b.running, b.request, nil)
		panic(http.ErrAbortHandler)
	})}
	// CutOff breaks off in the middle of the body.
	CutOff = Fault{name: "cut-off", respond: atBody(func(b *body, p []byte) []byte {
		b.send(p[:len(p)/2])
		panic(http.ErrAbortHandler)
	})}
	// Reset breaks off before the first byte of the response.
	Reset = Fault{name: "reset", respond: func(context.Context, http.ResponseWriter, *http.Request, http.HandlerFunc) {
		panic(http.ErrAbortHandler)
	}}
	// HugeBody puts 100 MB of blanks before the body.
	HugeBody = Fault{name: "huge-body", respond: atBody(func(b *body, p []byte) []byte {
		blanks := bytes.Repeat([]byte(" "), 1<<20)
		for range 100 {
			if b.send(blanks) != nil {
				panic(http.ErrAbortHandler)
			}
		}
		return p
	})}
	// EndlessHeaders sends header fields for ever. Over HTTP/2, where fields
	// come as one block, it sends 16 MB of them.
	EndlessHeaders = Fault{name: "endless-headers", respond: endlessHeaders}
)

// DelayHeaders sends nothing for d, then the response.
func DelayHeaders(d time.Duration) Fault {
	return Fault{name: "delay-headers " + d.String(), respond: func(running context.Context, w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		waitFor(running, r, time.After(d))
		next(w, r)
	}}
}

// DelayBody sends the header, and the body after d.
func DelayBody(d time.Duration) Fault {
	return Fault{name: "delay-body " + d.String(), respond: atBody(func(b *body, p []byte) []byte {
		b.send(nil)
		waitFor(b.running, b.request, time.After(d))
		return p
	})}
}

// Drip sends the first 100 bytes of the body one by one, each after d.
func Drip(d time.Duration) Fault {
	return Fault{name: "drip " + d.String(), respond: atBody(func(b *body, p []byte) []byte {
		for n := 0; n < 100 && len(p) > 0; n++ {
			waitFor(b.running, b.request, time.After(d))
			b.send(p[:1])
			p = p[1:]
		}
		return p
	})}
}

// waitFor waits for the event, or until the client has gone or the server
// closes. No event means for ever.
func waitFor(running context.Context, r *http.Request, event <-chan time.Time) {
	select {
	case <-event:
	case <-r.Context().Done():
	case <-running.Done():
	}
}

func refusal(status string) func(context.Context, net.Conn) {
	return func(_ context.Context, connection net.Conn) { refuse(connection, status, "no tunnel\n") }
}

func drop(_ context.Context, connection net.Conn) { connection.Close() }

// hangUp closes the connection in good order. One that is closed with something unread
// is reset.
func hangUp(running context.Context, connection net.Conn) {
	stop := context.AfterFunc(running, func() { connection.Close() })
	defer stop()
	var hello [16 << 10]byte
	connection.Read(hello[:])
	connection.Close()
}

// hang says nothing until the client goes away or the server closes.
func hang(running context.Context, connection net.Conn) {
	stop := context.AfterFunc(running, func() { connection.Close() })
	defer stop()
	var b [512]byte
	for {
		if _, err := connection.Read(b[:]); err != nil {
			connection.Close()
			return
		}
	}
}

// body is a response at the moment when its body begins.
type body struct {
	http.ResponseWriter
	running context.Context
	request *http.Request
	first   func(b *body, p []byte) (rest []byte)
	begun   bool
}

// atBody makes a fault that acts once, with the first piece of the body or when
// there is none; what it returns is sent after it.
func atBody(first func(b *body, p []byte) []byte) func(context.Context, http.ResponseWriter, *http.Request, http.HandlerFunc) {
	return func(running context.Context, w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		b := &body{ResponseWriter: w, running: running, request: r, first: first}
		next(b, r)
		if !b.begun {
			_, _ = b.Write(nil)
		}
	}
}

func (b *body) Write(p []byte) (int, error) {
	rest := p
	if !b.begun {
		b.begun = true
		b.Header().Del("Content-Length") // it would be wrong now
		rest = b.first(b, p)
	}
	if _, err := b.ResponseWriter.Write(rest); err != nil {
		return 0, err
	}
	return len(p), nil
}

// send sends p at once, and the header before it.
func (b *body) send(p []byte) error {
	if _, err := b.ResponseWriter.Write(p); err != nil {
		return err
	}
	return http.NewResponseController(b.ResponseWriter).Flush()
}

func endlessHeaders(running context.Context, w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
	field := strings.Repeat("x", 16<<10)
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2
		for i := range 1024 {
			w.Header().Set(fmt.Sprintf("X-Filler-%d", i), field)
		}
		w.WriteHeader(http.StatusOK)
		return
	}
	defer connection.Close()
	stop := context.AfterFunc(running, func() { connection.Close() })
	defer stop()
	_, err = connection.Write([]byte("HTTP/1.1 200 OK\r\n"))
	for i := 0; err == nil; i++ {
		_, err = fmt.Fprintf(connection, "X-Filler-%d: %s\r\n", i, field)
	}
}
