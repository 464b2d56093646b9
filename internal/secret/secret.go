// Package secret holds what must never be seen: passwords, personal access
// tokens, access tokens and refresh tokens.
//
// A Secret prints as "[secret]" however it is printed. It answers the questions
// that the guard has about it (is it the same, what kind is it, when does it
// expire) without being opened. [Secret.Reveal] opens it, and is called in three
// places only: where the Authorization header is made, where the credential
// protocol is written, and where the operating system's keyring is filled. A test
// searches the source for a fourth.
package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unique"
)

// redacted is what a Secret looks like wherever it is printed.
const redacted = "[secret]"

// Secret is a password or token. The zero value is the empty secret. Secrets may be
// compared with ==, or with [Secret.Equal] where it must not be seen how long that
// takes.
type Secret struct {
	// A handle, because package fmt cannot call the methods of an unexported field:
	// of a handle inside somebody's struct it prints an address only.
	value unique.Handle[string]
}

// New makes a Secret of a plain value.
func New(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// Reveal returns the plain value. See the package comment for who may call it.
func (s Secret) Reveal() string { return s.plain() }

func (s Secret) plain() string {
	if s == (Secret{}) {
		return ""
	}
	return s.value.Value()
}

// Empty reports whether there is nothing in it.
func (s Secret) Empty() bool { return s == Secret{} }

// Equal reports whether both hold the same value, in a time that does not depend
// on where they differ.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.plain()), []byte(other.plain())) == 1
}

// MAC returns the HMAC-SHA256 of the value under key, by which a record can name
// a secret without holding anything that it could be found from.
func (s Secret) MAC(key []byte) [sha256.Size]byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(s.plain())) // a hash never returns an error
	return [sha256.Size]byte(mac.Sum(nil))
}

// Kind is what a secret looks like. The looks of a token prove nothing about it:
// use Kind to describe one, or to keep something that cannot be a token from
// being sent, never to judge.
type Kind int

// The kinds of secret that Azure DevOps takes, and everything else.
const (
	Other       Kind = iota // a password, or nothing known
	PAT                     // a personal access token: 84 characters, or 52 in the old form
	AccessToken             // a Microsoft Entra access token: a JSON Web Token
)

// String names the kind as Microsoft's documentation does.
func (k Kind) String() string {
	switch k {
	case PAT:
		return "personal access token"
	case AccessToken:
		return "Microsoft Entra access token"
	default:
		return "password"
	}
}

// Kind tells what the secret looks like: a PAT is 84 characters of [A-Za-z0-9]
// with AZDO at offset 76, or 52 characters of [a-z2-7] in the old form; an access
// token is a JSON Web Token (RFC 7519).
func (s Secret) Kind() Kind {
	switch plain := s.plain(); {
	case len(plain) == 84 && plain[76:80] == "AZDO" && only(plain, alphanumeric):
		return PAT
	case len(plain) == 52 && only(plain, base32Lower):
		return PAT
	case s.isJWT():
		return AccessToken
	default:
		return Other
	}
}

// Expiry returns the end of life that a JSON Web Token names in its exp claim
// (RFC 7519, 4.1.4). Its signature is not checked, so no more may be made of it
// than to remember a verdict for a shorter time, or to tell a person.
func (s Secret) Expiry() (time.Time, bool) {
	parts := strings.Split(s.plain(), ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}, false
	}
	var claims struct {
		Expiry float64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Expiry <= 0 || claims.Expiry > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(int64(claims.Expiry), 0), true
}

func (s Secret) isJWT() bool {
	parts := strings.Split(s.plain(), ".")
	if len(parts) != 3 {
		return false
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	return err == nil && json.Valid(header) && strings.HasPrefix(string(header), "{")
}

func only(value string, allowed func(byte) bool) bool {
	for i := range len(value) {
		if !allowed(value[i]) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func base32Lower(c byte) bool { return 'a' <= c && c <= 'z' || '2' <= c && c <= '7' }

// Format makes every verb of package fmt print [secret].
func (s Secret) Format(state fmt.State, _ rune) {
	io.WriteString(state, redacted) //nolint:errcheck // fmt keeps no error of a Formatter
}

// String returns [secret].
func (s Secret) String() string { return redacted }

// MarshalText makes JSON, and every logger that goes by it, print [secret].
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
