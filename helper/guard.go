// Package helper speaks the git-credential protocol and decides what get, store
// and erase do.
//
// A [Message] is what Git and its helpers say to one another. A [Guard] stands
// between Git and the inner helpers (the [Program]s behind it). For get it finds a
// candidate, the keyring's copy or the inner helpers' answer; if nothing is
// remembered of it, it has it judged; and a candidate proven dead is erased and
// replaced before Git ever sees it. What it knows of the world, it knows through
// the small interfaces below.
package helper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Judge asks Azure DevOps about a credential. The context carries the clock.
type Judge interface {
	Judge(ctx context.Context, target validate.Target, credential validate.Credential) validate.Verdict
	// Warm starts to open the connections that Judge will need and returns at once.
	Warm(ctx context.Context, target validate.Target)
}

// Verdicts remembers what was proven of a secret, under its fingerprint.
type Verdicts interface {
	Fingerprint(s secret.Secret) store.Fingerprint
	Recall(organization string, fp store.Fingerprint) (store.Remembered, bool)
	Remember(organization string, fp store.Fingerprint, r store.Remembered)
}

// Records keeps the rest of what is known of a fingerprint: which organizations it
// was seen for, and how to forget it.
type Records interface {
	Organizations(fp store.Fingerprint) []string
	Forget(organization string, fp store.Fingerprint)
}

// Settlements remembers which credentials need nothing more when Git stores them.
type Settlements interface {
	Settle(organization string, fp store.Fingerprint, detail string, until time.Time)
	Settled(organization string, fp store.Fingerprint, detail string) bool
	Unsettle(organization string, fp store.Fingerprint)
}

// Locks lets one process at a time work for an organization.
type Locks interface {
	Lock(ctx context.Context, organization string) (unlock func(), waited bool, err error)
	Holder(organization string) string
}

// Outcomes tells those who waited for the lock what its holder found.
type Outcomes interface {
	Outcome(question string) (store.Outcome, bool)
	SetOutcome(question string, o store.Outcome)
}

// Marks are small facts that run out by themselves.
type Marks interface {
	Mark(name string, lasts time.Duration)
	Marked(name string) bool
}

// Copies is the keyring: a copy of what an inner helper holds, or the store itself.
type Copies interface {
	Load(ctx context.Context, item string) ([]store.Entry, error)
	Save(ctx context.Context, item string, e store.Entry) error
	Remove(ctx context.Context, item string, match func(store.Entry) bool) (int, error)
}

// Directory knows the organizations that were seen, so that their items in the
// keyring can be found.
type Directory interface {
	Know(k store.Known)
	KnownOrganizations() []store.Known
}

// Memory is all that the guard remembers outside the keyring; *store.State is one.
type Memory interface {
	Verdicts
	Records
	Settlements
	Locks
	Outcomes
	Marks
	Directory
}

// Guard is the credential helper. Its fields are set once, before the first call.
type Guard struct {
	Wrapped  bool                                          // --helper was given
	Servers  []validate.Server                             // --host
	NoCopy   bool                                          // --no-copy
	Off      bool                                          // be the inner helper and nothing more
	Inner    func(context.Context, validate.Request) Inner // who stands behind the guard for a request
	Settings func(context.Context) Settings                // adoguard.* in Git's configuration
	Judge    Judge
	Memory   Memory
	Copies   Copies
	Notices  notice.Printer
	Terminal bool // notices are read on a terminal, so a wait is told
	Group    int  // the process group, by which the commands of one job are known; 0 if there is none
	Now      func() time.Time
	Trace    zerolog.Logger

	// Stoppable makes a context that ends when this process is told to stop. It is
	// called once there is something to end in good order: an inner helper, a lock. Nil:
	// nothing ends it.
	Stoppable func(context.Context) context.Context
	// Meantime is done beside the first wait for the network, and nobody waits for
	// it. Nil: nothing.
	Meantime func()
}

// where is what a request says of the place that the credential is for.
func where(request Message) validate.Request {
	return validate.Request{
		Protocol: request.Get("protocol"),
		Host:     request.Get("host"),
		Path:     request.Get("path"),
		Username: request.Get("username"),
	}
}

// Handle answers one action: it reads the request from in and writes the answer to
// out. An unknown action is ignored, as Git's manual wants. The error tells that a
// request could not be read or an answer not be written; people have been told.
func (g *Guard) Handle(ctx context.Context, action string, in io.Reader, out io.Writer) error {
	request, err := ReadRequest(in)
	if err != nil {
		g.Notices.Print(notice.BadRequest(err))
		return err
	}
	g.Trace.Debug().Str("action", action).Str("protocol", request.Get("protocol")).Str("host", request.Get("host")).
		Str("path", request.Get("path")).Str("username", notice.Username(request.Get("username"))).
		Strs("attributes", request.Keys()).Strs("capabilities", request.List("capability[]")).Msg("request")

	c := g.newCall(request)
	switch action {
	case ActionGet:
		answer := c.withoutPanic(ctx, c.get, c.passGet)
		g.Trace.Debug().Strs("attributes", answer.Keys()).Msg("answer")
		_, err = answer.WriteTo(out)
	case ActionStore:
		c.withoutPanic(c.stoppable(ctx), c.store, c.pass(ActionStore))
	case ActionErase:
		c.withoutPanic(c.stoppable(ctx), c.erase, c.pass(ActionErase))
	}
	return err
}

// call is one request on its way.
type call struct {
	*Guard
	request  Message
	target   validate.Target
	guarded  bool // the target is Azure DevOps
	clock    clock
	inner    func(context.Context) Inner
	settings func(context.Context) Settings
	refused  store.Fingerprint // what Git comes back with, because the server refused it
	last     Message           // the inner helpers' last answer, unless it is dead: what to fall back on
	seen     *copyRead         // what the keyring had, read once while nobody else could change it
}

func (g *Guard) newCall(request Message) *call {
	c := &call{Guard: g, request: request, clock: clock{now: g.Now, limit: DefaultSettings.Timeout}}
	c.inner = onceWith(func(ctx context.Context) Inner { return g.Inner(ctx, where(request)) })
	c.settings = onceWith(g.Settings)
	if !g.Off {
		c.target, c.guarded = validate.Recognize(where(request), g.Servers)
	}
	c.request, c.refused = takeState(request)
	return c
}

// onceWith makes a function of a context run once, whoever comes first. If it
// panics, it does so for whoever comes next as well: nobody goes on with nothing.
func onceWith[T any](f func(context.Context) T) func(context.Context) T {
	var mu sync.Mutex
	var value T
	var done bool
	return func(ctx context.Context) T {
		mu.Lock()
		defer mu.Unlock()
		if !done {
			value = f(ctx)
			done = true
		}
		return value
	}
}

// withoutPanic runs the guard's own work; if that breaks, what would have happened
// without the guard happens instead (law: never in the way).
func (c *call) withoutPanic(ctx context.Context, work, instead func(context.Context) Message) (answer Message) {
	defer func() {
		if broke := recover(); broke != nil {
			// Neither the value nor the stack may be printed whole: they could hold a secret.
			site := panicSite()
			c.Trace.Error().Str("where", site).Msg("panic")
			c.Notices.Print(notice.Panicked(site))
			answer = instead(ctx)
		}
	}()
	return work(ctx)
}

// panicSite is the place in the source of the panic that the calling deferred
// function handles, as file name and line: the first function below it that is not of
// Go's runtime. Its names tell that with -trimpath as without; its files do not.
func panicSite() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	panicking := false
	for {
		frame, more := frames.Next()
		if panicking && !strings.HasPrefix(frame.Function, "runtime.") && !strings.HasPrefix(frame.Function, "internal/runtime/") {
			return fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line)
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return "unknown place"
		}
	}
}

func (c *call) stoppable(ctx context.Context) context.Context {
	if c.Stoppable == nil {
		return ctx
	}
	return c.Stoppable(ctx)
}

// passGet is get without the guard.
func (c *call) passGet(ctx context.Context) Message {
	if !c.last.Empty() {
		return c.last
	}
	if c.Wrapped {
		return c.ask(c.stoppable(ctx), false)
	}
	return Message{} // in chain Git goes on to the next helper itself
}

// pass is store or erase without the guard.
func (c *call) pass(action string) func(context.Context) Message {
	return func(ctx context.Context) Message {
		if c.Wrapped {
			c.tellAll(ctx, action, c.request) //nolint:errcheck // Git ignores it as well
		}
		return Message{}
	}
}

// tellAll has every inner helper do something. The error says that one of them may
// not have done it.
func (c *call) tellAll(ctx context.Context, action string, message Message) error {
	var errs []error
	for _, program := range c.inner(ctx).Programs {
		errs = append(errs, c.tell(ctx, program, action, message))
	}
	return errors.Join(errs...)
}

// tell has one inner helper do something.
func (c *call) tell(ctx context.Context, program Program, action string, message Message) error {
	told := WithOrganization(message, c.target, QuirksOf(program.Value()))
	_, err := program.Run(ctx, action, told, false)
	c.Trace.Debug().Str("helper", ProgramName(program.Value())).Str("action", action).Err(err).Msg("told the inner helper")
	return err
}
