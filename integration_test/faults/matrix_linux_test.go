package faults

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
)

// cell is one thing that fails in one way.
type cell struct {
	thing, failure string
	arrange        func(r *room, p *program) error
}

// atOnce is how many cells are tried at a time: most of them wait.
const atOnce = 4

// least is how many tries there have to be, so that a list that loses its cells is
// noticed.
const least = 250

// TestWhateverFailsGitGoesOn tries every cell and prints them as a table.
func TestWhateverFailsGitGoesOn(t *testing.T) {
	rooms := make(chan *room, atOnce)
	for range atOnce {
		rooms <- newRoom(t)
	}
	var things []string
	cells := map[string][]cell{}
	for _, c := range allCells() {
		if cells[c.thing] == nil {
			things = append(things, c.thing)
		}
		cells[c.thing] = append(cells[c.thing], c)
	}
	total := 0
	var summary strings.Builder
	for _, thing := range things {
		t.Run(thing, func(t *testing.T) {
			lines := make([]string, len(cells[thing]))
			var all sync.WaitGroup
			for i, c := range cells[thing] {
				r := <-rooms
				all.Go(func() {
					defer func() { rooms <- r }()
					lines[i] = fmt.Sprintf("%-34s %-34s %s", c.failure, r.try(t, c, lookalike.Live), r.try(t, c, lookalike.Revoked))
				})
			}
			all.Wait()
			total += 2 * len(lines)
			t.Logf("%s\n%-34s %-34s %s\n%s", strings.ToUpper(thing), "it …", "a token that lives", "one that was revoked", strings.Join(lines, "\n"))
			fmt.Fprintf(&summary, "%4d %s\n", 2*len(lines), thing)
		})
	}
	t.Logf("cells by thing:\n%s%4d in all", summary.String(), total)
}

// TestThereAreEnoughCells keeps the matrix from shrinking unnoticed.
func TestThereAreEnoughCells(t *testing.T) {
	if n := 2 * len(allCells()); n < least {
		t.Errorf("%d tries, want %d", n, least)
	}
}

// try tries a cell with a token of one kind and returns what to print of it.
func (r *room) try(t *testing.T, c cell, b lookalike.Behaviour) string {
	var outcome string
	for range 3 {
		var late time.Duration
		var err error
		if outcome, late, err = r.once(c, b); err != nil {
			t.Errorf("%s: %s, with a token that is %s: %v", c.thing, c.failure, b, err)
			return "FAILED"
		}
		if late <= 0 {
			return outcome
		}
		t.Logf("%s: %s, with a token that is %s: %v too late", c.thing, c.failure, b, late)
	}
	t.Errorf("%s: %s, with a token that is %s: too late three times", c.thing, c.failure, b)
	return "LATE"
}

// once tries a cell once. It returns how it ended, and by how much it was late.
func (r *room) once(c cell, b lookalike.Behaviour) (outcome string, late time.Duration, err error) {
	if err := r.reset(b); err != nil {
		return "", 0, err
	}
	p := newProgram(r)
	defer func() {
		for _, clean := range p.clean {
			clean()
		}
	}()
	if err := c.arrange(r, p); err != nil {
		return "", 0, fmt.Errorf("arranging it: %w", err)
	}
	without, err := r.run(p, false)
	if err != nil {
		return "", 0, err
	}
	if err := r.refill(); err != nil {
		return "", 0, err
	}
	with, err := r.run(p, true)
	if err != nil {
		return "", 0, err
	}
	if p.again {
		p.during = nil
		if with, err = r.run(p, true); err != nil {
			return "", 0, err
		}
	}
	problems := []error{r.held("fabrikam", r.other)}
	for _, try := range p.tries {
		problems = append(problems, try())
	}
	if leaked := rig.Leaks(r.Server.Tokens(), []byte(with.talk)); len(leaked) > 0 {
		problems = append(problems, fmt.Errorf("the tokens %q are in what it says: %s", leaked, r.WithNames(with.talk)))
	}
	files, err := rig.LeakingFiles(r.Scene)
	if err != nil || len(files) > 0 {
		problems = append(problems, fmt.Errorf("tokens are in %q", files), err)
	}
	switch {
	case with.hung != without.hung:
		problems = append(problems, fmt.Errorf("without the guard it hangs: %t, with it: %t (%q, %q)", without.hung, with.hung, r.WithNames(with.out), r.WithNames(with.talk)))
	case with.hung:
		outcome = "hangs, as without the guard"
	case with.out == without.out && (with.status == without.status || !p.git): // Git ignores how its helper ended
		outcome = "as without the guard"
	case b.String() == lookalike.Live.String():
		problems = append(problems, fmt.Errorf("without the guard: %d, %q, %q; with it: %d, %q, %q", without.status, r.WithNames(without.out),
			r.WithNames(without.talk), with.status, r.WithNames(with.out), r.WithNames(with.talk)))
	case p.git && with.status == 0 || strings.Contains(with.out, "password="+r.Secret(r.replaced)+"\n"):
		outcome = "replaced"
	default:
		problems = append(problems, fmt.Errorf("it answered %q, %q", r.WithNames(with.out), r.WithNames(with.talk)))
	}
	if b.String() == lookalike.Live.String() {
		problems = append(problems, r.held("contoso", r.token))
	}
	late = with.took - without.took - p.limit - time.Second - 10*without.took
	return fmt.Sprintf("%s, +%.1f s", outcome, (with.took - without.took).Seconds()), late, errors.Join(problems...)
}
