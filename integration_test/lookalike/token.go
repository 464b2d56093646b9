package lookalike

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/leak"
)

// A Token is a secret that the look-alike knows by name.
type Token struct {
	server *Server
	name   string
	secret string
	is     Behaviour
	in     map[string]Behaviour // by organization
}

// Token declares the token of that name, or changes how it behaves. A new one
// gets a random secret in the form of a personal access token.
func (s *Server) Token(name string, b Behaviour) *Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.token(name)
	t.is = b
	return t
}

// TokenWithSecret is Token with a secret of the caller's choice: an old form, a
// JWT, something odd.
func (s *Server) TokenWithSecret(name, secret string, b Behaviour) *Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.token(name)
	t.become(secret)
	t.is = b
	return t
}

// become gives the token its secret, which the ledger of the test run gets to know.
func (t *Token) become(secret string) {
	t.secret = secret
	if err := leak.Note(leak.Secret{Name: t.name, Value: secret}); err != nil {
		panic(fmt.Sprintf("noting a token: %v", err)) // the search for it would find nothing
	}
}

// Tokens returns the declared tokens, by name.
func (s *Server) Tokens() []*Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	byName := func(a, b *Token) int { return strings.Compare(a.name, b.name) }
	return slices.SortedFunc(maps.Values(s.tokens), byName)
}

// token returns the token of that name, new if need be. The caller holds s.mu.
func (s *Server) token(name string) *Token {
	t := s.tokens[name]
	if t == nil {
		t = &Token{server: s, name: name, in: map[string]Behaviour{}}
		t.become(NewPAT())
		s.tokens[name] = t
	}
	return t
}

// In makes the token behave differently in one organization.
func (t *Token) In(organization string, b Behaviour) *Token {
	t.server.mu.Lock()
	defer t.server.mu.Unlock()
	t.in[strings.ToLower(organization)] = b
	return t
}

// Name returns the token's name, which stands for it in the record.
func (t *Token) Name() string { return t.name }

// Secret returns what Git would send as the password.
func (t *Token) Secret() string {
	t.server.mu.Lock()
	defer t.server.mu.Unlock()
	return t.secret
}

// NewPAT returns a random secret in the form that personal access tokens have
// today: 84 letters and digits, "AZDO" at offset 76.
func NewPAT() string { return letters(76) + "AZDO" + letters(4) }

// NewOldPAT returns a random secret in the older form: 52 of a–z and 2–7.
func NewOldPAT() string { return strings.ToLower(rand.Text() + rand.Text()) }

// NewJWT returns something in the form of a Microsoft Entra access token for
// Azure DevOps that ends at the given time. Its signature is random.
func NewJWT(end time.Time) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"typ":"JWT","alg":"RS256"}`) + "." +
		part(fmt.Sprintf(`{"aud":"499b84ac-1321-427f-aa17-267ca6975798","exp":%d}`, end.Unix())) + "." +
		part(rand.Text()+rand.Text())
}

func letters(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(rand.Text())
	}
	return b.String()[:n]
}
