package validate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
)

// trust is who is believed (the certificate authorities) and who one is oneself (the
// client certificate). Its files are read once, while the connection is being opened,
// which takes about as long; a connection is handed out only when they are there.
type trust struct {
	caFile, caPath    string
	certFile, keyFile string

	once        sync.Once
	ready       chan struct{}   // closed when the files have been read
	pool        *x509.CertPool  // nil: the system's
	certificate tls.Certificate // read only if certFile is set
	err         error
}

func newTrust(caFile, caPath, certFile, keyFile string) *trust {
	t := &trust{
		caFile: caFile, caPath: caPath, certFile: certFile, keyFile: keyFile,
		ready: make(chan struct{}),
	}
	if caFile != "" || caPath != "" {
		t.pool = x509.NewCertPool()
	}
	return t
}

// config makes the TLS configuration that the files will be found in.
func (t *trust) config(minimum uint16) *tls.Config {
	config := &tls.Config{RootCAs: t.pool, MinVersion: max(minimum, tls.VersionTLS12)}
	if t.certFile != "" {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &t.certificate, nil
		}
	}
	return config
}

// beside makes a dialer that reads the files while dial is at work, and that gives
// no connection if they cannot be read.
func (t *trust) beside(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		t.once.Do(func() { go t.read() })
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		select {
		case <-t.ready:
			err = t.err
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			conn.Close() //nolint:errcheck // nothing was written
			return nil, err
		}
		return conn, nil
	}
}

// dialTLS makes a dialer of TLS connections to an https proxy.
func (t *trust) dialTLS(dial dialer, name string) dialer {
	config := t.config(0)
	config.ServerName = name
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			conn.Close() //nolint:errcheck // the handshake's error is the one to tell
			var cert *tls.CertificateVerificationError
			if errors.As(err, &cert) { // not to be taken for the server's
				err = proxyRefusal("the proxy cannot be trusted: " + distrust(cert))
			}
			return nil, err
		}
		return secured, nil
	}
}

// read reads the files. What cannot be read as Git would read it is a refusal.
func (t *trust) read() {
	defer close(t.ready)
	defer func() {
		if fault := recover(); fault != nil {
			t.err = errFault
		}
	}()
	if t.pool == nil {
		// Warms the package's own store, which TLS goes by when it is given none. If it
		// cannot be read, no certificate will be believed, and the handshake says so.
		x509.SystemCertPool() //nolint:errcheck
	}
	if t.err = t.readFile(); t.err == nil {
		t.err = t.readPath()
	}
	if t.err == nil {
		t.err = t.readCertificate()
	}
}

func (t *trust) readFile() error {
	if t.caFile == "" {
		return nil
	}
	pem, err := os.ReadFile(t.caFile)
	if err != nil {
		return refusal(printable(fmt.Sprintf("the file of certificate authorities cannot be read: %v", err)))
	}
	if !t.pool.AppendCertsFromPEM(pem) {
		return refusal(printable("no certificate in the file of certificate authorities " + t.caFile))
	}
	return nil
}

func (t *trust) readPath() error {
	if t.caPath == "" {
		return nil
	}
	entries, err := os.ReadDir(t.caPath)
	if err != nil {
		return refusal(printable(fmt.Sprintf("the folder of certificate authorities cannot be read: %v", err)))
	}
	for _, entry := range entries {
		// As with OpenSSL, a file that cannot be read or is no certificate is passed over.
		name := filepath.Join(t.caPath, entry.Name())
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if pem, err := os.ReadFile(name); err == nil { // #nosec G304 -- of the folder that Git is told to trust
			t.pool.AppendCertsFromPEM(pem)
		}
	}
	return nil
}

func (t *trust) readCertificate() error {
	if t.certFile == "" {
		return nil
	}
	key := t.keyFile
	if key == "" {
		key = t.certFile
	}
	var err error
	if t.certificate, err = tls.LoadX509KeyPair(t.certFile, key); err != nil {
		return refusal(printable(fmt.Sprintf("the client certificate or its key cannot be read: %v", err)))
	}
	return nil
}
