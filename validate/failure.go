package validate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Failure is why a server gave no answer, or not the whole of one. Its words are
// the package's own: what a server says in place of HTTP might repeat the secret
// that it was sent, and goes nowhere.
type Failure struct {
	Host   string // whose answer did not come
	Reason Reason // ReasonUnreachable, ReasonNothingSent or ReasonFault
	Words  string // one plain line: "the connection was refused"
	Down   bool   // the network's fault: asking the same host again would only cost time
}

// Error is the host and the words.
func (f *Failure) Error() string { return f.Host + ": " + f.Words }

// refusal is an error that means that nothing was sent, and why.
type refusal string

func (r refusal) Error() string { return string(r) }

// dialFailure marks an error from before a connection was there, so before anything
// was sent over it.
type dialFailure struct{ cause error }

func (d *dialFailure) Error() string { return d.cause.Error() }
func (d *dialFailure) Unwrap() error { return d.cause }

// proxyRefusal is why a proxy does not let through, in words that begin with it.
type proxyRefusal string

func (p proxyRefusal) Error() string { return string(p) }

// explain makes a Failure of what went wrong between here and host.
func explain(host string, err error) *Failure {
	f := &Failure{Host: host, Reason: ReasonUnreachable}
	var (
		refused refusal
		dial    *dialFailure
		dns     *net.DNSError
		proxy   proxyRefusal
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   *net.OpError
		network net.Error
		system  syscall.Errno
	)
	dialing := errors.As(err, &dial)
	switch {
	case errors.As(err, &refused):
		f.Words, f.Reason = string(refused), ReasonNothingSent
	case errors.Is(err, errFault):
		f.Words, f.Reason = errFault.Error(), ReasonFault
	case errors.Is(err, context.Canceled):
		f.Words = "not waited for"
	case errors.As(err, &dns):
		f.Words, f.Down = "its name cannot be resolved", true
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &network) && network.Timeout():
		f.Words, f.Down = "no answer in time", true
	case errors.As(err, &proxy):
		f.Words = proxy.Error()
	case errors.As(err, &cert):
		f.Words = "TLS: " + distrust(cert)
	case errors.As(err, &record):
		f.Words = "TLS: what answers does not speak it"
	case errors.As(err, &alert) && alert.Op == "remote error":
		f.Words = "TLS: the server ended the handshake"
	case refusedConnection(err):
		f.Words, f.Down = "the connection was refused", true
	case dialing && errors.As(err, &system):
		f.Words, f.Down = "no connection: "+system.Error(), true
	case dialing: // a proxy's text might repeat its own password
		f.Words = "no connection came about"
	case broken(err):
		f.Words = "the connection broke off before the answer was whole"
	default:
		f.Words = "the answer could not be read as HTTP"
	}
	return f
}

// distrust says why a certificate was not believed.
func distrust(err *tls.CertificateVerificationError) string {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		issuer    string
	)
	if len(err.UnverifiedCertificates) > 0 {
		last := err.UnverifiedCertificates[len(err.UnverifiedCertificates)-1]
		issuer = printable(last.Issuer.String())
	}
	switch {
	case errors.As(err, &name):
		return "its certificate is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired or is not valid yet (or the clock is wrong)"
	case errors.As(err, &authority):
		return fmt.Sprintf("its certificate is signed by nobody who is trusted here (issuer %s)", issuer)
	default:
		return fmt.Sprintf("its certificate is not trusted (issuer %s)", issuer)
	}
}

// broken reports whether an established connection ended before its answer did: the
// only failure that is worth a second try. It may have ended for another request's
// sake, which was cancelled or did not want the whole of its answer. net/http has no
// exported types for the ways that can only be told by their texts.
func broken(err error) bool {
	var dial *dialFailure
	if errors.As(err, &dial) {
		return false
	}
	const wsaConnectionAborted, wsaConnectionReset = syscall.Errno(10053), syscall.Errno(10054)
	for _, cause := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, context.Canceled, syscall.EPIPE,
		syscall.ECONNRESET, syscall.ECONNABORTED, wsaConnectionReset, wsaConnectionAborted,
	} {
		if errors.Is(err, cause) {
			return true
		}
	}
	text := err.Error()
	return slices.ContainsFunc(brokenTexts, func(part string) bool { return strings.Contains(text, part) }) ||
		strings.Contains(text, "stream error: ") && strings.HasSuffix(text, "; received from peer")
}

// brokenTexts are what net/http says of a connection that ended. The first five had
// ended before the request was sent.
var brokenTexts = []string{
	"connection is unavailable",
	"http: server closed idle connection",
	"http2: client conn is closed",
	"http2: client conn not usable",
	"http2: Transport received Server's graceful shutdown GOAWAY",
	"http: persistConn.readLoop exiting",
	"http: request canceled",
	"http2: server sent GOAWAY",
	"http2: client connection lost",
}

func refusedConnection(err error) bool {
	const wsaConnectionRefused = syscall.Errno(10061)
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaConnectionRefused)
}

// printable makes a foreign text one line that a terminal can be shown: no control
// characters, at most 200 bytes.
func printable(text string) string {
	clean := strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
	if len(clean) > 200 {
		clean = strings.ToValidUTF8(clean[:200], "") + "…"
	}
	return clean
}
