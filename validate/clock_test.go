package validate

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheFirstProofOfLifeEndsTheWait(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string]answers{
		"profile":    {profilePath: saysMe, connectionPath: saysNever, repositoryPath: saysNever},
		"connection": {profilePath: saysNever, connectionPath: saysLife, repositoryPath: saysNever},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v, down := serve(t, answers, inBubble).validator(), &marks{}
				v.Down = down
				got, took := judgeFor(t, v, aRepository, time.Minute)
				if got.State != Live || took > 0 {
					t.Errorf("%v (%v) after %v", got.State, got.Reason, took)
				}
				if len(down.marked) > 0 {
					t.Errorf("a host that was not waited for is taken for down: %v", down.marked)
				}
			})
		})
	}
}

func TestASilentServerIsBoundedByTheClock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers answers
		want    State
		why     Reason
	}{
		"nobody answers":             {answers{profilePath: saysNever, connectionPath: saysNever, repositoryPath: saysNever}, Unknown, ReasonUnreachable},
		"the body never ends":        {answers{profilePath: half, connectionPath: half, repositoryPath: half}, Unknown, ReasonUnreachable},
		"the refs never end":         {answers{profilePath: says401, connectionPath: says401, repositoryPath: half}, Dead, ReasonRejected},
		"the profile is silent":      {answers{profilePath: saysNever, connectionPath: says401, repositoryPath: says401}, Dead, ReasonRejected},
		"the status is silent too":   {answers{profilePath: saysNever, connectionPath: says401, repositoryPath: says401, statusPath: saysNever}, Dead, ReasonRejected},
		"the repository is silent":   {answers{profilePath: says401, connectionPath: says401, repositoryPath: saysNever}, Unknown, ReasonUnreachable},
		"the outage comes in time":   {answers{profilePath: saysNever, connectionPath: says401, repositoryPath: says401, statusPath: reply1(200, nil, `{"services":[{"id":"Core services","geographies":[{"name":"US","health":"unhealthy"}]}]}`)}, Unknown, ReasonOutage},
		"the connection breaks off":  {answers{profilePath: says401, repositoryPath: says401, connectionPath: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}, Unknown, ReasonUnreachable},
		"the rejection breaks off":   {answers{profilePath: says401, repositoryPath: says401, connectionPath: cutOff(401, azure(), "TF400813")}, Unknown, ReasonUnreachable},
		"a proof of life breaks off": {answers{profilePath: says401, repositoryPath: says401, connectionPath: cutOff(200, azure(), aConnection)}, Live, ReasonAccepted},
	} {
		for _, protocol := range []string{"HTTP/2", "HTTP/1.1"} {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := serve(t, test.answers, inBubble, func(s *httptest.Server) { s.EnableHTTP2 = protocol == "HTTP/2" })
					got, took := judgeFor(t, server.validator(), aRepository, 5*time.Second)
					if took > 5*time.Second {
						t.Errorf("it took %v", took)
					}
					if got.State != test.want || got.Reason != test.why {
						t.Errorf("%v (%v) of %+v; want %v (%v)", got.State, got.Reason, got.Answers, test.want, test.why)
					}
				})
			})
		}
	}
}

func TestAHostThatCannotBeReachedIsRemembered(t *testing.T) {
	t.Parallel()
	noAddress := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}
	}
	for name, test := range map[string]struct {
		dial   dialer
		answer http.HandlerFunc
		want   []string
		words  string
	}{
		"no name":                       {noAddress, nil, []string{"dev.azure.com", "vssps.dev.azure.com"}, "its name cannot be resolved"},
		"no connection":                 {hang, nil, []string{"dev.azure.com", "vssps.dev.azure.com"}, "no answer in time"},
		"no answer":                     {nil, saysNever, []string{"dev.azure.com", "vssps.dev.azure.com"}, "no answer in time"},
		"half an answer":                {nil, half, nil, "no answer in time"},
		"an answer":                     {nil, reply1(500, azure(), ""), nil, "500"},
		"a connection that is not HTTP": {nil, func(w http.ResponseWriter, _ *http.Request) { hijack(w, "garbage\r\n\r\n") }, nil, "the answer could not be read as HTTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := serve(t, answers{connectionPath: test.answer, profilePath: test.answer}, inBubble, http1)
				v, down := server.validator(), &marks{}
				v.Down = down
				if test.dial != nil {
					v.Dial = test.dial
				}
				got, _ := judgeFor(t, v, aTarget, time.Second)
				if got.State != Unknown || got.Detail != test.words {
					t.Errorf("%v (%v: %v)", got.State, got.Reason, got.Detail)
				}
				if diff := cmp.Diff(test.want, down.marked); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
	t.Run("and not waited for again", func(t *testing.T) {
		t.Parallel()
		server := serve(t, answers{connectionPath: saysLife})
		v := server.validator()
		v.Down = &marks{known: "vssps.dev.azure.com"}
		v.Thorough = true
		if got := judge(t, v, aTarget); got.State != Live || server.dialled("vssps.dev.azure.com") != 0 {
			t.Errorf("%v (%v), %v", got.State, got.Reason, server.addresses())
		}
	})
	t.Run("but not when there was no time to reach it", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			for _, left := range []time.Duration{-time.Second, 600 * time.Millisecond} {
				v, down := &Validator{Settings: direct, Dial: hang}, &marks{}
				v.Down = down
				if got, _ := judgeFor(t, v, aTarget, left); got.State != Unknown || len(down.marked) > 0 {
					t.Errorf("%v (%v), marked %v", got.State, got.Reason, down.marked)
				}
			}
		})
	})
	t.Run("but not when the caller went away", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			v, down := &Validator{Settings: direct, Dial: hang}, &marks{}
			t.Cleanup(v.Close)
			v.Down = down
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			time.AfterFunc(10*time.Second, cancel)
			if got := v.Judge(ctx, aTarget, aCredential); got.State != Unknown || got.Detail != "not waited for" || len(down.marked) > 0 {
				t.Errorf("%v (%v: %v), marked %v", got.State, got.Reason, got.Detail, down.marked)
			}
		})
	})
}

func TestCloseEndsAlsoWhatIsStillBeingOpened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left behind
		v := &Validator{Settings: direct, Dial: hang}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		v.Warm(ctx, aTarget)
		v.Close()
	})
}

// hang is a network that swallows everything.
func hang(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// direct are the settings of somebody who has set nothing.
func direct(string) (Settings, error) { return Settings{}, nil }

func TestTheStatusAPIGetsASecondAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := serve(t, answers{profilePath: says401, connectionPath: says401, statusPath: saysNever}, inBubble).validator()
		if got, took := judgeFor(t, v, aTarget, time.Minute); got.State != Dead || took != time.Second {
			t.Errorf("%v (%v) after %v", got.State, got.Reason, took)
		}
	})
}

func TestSecondTriesTakeNoTimeThatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after string
		clock time.Duration
		tries int
		took  time.Duration
	}{
		"next to none is waited for":   {"", time.Minute, 2, 100 * time.Millisecond},
		"a second is waited for":       {"1", time.Minute, 2, time.Second},
		"two seconds are not":          {"2", time.Minute, 1, 0},
		"nor one, if it is not there":  {"1", time.Second, 1, 0},
		"nor a date":                   {"Fri, 31 Dec 1999 23:59:59 GMT", time.Minute, 1, 0},
		"nor longer than there is":     {"99999999999999999999", time.Minute, 1, 0},
		"nor a time that has gone by":  {"-1", time.Minute, 1, 0},
		"no time at all is next to it": {"0", time.Minute, 2, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := serve(t, answers{connectionPath: reply1(503, azure("Retry-After", test.after), "x"), profilePath: says401}, inBubble)
				got, took := judgeFor(t, server.validator(), aTarget, test.clock)
				if got.Detail != "503" || server.asked(connectionPath) != test.tries || took != test.took {
					t.Errorf("%v (%v), %d tries in %v", got.Reason, got.Detail, server.asked(connectionPath), took)
				}
			})
		})
	}
}
