package store

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Ring is a keyring: named items that hold one text each. Every call ends when
// its ctx does, at the latest.
type Ring interface {
	// Get returns an item. The error wraps ErrNotFound or ErrUnavailable.
	Get(ctx context.Context, item string) (Text, error)
	// Set makes or replaces an item. The error wraps ErrTooBig or ErrUnavailable.
	Set(ctx context.Context, item string, text Text) error
	// Delete removes an item. The error wraps ErrNotFound or ErrUnavailable.
	Delete(ctx context.Context, item string) error
}

// What a Ring can fail with.
var (
	ErrNotFound    = errors.New("not in the keyring")
	ErrUnavailable = errors.New("the keyring cannot be used")
	ErrTooBig      = errors.New("more than the keyring takes for one item")
)

// Text is what an item holds, secrets included. It prints as [secret].
type Text string

// Format makes every verb of package fmt print [secret].
func (Text) Format(state fmt.State, _ rune) {
	io.WriteString(state, "[secret]") //nolint:errcheck // fmt keeps no error of a Formatter
}

// MarshalText makes JSON, and every logger that goes by it, print [secret].
func (Text) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }
