package validate

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// aToken has the shape of a PAT, so that a Server is sent it too.
const aToken = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123AZDOabcd"

var (
	aCredential = Credential{Username: "alice", Secret: secret.New(aToken)}
	aTarget     = Target{Host: "dev.azure.com", Organization: "contoso", Sure: true}
	aRepository = Target{Host: "dev.azure.com", Organization: "contoso", Sure: true, Repository: "p/_git/r"}
)

// authority is a certificate authority for one test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string // PEM
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "root.pem")
	writePEM(t, file, "CERTIFICATE", der)
	return &authority{certificate, key, file}
}

// issue makes a certificate for names, good for both ends of a connection.
func (a *authority) issue(t *testing.T, names ...string) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// azureDevOps is a stand-in for all hosts of Azure DevOps on one listener, and what
// it saw.
type azureDevOps struct {
	*httptest.Server
	authority *authority

	network *pipes // in a bubble; nil: the loopback interface

	mu    sync.Mutex
	seen  []*http.Request
	dials []string // addresses that were dialled
}

// serve starts a stand-in that answers by the host and path of a request:
// "dev.azure.com/contoso/_apis/connectionData". What is not there is a genuine 404.
func serve(t *testing.T, answers map[string]http.HandlerFunc, configure ...func(*httptest.Server)) *azureDevOps {
	t.Helper()
	a := &azureDevOps{authority: newAuthority(t)}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.seen = append(a.seen, r)
		a.mu.Unlock()
		if answer := answers[r.Host+r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		reply1(404, azure(), "")(w, r)
	}))
	a.EnableHTTP2 = true
	a.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that tests break off
	a.TLS = &tls.Config{Certificates: []tls.Certificate{a.authority.issue(t,
		"dev.azure.com", "vssps.dev.azure.com", "status.dev.azure.com", "*.visualstudio.com", "tfs.example")}}
	for _, f := range configure {
		f(a.Server)
	}
	a.network, _ = a.Listener.(*pipes)
	a.StartTLS()
	t.Cleanup(func() {
		a.Close()
		if a.network != nil {
			time.Sleep(time.Minute) // of the bubble's time: until the last connection has ended
		}
	})
	return a
}

func http1(s *httptest.Server) { s.EnableHTTP2 = false }

// Paths of the three probes for aRepository, and of the status API.
const (
	profilePath    = "vssps.dev.azure.com/contoso/_apis/profile/profiles/me"
	connectionPath = "dev.azure.com/contoso/_apis/connectionData"
	repositoryPath = "dev.azure.com/contoso/p/_git/r/info/refs"
	statusPath     = "status.dev.azure.com/_apis/status/health"
)

// reply1 answers with one fixed reply.
func reply1(status int, header http.Header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		w.Write([]byte(body)) //nolint:errcheck // the test is at the other end
	}
}

var (
	says401   = reply1(401, azure("X-TFS-ServiceError", "TF400813%3A%20x"), revokedJSON)
	saysLife  = reply1(200, azure("Content-Type", "application/json"), aConnection)
	saysMe    = reply1(200, azure("Content-Type", "application/json"), aProfile)
	saysNever = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
)

// validator makes one that reaches the stand-in under its real names.
func (a *azureDevOps) validator() *Validator {
	return &Validator{
		Settings: func(string) (Settings, error) { return Settings{CAFile: a.authority.file}, nil },
		Dial:     a.dial,
	}
}

func (a *azureDevOps) dial(ctx context.Context, network, address string) (net.Conn, error) {
	a.mu.Lock()
	a.dials = append(a.dials, address)
	a.mu.Unlock()
	if a.network != nil {
		return a.network.dial(ctx)
	}
	return new(net.Dialer).DialContext(ctx, network, a.Listener.Addr().String())
}

// requests are those that came so far; a late one may still come after a verdict.
func (a *azureDevOps) requests() []*http.Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.seen)
}

// addresses are those that were dialled so far.
func (a *azureDevOps) addresses() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.dials)
}

// asked counts the requests for a host and path.
func (a *azureDevOps) asked(path string) int {
	count := 0
	for _, r := range a.requests() {
		if r.Host+r.URL.Path == path {
			count++
		}
	}
	return count
}

// dialled counts the connections that were opened to a host.
func (a *azureDevOps) dialled(host string) int {
	count := 0
	for _, address := range a.addresses() {
		if strings.HasPrefix(address, host+":") {
			count++
		}
	}
	return count
}

// judge judges aCredential with a clock that no test should need.
func judge(t *testing.T, v *Validator, target Target) Verdict {
	t.Helper()
	t.Cleanup(v.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return v.Judge(ctx, target, aCredential)
}

// half answers with the header of a rejection and no end of its body.
func half(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-TFS-ProcessId", "1")
	w.WriteHeader(401)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// cutOff sends the beginning of an answer that is announced to be longer.
func cutOff(status int, header http.Header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		reply1(status, header, body)(w, r)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// hijack sends a text in place of an answer.
func hijack(w http.ResponseWriter, text string) {
	conn, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	buffered.WriteString(text) //nolint:errcheck // the test is at the other end
	buffered.Flush()           //nolint:errcheck
}

// marks is what a Validator says of hosts that are down.
type marks struct {
	mu     sync.Mutex
	known  string
	marked []string
}

func (m *marks) Down(host string) bool { return host == m.known }
func (m *marks) MarkDown(host string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.marked = append(m.marked, host)
}
