package configure_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

const repository = "https://dev.azure.com/contoso/p/_git/r"

func TestAnOrderThatSomethingElseBrokeIsRepaired(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil       func(w *world)
		repaired    string // what Git then asks
		afterwards  string // what it asks after unconfigure
		troubleThen configure.Trouble
	}{
		"Git Credential Manager's configure, unscoped": {
			func(w *world) {
				w.git("config", "--global", "--add", "credential.helper", "")
				w.git("config", "--global", "--add", "credential.helper", w.file("bin/git-credential-oauth"))
			},
			"ado-guard, oauth get", "oauth get", configure.PushedOut,
		},
		"a list for dev.azure.com": {
			func(w *world) {
				w.git("config", "--global", "--add", "credential.https://dev.azure.com.helper", "")
				w.git("config", "--global", "--add", "credential.https://dev.azure.com.helper", "libsecret")
			},
			"ado-guard, libsecret get", "libsecret get", configure.PushedOut,
		},
		"one more helper": {
			func(w *world) { w.git("config", "--global", "--add", "credential.helper", "other") },
			"ado-guard, manager get, other get", "manager get, other get", configure.NoTrouble,
		},
		"useHttpPath switched off": {
			func(w *world) { w.git("config", "--global", "credential.https://dev.azure.com.useHttpPath", "false") },
			"ado-guard, manager get", "manager get", configure.NoPath,
		},
		"a comment before the guard's section, and Git Credential Manager after it": {
			func(w *world) {
				text := w.read(".gitconfig")
				w.write(".gitconfig", strings.Replace(text, "[credential \"https://dev.azure.com/\"]", "# guarded\n[credential \"https://dev.azure.com/\"]", 1))
				w.git("config", "--global", "--add", "credential.helper", "")
				w.git("config", "--global", "--add", "credential.helper", "oauth")
			},
			"ado-guard, oauth get", "oauth get", configure.PushedOut,
		},
		"the guard added once more by hand": {
			func(w *world) { w.git("config", "--global", "--add", "credential.helper", "ado-guard") },
			"ado-guard, manager get", "manager get, ado-guard", configure.Doubled,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.write("system", "[credential]\n\thelper = manager\n")
			w.configure(configure.Options{})
			test.spoil(w)
			config, err := gitconfig.ReadOrigins(t.Context(), w.environment().Git)
			if err != nil {
				t.Fatal(err)
			}
			if got := configure.Examine(config, repository).Trouble; got != test.troubleThen {
				t.Errorf("the trouble is %v, want %v", got, test.troubleThen)
			}

			w.configure(configure.Options{})
			if got := w.called(repository); got != test.repaired {
				t.Errorf("Git asks %q, want %q\n%s", got, test.repaired, w.read(".gitconfig"))
			}
			if config, err = gitconfig.ReadOrigins(t.Context(), w.environment().Git); err != nil {
				t.Fatal(err)
			}
			if got := configure.Examine(config, repository).Trouble; got != configure.NoTrouble {
				t.Errorf("the trouble after the repair is %v", got)
			}
			if r := w.configure(configure.Options{}); len(r.Added) > 0 {
				t.Errorf("the second time something changed:\n%s", w.text(r))
			}
			w.unconfigure(configure.Options{})
			if got := w.called(repository); got != test.afterwards {
				t.Errorf("after unconfigure Git asks %q, want %q", got, test.afterwards)
			}
		})
	}
}

func TestAGitThatRunsMeanwhileSeesTheOldHelpersOrTheGuard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = manager\n")
	env := w.environment()
	git := env.Git
	env.Git = func(ctx context.Context, args ...string) ([]byte, error) {
		out, err := git(ctx, args...)
		if got := w.called(repository); got != "manager get" && got != "ado-guard, manager get" {
			t.Errorf("after git %q Git asks %q", args, got)
		}
		return out, err
	}
	for _, run := range []func(context.Context, configure.Options, configure.Environment) (configure.Report, error){
		configure.Configure, configure.Unconfigure,
	} {
		if _, err := run(t.Context(), configure.Options{}, env); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatAnInterruptedRunLeftBehindIsClearedAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[adoguard \"configuring\"]\n\thelper = \n")
	w.configure(configure.Options{})
	if text := w.read(".gitconfig"); strings.Contains(text, "configuring") || strings.Count(text, "helper = \n") != 2 {
		t.Errorf("the file is\n%s", text)
	}
}

func TestUnconfigureSaysWhatItLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig", "[credential]\n\thelper = manager\n[credential \"https://dev.azure.com\"]\n\thelper =\n\thelper = ado-guard --helper manager\n")
	w.configure(configure.Options{Level: configure.System})
	want := `nothing to change in HOME/.gitconfig

now in force:
  https://dev.azure.com       ado-guard in front of manager
  https://*.visualstudio.com  ado-guard, then manager
! the guard is also set up in HOME/system: credential.https://dev.azure.com/.helper=ado-guard
? remove that, too, with: git credential-ado-guard unconfigure --system
! the guard is also set up in HOME/system: credential.https://*.visualstudio.com/.helper=ado-guard
? remove that, too, with: git credential-ado-guard unconfigure --system
! a line that configure did not write stays in HOME/.gitconfig: credential.https://dev.azure.com.helper=ado-guard --helper manager
? to be rid of the guard, take it out, and an empty helper before it: git config --global --edit
`
	if diff := cmp.Diff(want, w.text(w.unconfigure(configure.Options{}))); diff != "" {
		t.Error(diff)
	}
}

func TestLinesThatGitCannotTellApartAreLeftAndSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure(configure.Options{})
	w.git("config", "--global", "--add", "credential.https://dev.azure.com/.helper", "other")
	w.git("config", "--global", "--add", "credential.https://dev.azure.com/.helper", "")
	_, err := configure.Unconfigure(t.Context(), configure.Options{}, w.environment())
	if err == nil || !strings.Contains(err.Error(), "removing credential.https://dev.azure.com/.helper= from "+w.file(".gitconfig")+": somebody added") {
		t.Errorf("the error is %v", err)
	}
}

func TestALineOfTheUsersInTheGuardsSectionStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("system", "[credential]\n\thelper = manager\n")
	w.configure(configure.Options{})
	w.git("config", "--global", "--add", "credential.https://dev.azure.com/.helper", "other")
	w.git("config", "--global", "--add", "credential.https://dev.azure.com/.useHttpPath", "false")
	w.git("config", "--global", "credential.https://*.visualstudio.com/.useHttpPath", "false")
	w.git("config", "--global", "--add", "credential.https://*.visualstudio.com/.helper", "other")
	w.git("config", "--global", "--add", "credential.https://*.visualstudio.com/.helper", "ado-guard")
	w.unconfigure(configure.Options{})
	want := "[credential \"https://dev.azure.com/\"]\n\thelper = other\n\tuseHttpPath = false\n" +
		"[credential \"https://*.visualstudio.com/\"]\n\tuseHttpPath = false\n\thelper = other\n"
	if diff := cmp.Diff(want, w.read(".gitconfig")); diff != "" {
		t.Error(diff)
	}
}

func TestAFailureOfGitIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(".gitconfig.lock", "")
	_, err := configure.Configure(t.Context(), configure.Options{}, w.environment())
	if err == nil || !strings.HasPrefix(err.Error(), "changing the global configuration: git config: ") || !strings.Contains(err.Error(), "could not lock config file") {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(w.file(".gitconfig")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
}
