package validate

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestSecondTries(t *testing.T) {
	t.Parallel()
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, test := range map[string]struct {
		first http.HandlerFunc
		tries int
	}{
		"502":                   {reply1(502, azure(), "x"), 2},
		"503":                   {reply1(503, azure(), "x"), 2},
		"504":                   {reply1(504, azure(), "x"), 2},
		"the connection breaks": {abort, 2},
		"429":                   {reply1(429, azure("Retry-After", "0"), "x"), 1},
		"500":                   {reply1(500, azure(), "x"), 1},
		"401":                   {says401, 1},
		"403":                   {reply1(403, azure(), "x"), 1},
		"a redirect":            {reply1(302, azure("Location", signInURL), ""), 1},
		"what is not HTTP":      {func(w http.ResponseWriter, _ *http.Request) { hijack(w, "garbage\r\n\r\n") }, 1},
		"headers without end": {func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, "HTTP/1.1 200 OK\r\nA: "+strings.Repeat("a", 1<<20))
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			server := serve(t, answers{profilePath: says401, connectionPath: func(w http.ResponseWriter, r *http.Request) {
				if tries.Add(1) == 1 {
					test.first(w, r)
					return
				}
				saysLife(w, r)
			}}, http1)
			got := judge(t, server.validator(), aTarget)
			if int(tries.Load()) != test.tries || (got.State == Live) != (test.tries == 2) {
				t.Errorf("%d tries, %v (%v: %v)", tries.Load(), got.State, got.Reason, got.Detail)
			}
		})
	}
	t.Run("made over HTTP/2 when the answer is reset", func(t *testing.T) {
		t.Parallel()
		server := serve(t, answers{connectionPath: abort})
		if got := judge(t, server.validator(), aTarget); server.asked(connectionPath) != 2 || got.Detail != "the connection broke off before the answer was whole" {
			t.Errorf("%d tries, %v (%v)", server.asked(connectionPath), got.Reason, got.Detail)
		}
	})
	t.Run("are not endless, and the last answer is kept", func(t *testing.T) {
		t.Parallel()
		server := serve(t, answers{connectionPath: reply1(503, azure(), "x")})
		got := judge(t, server.validator(), aTarget)
		if got.Detail != "503" || got.Reason != ReasonTrouble || server.asked(connectionPath) != 2 {
			t.Errorf("%v (%v), %d tries", got.Reason, got.Detail, server.asked(connectionPath))
		}
	})
	for name, dial := range map[string]dialer{
		"refused": func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:1")
		},
		"no name": func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host"}
		},
		"reset": func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF },
	} {
		t.Run("none after a connection that could not be opened: "+name, func(t *testing.T) {
			t.Parallel()
			var dials atomic.Int32
			v := &Validator{
				Settings: func(string) (Settings, error) { return Settings{}, nil },
				Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					dials.Add(1)
					return dial(ctx, network, address)
				},
			}
			if got := judge(t, v, aRepository); got.Reason != ReasonUnreachable || dials.Load() != 2 {
				t.Errorf("%v (%v), %d dials", got.Reason, got.Detail, dials.Load())
			}
		})
	}
}

func TestAConnectionThatEndsWhileItIsOpenedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	dials := 0
	l, err := newLink("dev.azure.com", Settings{}, func(context.Context, string, string) (net.Conn, error) {
		dials++
		return nil, io.EOF
	})
	if err != nil {
		t.Fatal(err)
	}
	if response, err := newClient(l).Get("https://dev.azure.com/"); err == nil || dials != 1 {
		t.Errorf("%v, %v, %d dials", response, err, dials)
	}
}
