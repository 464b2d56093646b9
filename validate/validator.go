package validate

import (
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/rs/zerolog"
)

// defaultClock bounds a call whose context has no deadline.
const defaultClock = 5 * time.Second

// Validator asks Azure DevOps about credentials. Settings must be set; everything
// else has a useful zero value. It keeps its connections for as long as it lives, may
// be used by many goroutines at once, and must not be copied.
type Validator struct {
	// Settings tell how Git would reach a URL; see [SettingsFromGit]. An error means
	// that nothing is sent.
	Settings func(url string) (Settings, error)

	// Down remembers for a while (30 s) which hosts could not be reached, so that
	// they are not waited for again. Both methods take a host as it stands in a URL.
	Down interface {
		Down(host string) bool
		MarkDown(host string)
	}

	Trace     zerolog.Logger   // what was asked, what came back, what was decided
	Now       func() time.Time // for the times in answers and trace; nil: time.Now
	UserAgent string           // "git-credential-ado-guard/1.0"; "" is the name alone

	// Thorough waits for every probe's answer, also after a proof of life: to show
	// them all.
	Thorough bool

	// Dial opens TCP connections; nil: [net.Dialer.DialContext].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu      sync.Mutex
	clients map[clientKey]*client
}

// client is a link and what sends over it.
type client struct {
	link *link
	http *retryablehttp.Client
}

type clientKey struct {
	host     string
	settings Settings
}

// client returns the client for a host under the settings of a URL, or why there is
// none: the host was just seen to be down, or the settings cannot be honoured.
func (v *Validator) client(host, url string) (*client, *Failure) {
	settings, err := v.Settings(url)
	switch {
	case err != nil:
		return nil, explain(host, refusal(printable(err.Error())))
	case settings.Refuse != "":
		return nil, explain(host, refusal(settings.Refuse))
	case v.Down != nil && v.Down.Down(host):
		return nil, &Failure{Host: host, Reason: ReasonUnreachable, Words: "it could not be reached a moment ago"}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	key := clientKey{host, settings}
	if c := v.clients[key]; c != nil {
		return c, nil
	}
	l, err := newLink(host, settings, v.dialer())
	if err != nil {
		return nil, explain(host, err)
	}
	if v.clients == nil {
		v.clients = make(map[clientKey]*client)
	}
	c := &client{l, newClient(l)}
	v.clients[key] = c
	return c, nil
}

func (v *Validator) dialer() dialer {
	if v.Dial != nil {
		return v.Dial
	}
	return new(net.Dialer).DialContext
}

func (v *Validator) now() time.Time {
	if v.Now != nil {
		return v.Now()
	}
	return time.Now()
}

// Warm starts to open the connections that Judge will need for a target, and
// returns at once. Nothing is sent over them. A connection that is not there by the
// context's deadline is given up.
func (v *Validator) Warm(ctx context.Context, t Target) {
	defer func() {
		if fault := recover(); fault != nil {
			v.fault("warm", fault)
		}
	}()
	rounds := t.rounds()
	if len(rounds) == 0 || v.forbidden(rounds) != nil {
		return
	}
	for _, r := range rounds {
		if c, failure := v.client(r.host, r.settings); failure == nil {
			c.link.start(ctx)
		}
	}
}

// Close ends all connections. The Validator may be used again.
func (v *Validator) Close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range v.clients {
		c.link.close()
	}
	v.clients = nil
}

// fault traces a panic by its type alone: nobody can vouch for its text. Should the
// trace be what is broken, there is nobody left to tell.
func (v *Validator) fault(where string, fault any) {
	defer func() { recover() }() //nolint:errcheck // see above
	v.Trace.Error().Str("where", where).Str("fault", fmt.Sprintf("%T", fault)).
		Bytes("stack", debug.Stack()).Msg("a fault in ado-guard")
}
