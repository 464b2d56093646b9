package helper

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// Limits of what is read. Git never writes a longer line (65 535 bytes are what
// its own helpers read), and no request or answer comes near the whole. Of an
// answer that does, Git reads on; so what Git knows of it is kept, and the rest is
// let go, up to a length at which Git would be at it for ever as well.
const (
	maxLine    = 65535
	maxMessage = 1 << 20
	maxAnswer  = 256 << 20
)

// gitsKeys are the attributes that Git reads (Git manual, git-credential: INPUT/OUTPUT FORMAT).
var gitsKeys = []string{
	"protocol", "host", "path", "username", "password", "url", "authtype", "credential", "ephemeral", "continue", "quit",
	"password_expiry_utc", "oauth_refresh_token", "capability[]", "state[]", "wwwauth[]",
}

// Message is what the credential protocol carries in either direction: attributes
// in their order, known and unknown alike (Git manual, gitcredentials and
// git-credential: INPUT/OUTPUT FORMAT). Reading and writing it back gives the same
// bytes. Values of secret attributes are kept as [secret.Secret]; printing a
// Message shows the names of its attributes only.
//
// The zero Message is empty. A Message is a value: editing methods return a new one.
type Message struct {
	lines []line
	// rest is what ended it: the blank line, or in an answer a line without "="
	// (at which Git stops reading, with a warning), or nothing.
	rest string
}

// line is one attribute. Exactly one of value and hidden is used.
type line struct {
	key    string
	value  string
	hidden secret.Secret
	end    string // "\n", "\r\n", or nothing at the end of the file
}

// secretKeys are the attributes whose values must never be seen. A url may hold a password.
var secretKeys = []string{"password", "credential", "oauth_refresh_token", "url"}

// Errors of a request that nobody should act on.
var (
	ErrNUL        = errors.New("a NUL byte in an attribute")
	ErrCR         = errors.New("a carriage return inside an attribute")
	ErrLongLine   = fmt.Errorf("a line of more than %d bytes", maxLine)
	ErrTooLong    = fmt.Errorf("more than %d bytes", maxMessage)
	ErrNoEquals   = errors.New("a line that is not key=value")
	ErrNoProtocol = errors.New("no protocol")
	ErrNoHost     = errors.New("no host")
)

// ReadRequest reads what Git asks: up to a blank line or the end of the file.
//
// It refuses what could smuggle an attribute past some helper: a NUL byte, a
// carriage return inside a value (CVE-2024-52006), a line that is too long to be
// read whole, and a request that names no protocol or host (CVE-2020-11008; both
// may be empty, as for a client certificate, but must be there). Errors are the
// ones above, or what reading returned.
func ReadRequest(r io.Reader) (Message, error) {
	m, err := scan(r, true)
	if err != nil {
		return Message{}, err
	}
	if !m.Has("protocol") {
		return Message{}, ErrNoProtocol
	}
	if !m.Has("host") {
		return Message{}, ErrNoHost
	}
	return m, nil
}

// ReadAnswer reads what an inner helper answers, as Git reads it: up to a blank
// line, the end of the file, or a line without "=". What was read before an error
// is good and is returned with it, because Git uses it as well.
func ReadAnswer(r io.Reader) (Message, error) {
	return scan(r, false)
}

// scan reads byte by byte from its own buffer, so that an answer ends with its
// blank line although the helper keeps its output open.
func scan(r io.Reader, strict bool) (Message, error) {
	var m Message
	most := maxAnswer
	if strict {
		most = maxMessage
	}
	in := newLines(r, most)
	kept := 0
	for {
		text, end, err := in.next()
		if err != nil {
			return m, err
		}
		if text == "" {
			m.rest = end
			return m, nil
		}
		if strict {
			if err := wellFormed(text); err != nil {
				return m, err
			}
		}
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			if strict {
				return m, ErrNoEquals
			}
			m.rest = text + end
			return m, nil
		}
		switch size := kept + len(text); {
		case size <= maxMessage:
		case !slices.Contains(gitsKeys, key):
			continue
		case size > 2*maxMessage:
			return m, ErrTooLong
		}
		kept += len(text)
		m.lines = append(m.lines, newLine(key, value, end))
		if strict && key == "url" {
			if err := wellFormedURL(value); err != nil {
				return m, err
			}
		}
	}
}

func wellFormed(text string) error {
	switch {
	case strings.ContainsRune(text, 0):
		return ErrNUL
	case strings.ContainsRune(text, '\r'):
		return ErrCR
	default:
		return nil
	}
}

// wellFormedURL refuses in the parts of a url what would be refused as an
// attribute: percent-encoding must not carry a line break past it (CVE-2020-5260).
func wellFormedURL(text string) error {
	decoded, err := url.PathUnescape(text)
	if err != nil {
		return nil // Git takes a stray percent sign as it is
	}
	if strings.ContainsRune(decoded, '\n') {
		return ErrCR
	}
	return wellFormed(decoded)
}

func newLine(key, value, end string) line {
	if slices.Contains(secretKeys, key) {
		return line{key: key, hidden: secret.New(value), end: end}
	}
	return line{key: key, value: value, end: end}
}

// Has reports whether the attribute is there, be it empty.
func (m Message) Has(key string) bool {
	_, ok := m.find(key)
	return ok
}

// Get returns the value of an attribute that is no secret, the last one if it
// comes twice, as Git has it; "" if it is not there. A list has its own method.
func (m Message) Get(key string) string {
	l, _ := m.find(key)
	return l.value
}

// Secret returns the value of a secret attribute, empty if it is not there.
func (m Message) Secret(key string) secret.Secret {
	l, _ := m.find(key)
	return l.hidden
}

func (m Message) find(key string) (line, bool) {
	for _, l := range slices.Backward(m.lines) {
		if l.key == key {
			return l, true
		}
	}
	return line{}, false
}

// List returns the values of a list such as "state[]". An empty value clears
// what stands before it (Git manual, git-credential).
func (m Message) List(key string) []string {
	var values []string
	for _, l := range m.lines {
		switch {
		case l.key != key:
		case l.value == "":
			values = nil
		default:
			values = append(values, l.value)
		}
	}
	return values
}

// Flag reads an attribute as Git reads a Boolean.
func (m Message) Flag(key string) bool {
	switch strings.ToLower(m.Get(key)) {
	case "true", "yes", "on":
		return true
	default:
		n, err := strconv.ParseInt(m.Get(key), 10, 64)
		return err == nil && n != 0
	}
}

// Expiry returns the time of password_expiry_utc, a Unix time in seconds. Zero or
// unreadable means none, as Git has it.
func (m Message) Expiry() (time.Time, bool) {
	seconds, err := strconv.ParseInt(m.Get("password_expiry_utc"), 10, 64)
	if err != nil || seconds <= 0 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

// Expired reports whether password_expiry_utc has passed.
func (m Message) Expired(now time.Time) bool {
	end, ok := m.Expiry()
	return ok && end.Before(now)
}

// Complete reports whether Git would stop asking: a username and a password, or a
// ready credential with its authtype.
func (m Message) Complete() bool {
	return m.Has("username") && m.Has("password") || m.Has("authtype") && m.Has("credential")
}

// broken reports whether an answer ended at a line without "=".
func (m Message) broken() bool { return strings.Trim(m.rest, "\r\n") != "" }

// Empty reports whether it has no attributes.
func (m Message) Empty() bool { return len(m.lines) == 0 }

// Keys returns the names of the attributes in their order, for the trace.
func (m Message) Keys() []string {
	keys := make([]string, len(m.lines))
	for i, l := range m.lines {
		keys[i] = l.key
	}
	return keys
}

// String shows the names of the attributes, never a value.
func (m Message) String() string { return "[" + strings.Join(m.Keys(), " ") + "]" }

// GoString shows what String shows.
func (m Message) GoString() string { return m.String() }

// WriteTo writes the message as it was read. This is the one place where the
// protocol opens a secret.
func (m Message) WriteTo(w io.Writer) (int64, error) {
	var out bytes.Buffer
	for _, l := range m.lines {
		out.WriteString(l.key)
		out.WriteByte('=')
		out.WriteString(l.value)
		out.WriteString(l.hidden.Reveal())
		out.WriteString(l.end)
	}
	out.WriteString(m.rest)
	return out.WriteTo(w)
}
