package store

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	sweepMark  = "sweep"
	sweepEvery = 24 * time.Hour

	// sweepAtMost bounds how many files and folders are looked at in one sweep.
	// Each costs some microseconds, and Git waits until its helper has ended.
	sweepAtMost = 1500

	// newLife is how long a file may take to be written. Older ones were left by
	// a process that was killed.
	newLife = time.Hour
)

// Sweep removes records that ran out long ago, what killed processes left, and
// folders that became empty. It does so at most once a day and looks at no more
// than some 1 500 files; those it does not come to have their turn on another
// day. It is called after Git has its answer.
func (s *State) Sweep() {
	if s.ready(false) != nil || s.Marked(sweepMark) {
		return
	}
	s.Mark(sweepMark, sweepEvery)
	if !s.Marked(sweepMark) {
		return // nothing can be written, so nothing can be removed
	}
	b := &broom{state: s, now: s.now(), left: sweepAtMost}
	b.sweep("new", newLife)
	for _, k := range []kind{outcomes, holders, marks} {
		b.sweep(k.folder, k.keep)
	}
	for _, name := range b.turn(s.list(verdicts.folder)) {
		if isName(name) {
			b.sweep(verdicts.folder+"/"+name, verdicts.keep)
			os.Remove(s.path(verdicts.folder + "/" + name)) //nolint:errcheck // refused while there is something in it
		}
	}
}

// broom is one sweep.
type broom struct {
	state *State
	now   time.Time
	left  int // how many files may still be looked at
}

// sweep removes the files of a folder that were written longer than keep ago, or
// further in the future than clocks differ.
func (b *broom) sweep(folder string, keep time.Duration) {
	if b.left <= 0 {
		return
	}
	b.left-- // for the folder
	for _, name := range b.turn(b.state.list(folder)) {
		if b.left <= 0 {
			return
		}
		if !sweepable(name) {
			continue
		}
		b.left--
		file := folder + "/" + name
		info, err := os.Lstat(b.state.path(file))
		if err == nil && b.old(info, keep) {
			b.state.removeFile(file)
		}
	}
}

func (b *broom) old(info fs.FileInfo, keep time.Duration) bool {
	age := b.now.Sub(info.ModTime())
	return age > keep || age < -24*time.Hour
}

// sweepable reports whether the guard gives files such a name. Should a folder
// turn out to be something else than the guard's, nothing else is lost.
func sweepable(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	return isName(base) || strings.HasPrefix(name, newPrefix)
}

// turn puts names into an order that begins elsewhere each day, so that a sweep
// that cannot come to all of them comes to each of them one day.
func (b *broom) turn(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	const step = 499 // a prime below sweepAtMost/3: a folder per secret, two files in it
	day := int(b.now.Unix() / int64(sweepEvery/time.Second))
	start := (day*step%len(names) + len(names)) % len(names)
	return slices.Concat(names[start:], names[:start])
}
