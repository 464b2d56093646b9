package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"
)

const (
	// service is the name under which the guard's items are found in the keyring;
	// the item's own name stands where others keep a user name.
	service = "ado-guard"

	hungMark = "keyring hung"
	hungFor  = 10 * time.Minute

	// hungAfter is how long a call must have had before being cut off says
	// something of the keyring, not of the caller's haste.
	hungAfter = time.Second
)

// Keyring is the operating system's keyring: the Windows Credential Manager, the
// macOS keychain, the Secret Service elsewhere.
//
// go-keyring knows no deadlines, and waits for ever for a keyring that asks for
// its password or whose daemon is stopped. So each call runs beside the caller,
// who goes away when ctx ends; the call ends with the process. A keyring that hung
// is left alone for ten minutes by this and all other processes.
type Keyring struct {
	state   *State
	library library
	goos    string
	user    int
	getenv  func(string) string
	setenv  func(key, value string) error
	socket  func(path string) bool
	hung    atomic.Bool // in this process, if there is no memory
}

// library is what is used of go-keyring.
type library interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

// goKeyring is go-keyring's functions as a value.
type goKeyring struct{}

func (goKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (goKeyring) Set(service, user, text string) error     { return keyring.Set(service, user, text) }
func (goKeyring) Delete(service, user string) error        { return keyring.Delete(service, user) }

// SystemKeyring returns the keyring of this process's user and environment, and
// touches nothing yet. On Linux and the BSDs it may set DBUS_SESSION_BUS_ADDRESS
// in this process to the bus that it found (see [Keyring.Get]).
func SystemKeyring(state *State) *Keyring {
	return &Keyring{
		state:   state,
		library: goKeyring{},
		goos:    runtime.GOOS,
		user:    os.Geteuid(),
		getenv:  os.Getenv,
		setenv:  os.Setenv,
		socket: func(path string) bool {
			info, err := os.Stat(path)
			return err == nil && info.Mode()&os.ModeSocket != 0
		},
	}
}

// Get implements [Ring]. On Linux and the BSDs no call is made unless there is a
// D-Bus session bus already: go-keyring would start one, and leave it behind.
func (k *Keyring) Get(ctx context.Context, item string) (Text, error) {
	text, err := k.call(ctx, "reading", item, func() (string, error) { return k.library.Get(service, item) })
	return Text(text), err
}

// Set implements [Ring].
func (k *Keyring) Set(ctx context.Context, item string, text Text) error {
	if len(text) > limit(k.goos, item) {
		return fmt.Errorf("writing to the keyring: %w", ErrTooBig)
	}
	_, err := k.call(ctx, "writing", item, func() (string, error) {
		return "", k.library.Set(service, item, string(text))
	})
	return err
}

// Delete implements [Ring].
func (k *Keyring) Delete(ctx context.Context, item string) error {
	_, err := k.call(ctx, "removing", item, func() (string, error) {
		return "", k.library.Delete(service, item)
	})
	return err
}

// Hung reports whether the keyring hung within the last ten minutes, and so is
// left alone.
func (k *Keyring) Hung() bool { return k.hung.Load() || k.state.Marked(hungMark) }

// Retry lets the keyring be used again although it hung.
func (k *Keyring) Retry() {
	k.hung.Store(false)
	k.state.Unmark(hungMark)
}

// call runs one call of the library, and types its error.
func (k *Keyring) call(ctx context.Context, doing, item string, do func() (string, error)) (string, error) {
	start := time.Now()
	text, err := k.run(ctx, do)
	k.state.trace.Debug().Str("item", item).Dur("took", time.Since(start)).Err(err).Msg(doing + " a keyring item")
	switch {
	case err == nil:
		return text, nil
	case errors.Is(err, keyring.ErrNotFound):
		err = ErrNotFound
	case errors.Is(err, keyring.ErrSetDataTooBig):
		err = ErrTooBig
	default:
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return "", fmt.Errorf("%s the keyring item %s: %w", doing, item, err)
}

func (k *Keyring) run(ctx context.Context, do func() (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if k.Hung() {
		return "", errors.New("it did not answer a while ago")
	}
	if err := k.findBus(); err != nil {
		return "", err
	}
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	start := time.Now()
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a.err = fmt.Errorf("panic in go-keyring: %T", p) // its value may hold the text
			}
			answered <- a
		}()
		a.text, a.err = do()
	}()
	select {
	case a := <-answered:
		return a.text, a.err
	case <-ctx.Done():
		had := time.Since(start)
		if end, ok := ctx.Deadline(); ok { // on a busy machine it may be noticed late that it is over
			had = min(had, end.Sub(start))
		}
		if had >= hungAfter {
			k.hung.Store(true)
			k.state.Mark(hungMark, hungFor)
		}
		return "", fmt.Errorf("waiting for it: %w", ctx.Err())
	}
}

// limit is how many bytes an item's text may have. go-keyring refuses longer ones
// on Windows (CRED_MAX_CREDENTIAL_BLOB_SIZE), and on macOS where base64 of it has
// to fit into one command of 4 096 bytes, but there it has started a process by
// then that nobody ends.
func limit(goos, item string) int {
	switch goos {
	case "windows":
		return 2560
	case "darwin":
		const command = len("add-generic-password -U -s '" + service + "' -a '' -w 'go-keyring-base64:'\n")
		return (4096 - command - len(item)) / 4 * 3
	default:
		return 100 << 10 // where go-keyring says that the Secret Service becomes slow
	}
}
