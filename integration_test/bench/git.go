package main

import (
	"cmp"
	"context"
	"fmt"
)

// git measures a whole Git command, with and without the guard in front of a helper
// that takes its time to start.
func git(ctx context.Context, w *world, rounds int) ([]row, error) {
	const what, against = "`git ls-remote`, copy and verdict remembered", "the same without the guard, "
	var comparisons []comparison
	for _, start := range []int{300, 0, 1000} { // in milliseconds
		without, with, err := w.lsRemote(fmt.Sprintf("git-%d", start), "standin", fmt.Sprintf("STANDIN_START=%dms", start))
		if err != nil {
			return nil, err
		}
		most := 0.0
		if start == 300 {
			most = 0.60
		} else {
			without.every, with.every = 4, 4
		}
		comparisons = append(comparisons, ratio(what, fmt.Sprintf("%sa helper that needs %d ms to start", against, start), with, without, most))
	}

	manager, missing := locate("git-credential-manager", "ADO_GUARD_TEST_GCM", "gcm")
	without, with, err := w.lsRemote("git-gcm", manager, gcmEnviron...)
	if err != nil {
		return nil, err
	}
	for _, c := range []*contender{without, with} {
		c.every, c.missing = 4, cmp.Or(missing, c.missing)
		if err := prime(ctx, c.home.gcm()); err != nil {
			return nil, err
		}
	}
	comparisons = append(comparisons, ratio(what, against+"Git Credential Manager itself", with, without, 0))
	return w.compare(ctx, "git", rounds, comparisons)
}

// lsRemote is a Git command without the guard in front of a helper, and with it.
func (w *world) lsRemote(name, helper string, environ ...string) (without, with *contender, err error) {
	command := func(name, helper string) (*contender, error) {
		h, err := w.home(name, fmt.Sprintf("[credential]\n\tuseHttpPath = true\n\thelper = %s\n", helper))
		if err != nil {
			return nil, err
		}
		return &contender{
			name: "git ls-remote, " + name, home: h, environ: environ, answer: "refs/heads/main",
			args: []string{"git", "ls-remote", h.url()},
		}, nil
	}
	if without, err = command(name, helper); err != nil {
		return nil, nil, err
	}
	if with, err = command(name+"-guarded", "ado-guard --helper "+helper); err != nil {
		return nil, nil, err
	}
	with.missing = w.noRing
	return without, with, nil
}
