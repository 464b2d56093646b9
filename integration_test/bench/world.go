package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/standin"
	"github.com/ado-guard/git-credential-ado-guard/store"
)

// world is what everything is measured in: the programs, a look-alike Azure DevOps
// and a live token.
type world struct {
	dir     string            // temporary, for everything below
	bin     string            // where programs are run, first on PATH
	sources map[string]string // what they are copies of, by name
	azure   *lookalike.Server
	token   string
	times   bool   // show them
	noRing  string // why there is no keyring, "" if there is one
	closing []func()
}

const user = "alice"

func newWorld(ctx context.Context, root string, own options) (*world, error) {
	dir, err := os.MkdirTemp("", "ado-guard-bench-")
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir, bin: filepath.Join(dir, "bin"), times: own.times}
	if os.Getenv(keyringVariable) != "1" {
		w.noRing = "dbus-daemon and gnome-keyring-daemon"
	}
	if err := w.build(ctx, root, own.against); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	w.azure = lookalike.Start()
	if err := w.trust(); err != nil {
		w.close()
		return nil, err
	}
	w.token = w.azure.Token("live", lookalike.Live).Secret()
	return w, nil
}

// trust makes a file of the certificate authorities that everybody here goes by: the
// look-alike's, and those that this machine trusts, because reading so many takes time.
func (w *world) trust() error {
	own, err := os.ReadFile(w.azure.CAFile())
	if err != nil {
		return err
	}
	for _, file := range []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"} {
		if others, err := os.ReadFile(file); err == nil {
			own = append(own, others...)
			break
		}
	}
	return os.WriteFile(w.authorities(), own, 0o600)
}

func (w *world) authorities() string { return filepath.Join(w.dir, "authorities.pem") }

func (w *world) close() {
	for _, f := range w.closing {
		f()
	}
	w.azure.Close()
	if err := os.RemoveAll(w.dir); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

// home is a home directory, and an organization of the same name with a repository.
type home struct {
	*world
	name  string
	dir   string
	guard string // the guard's program
}

// home makes one, with Git led to the look-alike and more lines of configuration.
func (w *world) home(name, config string) (*home, error) {
	h := &home{world: w, name: name, dir: filepath.Join(w.dir, "homes", name), guard: w.program("git-credential-ado-guard")}
	w.azure.Organization(name).Repository("web", "web")
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return nil, err
	}
	config = fmt.Sprintf("[http]\n\tproxy = %s\n\tsslCAInfo = %s\n[adoguard]\n\trecheckAfter = 12h\n\tcopyFor = 12h\n",
		w.azure.URL(), filepath.ToSlash(w.authorities())) + config
	if err := os.WriteFile(filepath.Join(h.dir, ".gitconfig"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	return h, h.standin().Store(standin.Credential{Service: "https://dev.azure.com/" + name, Username: user, Password: w.token})
}

func (h *home) standin() standin.Directory {
	return standin.Directory(filepath.Join(h.dir, ".standin", "standin"))
}

// environ is the whole environment of a program in this home. No proxy, certificate
// or setting of the one who measures gets in.
func (h *home) environ() []string {
	environ := []string{
		"HOME=" + h.dir,
		"PATH=" + h.bin + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
	}
	for _, name := range []string{"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "TMPDIR", "SystemRoot"} {
		if value, ok := os.LookupEnv(name); ok {
			environ = append(environ, name+"="+value)
		}
	}
	return environ
}

// request is what Git asks about the repository of this home.
func (h *home) request() string {
	return "protocol=https\nhost=dev.azure.com\npath=" + h.name + "/web/_git/web\n\n"
}

// credential is what Git stores.
func (h *home) credential() string {
	return strings.TrimSuffix(h.request(), "\n") + "username=" + user + "\npassword=" + h.token + "\n\n"
}

// answer is what the credential's answer contains.
func (h *home) answer() string { return "password=" + h.token }

// url is the repository's.
func (h *home) url() string { return "https://dev.azure.com/" + h.name + "/web/_git/web" }

// run runs a program in this home, outside of any measurement.
func (h *home) run(ctx context.Context, input string, args ...string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var said bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = h.dir, h.environ(), strings.NewReader(input), &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return nil
}

// get is the guard as Git calls it for this home's credential, in front of the stand-in.
func (h *home) get(name string) *contender {
	return &contender{
		name: name, home: h, input: h.request(), answer: h.answer(), missing: h.noRing,
		args: []string{h.guard, "--helper", "standin", "get"},
	}
}

// elsewhere is the guard as Git calls it for a host that is not Azure DevOps.
func (h *home) elsewhere(name string) *contender {
	return &contender{name: name, home: h, input: otherHost, args: []string{h.guard, "get"}}
}

// remember gives the guard a copy of the token and a verdict on it.
func (h *home) remember(ctx context.Context) error {
	guard := h.get("the guard")
	if guard.missing != "" {
		return nil
	}
	if err := prime(ctx, guard); err != nil {
		return err
	}
	_, err := guard.run(ctx)
	return err
}

// forget makes the guard forget everything but its copies.
func (h *home) forget() error { return os.RemoveAll(h.memory()) }

// memory is where the guard keeps its records in this home.
func (h *home) memory() string {
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(h.dir, "Library", "Caches", "ado-guard")
	default:
		return filepath.Join(h.dir, ".cache", "ado-guard")
	}
}

// state opens the guard's records in this home.
func (h *home) state() *store.State { return store.Open(h.memory(), time.Now, zerolog.Nop()) }

// item is the keyring item of this home's organization.
func (h *home) item() string { return "dev.azure.com/" + h.name }

// dropCopy removes the guard's copy from the keyring.
func (h *home) dropCopy(ctx context.Context) error {
	err := store.SystemKeyring(h.state()).Delete(ctx, h.item())
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
