package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// BenchmarkRecall is what the hot path costs: a new process opens the state, makes
// the fingerprint of a secret (reading the key) and recalls its verdict.
func BenchmarkRecall(b *testing.B) {
	for name, layout := range map[string]func(i int) (organization string, of secret.Secret){
		"organizations=1":               func(int) (string, secret.Secret) { return "org0", token },
		"organizations=5000/one_secret": func(i int) (string, secret.Secret) { return fmt.Sprintf("org%d", i), token },
		"organizations=5000/a_secret_each": func(i int) (string, secret.Secret) {
			if i == 0 {
				return "org0", token
			}
			return fmt.Sprintf("org%d", i), secret.New(fmt.Sprint(i))
		},
	} {
		b.Run(name, func(b *testing.B) {
			dir := filepath.Join(b.TempDir(), "ado-guard")
			s := openReal(dir)
			n := 5000
			if name == "organizations=1" {
				n = 1
			}
			for i := range n {
				organization, of := layout(i)
				s.Remember(organization, s.Fingerprint(of), Remembered{Finding: Live, Until: time.Now().Add(time.Hour)})
			}
			b.ReportAllocs()
			for b.Loop() {
				s := Open(dir, time.Now, zerolog.Nop())
				if _, ok := s.Recall("org0", s.Fingerprint(token)); !ok {
					b.Fatal("not found")
				}
			}
		})
	}
}

// BenchmarkMarked is what a mark costs that is not set, such as a keyring that has
// not hung.
func BenchmarkMarked(b *testing.B) {
	s := openReal(filepath.Join(b.TempDir(), "ado-guard"))
	s.Fingerprint(token)
	b.ReportAllocs()
	for b.Loop() {
		if s.Marked(hungMark) {
			b.Fatal("marked")
		}
	}
}

// BenchmarkRemember is what it costs to keep a verdict.
func BenchmarkRemember(b *testing.B) {
	s := openReal(filepath.Join(b.TempDir(), "ado-guard"))
	fingerprint := s.Fingerprint(token)
	b.ReportAllocs()
	for b.Loop() {
		s.Remember("contoso", fingerprint, Remembered{Finding: Live, Until: time.Now().Add(time.Hour), Proven: time.Now()})
	}
}

// BenchmarkLock is what a free lock costs, to take and to give back.
func BenchmarkLock(b *testing.B) {
	s := openReal(filepath.Join(b.TempDir(), "ado-guard"))
	b.ReportAllocs()
	for b.Loop() {
		unlock, _, err := s.Lock(b.Context(), "contoso")
		if err != nil {
			b.Fatal(err)
		}
		unlock()
	}
}

// BenchmarkItem is what it costs to read the text of an item with three accounts.
func BenchmarkItem(b *testing.B) {
	text, err := encode([]Entry{{Username: "a", Password: token}, {Username: "b", Password: token}, {Username: "c", Password: token}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSweep is what the daily sweep costs at most, with 5 000 secrets.
func BenchmarkSweep(b *testing.B) {
	s := openReal(filepath.Join(b.TempDir(), "ado-guard"))
	for i := range 5000 {
		s.Remember("contoso", s.Fingerprint(secret.New(fmt.Sprint(i))), Remembered{Finding: Live, Until: time.Now().Add(time.Hour)})
	}
	for b.Loop() {
		s.Unmark(sweepMark)
		s.Sweep()
	}
}
