package store

import (
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

const (
	sweepMark  = "sweep"
	sweepEvery = 24 * time.Hour

	// sweepAtMost is after how many files a sweep ends. Each costs some
	// microseconds, and Git waits until its helper has ended.
	sweepAtMost = 1500

	// newLife is how long a file may take to be written. Older ones were left by
	// a process that was killed.
	newLife = time.Hour
)

// swept is where a sweep ended. The next one goes on there, so that all files have
// their turn, however many they are.
type swept struct {
	Last string `json:"last"`
}

// Sweep removes records that ran out long ago, what killed processes left, and
// folders that became empty. It does so at most once a day, and looks only at some
// of the files if they are many. It is called after Git has its answer.
func (s *State) Sweep() {
	file := s.file(marks, sweepMark, false)
	if file == "" {
		return // without a key there are no records
	}
	before, _ := load[swept](s, marks, file)
	now := s.now()
	if before.holds(marks, now) || save(s, marks, file, now.Add(sweepEvery), before.What) != nil {
		return
	}
	places := s.sweepable()
	start, _ := slices.BinarySearch(places, before.What.Last)
	last, looked := "", 0
	for _, place := range slices.Concat(places[start:], places[:start]) {
		if looked >= sweepAtMost {
			break
		}
		looked += s.sweep(place, now)
		last = place
	}
	save(s, marks, file, now.Add(sweepEvery), swept{last}) //nolint:errcheck // save has traced it
}

// sweepKeep is how long after its last writing a file stays, by its folder. What
// is not here stays for ever.
var sweepKeep = map[string]time.Duration{
	"new":           newLife,
	outcomes.folder: outcomes.keep,
	holders.folder:  holders.keep,
	marks.folder:    marks.keep,
	verdicts.folder: verdicts.keep,
}

// sweepable returns what may be swept, sorted: files, and the folders with the
// records of one secret. Only names that the guard gives are among them: should a
// folder turn out to be something else than the guard's, nothing in it is lost.
func (s *State) sweepable() (places []string) {
	for folder := range sweepKeep {
		for _, name := range s.list(folder) {
			if isName(name) || folder == "new" && strings.HasPrefix(name, newPrefix) {
				places = append(places, folder+"/"+name)
			}
		}
	}
	slices.Sort(places)
	return places
}

// sweep removes a file, or those in a folder of records and then the folder, if
// they are old enough. It returns how many files and folders it looked at.
func (s *State) sweep(place string, now time.Time) (looked int) {
	folder := path.Dir(place)
	keep := sweepKeep[folder]
	if folder != verdicts.folder {
		s.sweepFile(place, keep, now)
		return 1
	}
	names := s.list(place)
	for _, name := range names {
		if suffix := path.Ext(name); isName(strings.TrimSuffix(name, suffix)) {
			s.sweepFile(place+"/"+name, keep, now)
		}
	}
	os.Remove(s.path(place)) //nolint:errcheck // refused while there is something in it
	return 1 + len(names)
}

// sweepFile removes a file that was written longer than keep ago, or further in
// the future than clocks differ.
func (s *State) sweepFile(file string, keep time.Duration, now time.Time) {
	info, err := os.Lstat(s.path(file))
	if err != nil {
		return // another process was faster
	}
	if age := now.Sub(info.ModTime()); age > keep || age < -24*time.Hour {
		s.removeFile(file)
	}
}
