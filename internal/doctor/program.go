package doctor

import (
	"path/filepath"
	"slices"
)

// guardProgram is the program that Git runs for `git credential-ado-guard`.
const guardProgram = "git-credential-ado-guard"

// Files is the file system as far as programs are looked for in it.
type Files interface {
	// Program reports whether there is a file that can be run.
	Program(path string) bool
	// Same reports whether two programs are one: the same file, or the same bytes.
	Same(path, other string) bool
}

// search looks for programs as Git does for `git NAME`: in the folder of its own
// programs, then along PATH (git(1), "--exec-path"). Git for Windows puts one folder
// more on that, mingw64/bin beside its mingw64/libexec/git-core.
type search struct {
	files   Files
	folders []string
	suffix  string // ".exe" on Windows
}

func newSearch(w World, execPath string) search {
	s := search{files: w.Files}
	if w.OS == "windows" {
		s.suffix = ".exe"
	}
	folders := []string{execPath}
	if w.OS == "windows" && execPath != "" {
		folders = append(folders, filepath.Join(execPath, "..", "..", "bin"))
	}
	path, _ := w.Environ("PATH")
	for _, folder := range append(folders, filepath.SplitList(path)...) {
		if folder != "" && !slices.Contains(s.folders, filepath.Clean(folder)) {
			s.folders = append(s.folders, filepath.Clean(folder))
		}
	}
	return s
}

// all returns every program of a name, the one that Git runs first.
func (s search) all(name string) []string {
	var found []string
	for _, folder := range s.folders {
		if path := filepath.Join(folder, name+s.suffix); s.files.Program(path) {
			found = append(found, path)
		}
	}
	return found
}

// programFindings tells whether Git finds the guard, and one guard only. The last
// argument says whether a line of the configuration calls it by its name.
func programFindings(s search, executable string, byName bool) []Finding {
	found := s.all(guardProgram)
	if len(found) == 0 {
		return []Finding{guardNotFound(executable, byName)}
	}
	var others []string
	for _, path := range found[1:] {
		if !s.files.Same(found[0], path) {
			others = append(others, path)
		}
	}
	switch {
	case len(others) > 0:
		return []Finding{guardsDiffer(found[0], others)}
	case executable != "" && !s.files.Same(found[0], executable):
		return []Finding{guardIsAnother(found[0], executable)}
	}
	return []Finding{guardFound(found[0])}
}
