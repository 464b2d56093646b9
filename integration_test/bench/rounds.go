package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"
)

// contender is a program that is timed, from its start to its end: Git waits for the
// end of its helpers, not only for their answer.
type contender struct {
	name    string   // as the table calls it
	args    []string // the program and its arguments
	home    *home
	environ []string     // beside that of the home
	input   string       // what it reads
	answer  string       // what its output has to contain, so that nobody wins by failing
	before  func() error // makes each run like the first; not timed
	every   int          // it runs in every n-th round; 0 is 1
	missing string       // why it cannot run on this machine; "" if it can

	took times
}

// warmUp is how many rounds are not counted: pages are read from the disk, copies
// and verdicts are made.
const warmUp = 2

// renewal is after how many rounds the programs are copied anew.
const renewal = 10

// measure times the contenders round by round.
func (w *world) measure(ctx context.Context, name string, rounds int, contenders []*contender) error {
	order := slices.DeleteFunc(slices.Clone(contenders), func(c *contender) bool { return c.missing != "" })
	defer progress("")
	for round := range warmUp + rounds {
		progress(fmt.Sprintf("%s: round %d of %d", name, max(0, round-warmUp+1), rounds))
		if round%renewal == 0 {
			if err := w.renew(); err != nil {
				return err
			}
		}
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, c := range order {
			if round >= warmUp && (round-warmUp)%max(1, c.every) != 0 {
				continue
			}
			took, err := c.run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if round >= warmUp {
				c.took = append(c.took, took)
			}
		}
	}
	return nil
}

// progress shows a person what is being done, in place of what it showed before.
func progress(doing string) {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		fmt.Fprint(os.Stderr, "\r\033[K"+doing)
	}
}

// run runs the program once and tells how long it took. Its streams are pipes, filled
// before and emptied after, so that nothing in this process works beside it.
func (c *contender) run(ctx context.Context) (time.Duration, error) {
	if c.before != nil {
		if err := c.before(); err != nil {
			return 0, err
		}
	}
	input, err := filled(c.input)
	if err != nil {
		return 0, err
	}
	defer input.Close()
	var output, complaint sink
	if err := errors.Join(output.open(), complaint.open()); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir, cmd.Env = c.home.dir, append(c.home.environ(), c.environ...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = input, output.write, complaint.write

	began := time.Now()
	err = cmd.Run()
	took := time.Since(began)

	said, complained := output.empty(), complaint.empty()
	if err != nil {
		return 0, fmt.Errorf("%w\n%s", err, complained)
	}
	if !strings.Contains(said, c.answer) {
		return 0, fmt.Errorf("%q is not in the answer %q\n%s", c.answer, said, complained)
	}
	return took, nil
}

// filled is the end to read from of a pipe that holds a text (of at most 64 KB).
func filled(text string) (*os.File, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	_, err = io.WriteString(write, text)
	return read, errors.Join(err, write.Close())
}

// sink is a pipe that is read only when nobody writes any more.
type sink struct{ read, write *os.File }

func (s *sink) open() (err error) {
	s.read, s.write, err = os.Pipe()
	return err
}

func (s *sink) empty() string {
	s.write.Close()
	defer s.read.Close()
	text, err := io.ReadAll(s.read)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// times are how long the runs of a contender took.
type times []time.Duration

// at is the time that a part (0 to 1) of the runs did not exceed.
func (t times) at(part float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(t))[int(part*float64(len(t)-1))]
}

func (t times) String() string {
	return fmt.Sprintf("median %v, of %v to %v", t.at(0.5), t.at(0), t.at(1))
}
