package validate

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func TestOnlyATrustedCertificateIsAsked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		names    []string
		settings func(server *azureDevOps, other *authority) Settings
		words    string
	}{
		"trusted":             {[]string{"dev.azure.com"}, func(s *azureDevOps, _ *authority) Settings { return Settings{CAFile: s.authority.file} }, ""},
		"trusted by a folder": {[]string{"dev.azure.com"}, func(s *azureDevOps, _ *authority) Settings { return Settings{CAPath: filepath.Dir(s.authority.file)} }, ""},
		"trusted by either": {[]string{"dev.azure.com"}, func(s *azureDevOps, o *authority) Settings {
			return Settings{CAFile: o.file, CAPath: filepath.Dir(s.authority.file)}
		}, ""},
		"signed by another":       {[]string{"dev.azure.com"}, func(_ *azureDevOps, o *authority) Settings { return Settings{CAFile: o.file} }, "TLS: its certificate is signed by nobody who is trusted here (issuer CN=Test Root)"},
		"signed by none of these": {[]string{"dev.azure.com"}, func(_ *azureDevOps, o *authority) Settings { return Settings{CAPath: filepath.Dir(o.file)} }, "TLS: its certificate is signed by nobody who is trusted here (issuer CN=Test Root)"},
		"not the system's":        {[]string{"dev.azure.com"}, func(*azureDevOps, *authority) Settings { return Settings{} }, "TLS: its certificate is signed by nobody who is trusted here (issuer CN=Test Root)"},
		"for another name":        {[]string{"azure.com"}, func(s *azureDevOps, _ *authority) Settings { return Settings{CAFile: s.authority.file} }, "TLS: its certificate is for another name"},
		"too old a TLS": {[]string{"dev.azure.com"}, func(s *azureDevOps, _ *authority) Settings {
			return Settings{CAFile: s.authority.file, MinTLS: tls.VersionTLS13}
		}, "TLS: the server ended the handshake"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, answers{connectionPath: saysLife}, func(s *httptest.Server) { s.TLS.MaxVersion = tls.VersionTLS12 })
			server.TLS.Certificates = []tls.Certificate{server.authority.issue(t, test.names...)}
			v := server.validator()
			settings := test.settings(server, newAuthority(t))
			v.Settings = func(string) (Settings, error) { return settings, nil }
			down := &marks{}
			v.Down = down
			got := judge(t, v, aTarget)
			if test.words == "" && got.State != Live || test.words != "" && (got.State != Unknown || got.Detail != test.words || len(server.requests()) > 0) {
				t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
			}
			if test.words != "" && len(down.marked) > 0 {
				t.Errorf("waiting would not help, yet marked down: %v", down.marked)
			}
		})
	}
}

func TestAClientCertificateIsShown(t *testing.T) {
	t.Parallel()
	server := serve(t, answers{connectionPath: saysLife}, func(s *httptest.Server) {
		s.TLS.ClientAuth = tls.RequireAnyClientCert
	})
	mine := server.authority.issue(t, "alice")
	key, err := x509.MarshalPKCS8PrivateKey(mine.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certFile, keyFile, both := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"), filepath.Join(folder, "both.pem")
	encrypted := filepath.Join(folder, "encrypted.pem")
	writePEM(t, certFile, "CERTIFICATE", mine.Certificate[0])
	writePEM(t, keyFile, "PRIVATE KEY", key)
	writePEM(t, encrypted, "ENCRYPTED PRIVATE KEY", []byte("not to be read without a password"))
	one, _ := os.ReadFile(certFile)
	two, _ := os.ReadFile(keyFile)
	if err := os.WriteFile(both, append(one, two...), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		settings Settings
		want     State
		reason   Reason
	}{
		"in two files":          {Settings{CertFile: certFile, KeyFile: keyFile}, Live, ReasonAccepted},
		"in one file":           {Settings{CertFile: both}, Live, ReasonAccepted},
		"none":                  {Settings{}, Unknown, ReasonUnreachable},
		"with an encrypted key": {Settings{CertFile: certFile, KeyFile: encrypted}, Unknown, ReasonNothingSent},
		"without its key":       {Settings{CertFile: certFile}, Unknown, ReasonNothingSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := server.validator()
			test.settings.CAFile = server.authority.file
			v.Settings = func(string) (Settings, error) { return test.settings, nil }
			if got := judge(t, v, aTarget); got.State != test.want || got.Reason != test.reason {
				t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
			}
		})
	}
}
