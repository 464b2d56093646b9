package integration

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// TestKilledAtAnyMoment kills one of the processes of three Git commands at a
// random moment, again and again. The next command has to work each time, and a
// token that lives has to stay where it was.
func TestKilledAtAnyMoment(t *testing.T) {
	for _, topology := range []string{"wrap", "chain"} {
		t.Run(topology, func(t *testing.T) {
			t.Parallel()
			w := testWorld(t)
			url := w.Server.Organization("contoso").Repository("web", "web").URL()
			if err := w.Configure(topology, "[adoguard]\n\trecheckAfter = 0\n"); err != nil {
				t.Fatal(err)
			}
			tries := often(50)
			for i := range tries {
				dead := i%2 == 1 // in every other try the token has died before
				token := fmt.Sprint("token-", i)
				if dead {
					w.die(token)
				} else {
					w.live(token)
				}
				w.mustKeepOnly(t, token)
				w.mustType(t, "new")

				what := killOne(t, w, url)
				next := ownGroup(w.Command("git", "ls-remote", url))
				output, err := scene.RunFor(next, 30*time.Second)
				if err != nil {
					t.Fatalf("try %d: after %s was killed, the next command failed: %v\n%s", i, what, err, w.WithNames(output))
				}
				held, err := w.Holds("contoso", token)
				if err != nil || held == dead {
					t.Fatalf("try %d: %s was killed; the token was dead: %t; it is stored: %t, %v", i, what, dead, held, err)
				}
			}
		})
	}
}

// killOne starts three commands at once, kills one of the processes that they
// are made of, waits for the rest and tells which it was.
func killOne(t *testing.T, w *world, url string) string {
	first := ownGroup(w.Command("git", "ls-remote", url))
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	group := first.Process.Pid
	ended := make(chan error, 3)
	go func() { ended <- first.Wait() }()
	for range 2 {
		c := w.Command("git", "ls-remote", url)
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: group}
		if c.Start() != nil { // the first is gone already, and its group with it
			c = ownGroup(w.Command("git", "ls-remote", url))
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
		}
		go func() { ended <- c.Wait() }()
	}
	time.Sleep(rand.N(300 * time.Millisecond))
	what := "nothing"
	if members := processesOf(group); len(members) > 0 {
		chosen := members[rand.IntN(len(members))]
		what = chosen.name
		_ = syscall.Kill(chosen.id, syscall.SIGKILL) // it may have ended by itself meanwhile
	}
	for range 3 {
		select {
		case <-ended: // how a command ends that lost a process is its own business
		case <-time.After(40 * time.Second):
			t.Fatalf("after %s was killed, a command that was under way did not end", what)
		}
	}
	return what
}

type process struct {
	id   int
	name string
}

// processesOf lists the members of a process group, from /proc.
func processesOf(group int) []process {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right, so there is no error
	var found []process
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state ppid pgrp …, where the name may contain anything.
		open, end := strings.IndexByte(string(text), '('), strings.LastIndexByte(string(text), ')')
		fields := strings.Fields(string(text[end+1:]))
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		if pgrp, err := strconv.Atoi(fields[2]); err == nil && pgrp == group {
			found = append(found, process{id, string(text[open+1 : end])})
		}
	}
	slices.SortFunc(found, func(a, b process) int { return a.id - b.id })
	return found
}

// mustKeepOnly makes the token all that the stand-in holds for contoso.
func (w *world) mustKeepOnly(t *testing.T, token string) {
	t.Helper()
	if err := w.Standin.Clear(); err != nil {
		t.Fatal(err)
	}
	if err := w.Keep("contoso", "alice", token); err != nil {
		t.Fatal(err)
	}
}
