package cli

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/inner"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// offVariable makes the guard be its inner helper and nothing more: ADO_GUARD=0.
const offVariable = "ADO_GUARD"

// configMost is how long Git may take to say its configuration. It is a local read
// of a few milliseconds; a Git that hangs must not hang the guard.
const configMost = 5 * time.Second

// speak answers one action of the credential protocol. The exit status is 0 also
// where nothing could be done: Git ignores it and goes on.
func speak(ctx context.Context, w World, own options, action string) int {
	if env(w.Environ, inner.Mark) != "" {
		return exitOK // a guard in front waits for what stands behind this one
	}
	parts := assemble(w, own)
	guard := parts.guard(own)
	guard.Off = env(w.Environ, offVariable) == "0"
	guard.Stoppable = func(from context.Context) context.Context {
		ctx = w.stoppable(from)
		return ctx
	}
	if err := guard.Handle(ctx, action, w.Stdin, w.Stdout); err != nil {
		parts.trace.Debug().Err(err).Msg("not answered")
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	return exitOK
}

// assembly is the parts that the guard and the commands are made of. Making it
// touches nothing: no file, no process, no network.
type assembly struct {
	world   World
	trace   zerolog.Logger
	notices notice.Printer
	state   *store.State
	keyring *store.Keyring
	copies  *store.Copies
	servers []validate.Server
	runner  inner.Runner
	config  func() gitconfig.Config // read once, by the first who asks
	unread  error                   // why config has nothing to say; known after it was asked
}

func assemble(w World, own options) *assembly {
	a := &assembly{world: w, trace: newTrace(w), notices: notice.Printer{To: w.Stderr}}
	directory, err := store.DefaultDir()
	if err != nil {
		a.trace.Debug().Err(err).Msg("no memory")
	}
	a.state = store.Open(directory, w.Now, a.trace)
	a.keyring = store.SystemKeyring(a.state)
	a.copies = store.NewCopies(a.keyring, a.state)
	a.runner = inner.Runner{Environ: w.Environ, Stderr: w.Stderr, Trace: a.trace}
	for _, host := range own.hosts {
		server, err := validate.ParseServer(host)
		if err != nil {
			a.notices.Print(notice.BadOption("--host " + err.Error()))
			continue
		}
		a.servers = append(a.servers, server)
	}
	a.config = sync.OnceValue(a.readConfig)
	return a
}

// readConfig reads Git's configuration. One that cannot be read is an empty one, and
// noted: Git itself complains of it.
func (a *assembly) readConfig() gitconfig.Config {
	ctx, cancel := context.WithTimeout(context.Background(), configMost)
	defer cancel()
	began := a.world.Now()
	config, err := gitconfig.Read(ctx, gitconfig.Git("", a.world.Environ))
	a.trace.Debug().Dur("took", a.world.Now().Sub(began)).Err(err).Msg("read git's configuration")
	a.unread = err
	return config
}

// guard is the credential helper made of the parts.
func (a *assembly) guard(own options) *helper.Guard {
	a.state.Purpose = "git"
	return &helper.Guard{
		Wrapped:  len(own.helpers) > 0,
		Servers:  a.servers,
		NoCopy:   own.noCopy,
		Inner:    func(_ context.Context, r validate.Request) helper.Inner { return a.inner(own, r) },
		Settings: func(context.Context) helper.Settings { return a.settings() },
		Judge:    a.validator(),
		Memory:   a.state,
		Meantime: a.state.Sweep,
		Copies:   a.copies,
		Notices:  a.notices,
		Terminal: isTerminal(a.world.Stderr),
		Group:    inner.ProcessGroup(),
		Now:      a.world.Now,
		Trace:    a.trace,
	}
}

// inner finds who stands behind the guard: those it was given, or those after it in
// Git's own list for this URL. Where that cannot be read, somebody may stand there:
// what is theirs to keep, or never to be kept, is not put into the keyring for good.
func (a *assembly) inner(own options, r validate.Request) helper.Inner {
	values, topology := own.helpers, helper.Wrap
	if len(values) == 0 {
		var all []string
		for _, h := range a.config().CredentialHelpers(gitconfig.CredentialURL(r.Protocol, r.Host, r.Path, r.Username)) {
			all = append(all, h.Value)
		}
		values, _ = inner.After(all)
		topology = helper.Chain
	}
	if len(values) == 0 && a.unread == nil {
		topology = helper.Alone
	}
	in := helper.Inner{Topology: topology}
	for _, value := range values {
		in.Programs = append(in.Programs, a.runner.Helper(value))
	}
	return in
}

func (a *assembly) settings() helper.Settings {
	config := a.config()
	settings, told := helper.ReadSettings(func(name string) (string, bool) { return config.Get("adoguard", name) })
	for _, n := range told {
		a.notices.Print(n)
	}
	if a.unread != nil {
		settings.Erase = helper.EraseUnknown
	}
	return settings
}

// validator asks Azure DevOps the way Git is configured to reach it.
func (a *assembly) validator() *validate.Validator {
	return &validate.Validator{
		Settings: func(url string) (validate.Settings, error) {
			config := a.config()
			return validate.SettingsFromGit(config.HTTP, config.HTTPAll, a.lookupEnv, url), nil
		},
		Down:  downHosts{a.state},
		Trace: a.trace,
		Now:   a.world.Now,
	}
}

func (a *assembly) lookupEnv(name string) (string, bool) {
	for _, e := range slices.Backward(a.world.Environ) {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// downFor is how long a host that could not be reached is not tried again.
const downFor = 30 * time.Second

// downHosts remembers which hosts could not be reached.
type downHosts struct{ state *store.State }

func (d downHosts) Down(host string) bool { return d.state.Marked("down " + host) }
func (d downHosts) MarkDown(host string)  { d.state.Mark("down "+host, downFor) }
