package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// story is a telling that is under way.
type story struct {
	*scene.Scene
	clone      string // the directory of the person's clone
	transcript transcript
}

// tell lets everything happen in the directory, with further environment
// variables for the commands that are shown, and returns what could be seen. The
// error says what was not as it should be.
func tell(directory string, environment ...string) (transcript, error) {
	home := filepath.Join(directory, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return transcript{}, err
	}
	set, err := scene.New(home)
	if err != nil {
		return transcript{}, err
	}
	defer set.Close()
	s := &story{Scene: set, clone: filepath.Join(home, "web")}
	if err := s.begin(); err != nil {
		return transcript{}, err
	}
	err = errors.Join(s.without(environment), s.with(environment))
	return s.transcript, err
}

// begin is what happened before: a clone with a good token, and then the token
// dies and somebody else pushes.
func (s *story) begin() error {
	repository, err := s.Repository("contoso/web/web")
	if err != nil {
		return err
	}
	s.Server.Token("old", lookalike.Live)
	s.Server.Token("new", lookalike.Live)
	if err := errors.Join(s.Configure("none", ""), s.Keep("contoso", "alice", "old"), s.Types("alice", "new")); err != nil {
		return err
	}
	if output, err := s.Command("git", "clone", "--quiet", repository.URL(), s.clone).CombinedOutput(); err != nil {
		return fmt.Errorf("cloning: %w: %s", err, output)
	}
	s.Server.Token("old", lookalike.Revoked.At(lookalike.Repository, lookalike.SignInPage))
	repository.Commit("main", "news.txt", "Something that is worth fetching.\n")

	s.transcript.title = "git fetch, with an Azure DevOps token that has died"
	s.transcript.note = "Real git and real HTTPS; dev.azure.com is a look-alike on this machine. No account, no network."
	return nil
}

// without shows that Git alone is stuck: it takes the sign-in page for a success
// and has its helper store the dead token again.
func (s *story) without(environment []string) error {
	s.transcript.heading("without the guard")
	for range 2 {
		if err := s.show(environment, "git", "fetch"); err == nil {
			return errors.New("without the guard git fetch succeeded")
		}
	}
	held, err := s.Holds("contoso", "old")
	prompts, promptsErr := s.Prompts()
	if err := errors.Join(err, promptsErr); err != nil {
		return err
	}
	if !held || prompts != 0 {
		return fmt.Errorf("without the guard: the dead token is stored: %t; dialogs: %d", held, prompts)
	}
	s.transcript.bad("Stuck. The dead token was stored again each time, and nobody was asked for a new one.")
	return nil
}

// with shows the same command with the guard in front of the same helper.
func (s *story) with(environment []string) error {
	s.transcript.heading("with the guard")
	if err := s.show(environment, "git", "credential-ado-guard", "configure"); err != nil {
		return fmt.Errorf("configuring the guard: %w", err)
	}
	if err := s.show(environment, "git", "fetch"); err != nil {
		return fmt.Errorf("with the guard git fetch failed: %w", err)
	}
	repository, err := s.Repository("contoso/web/web")
	if err != nil {
		return err
	}
	here, err := s.Command("git", "-C", s.clone, "rev-parse", "origin/main").Output()
	if err != nil {
		return fmt.Errorf("looking at what was fetched: %w", err)
	}
	prompts, err := s.Prompts()
	old, oldErr := s.Holds("contoso", "old")
	fresh, freshErr := s.Holds("contoso", "new")
	if err := errors.Join(err, oldErr, freshErr); err != nil {
		return err
	}
	if strings.TrimSpace(string(here)) != repository.Head("main") || prompts != 1 || old || !fresh {
		return fmt.Errorf("with the guard: fetched %s of %s; dialogs: %d; the dead token is stored: %t, the new one: %t",
			strings.TrimSpace(string(here)), repository.Head("main"), prompts, old, fresh)
	}
	s.transcript.good("Healed, in one command. The helper asked once; the dead token is gone, the new one is kept.")
	return nil
}

// show runs a command in the clone and puts it and what it printed into the
// transcript.
func (s *story) show(environment []string, name string, arguments ...string) error {
	c := s.Command(name, arguments...)
	c.Dir, c.Env = s.clone, append(c.Env, environment...)
	output, err := scene.RunFor(c, time.Minute)
	s.transcript.command(strings.Join(append([]string{name}, arguments...), " "))
	// The home directory has a long and random name, and is the person's own.
	s.transcript.output(strings.ReplaceAll(output, s.Home, "~"))
	return err
}
