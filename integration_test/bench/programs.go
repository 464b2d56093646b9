package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// module is this module's path.
const module = "github.com/ado-guard/git-credential-ado-guard"

// moduleRoot is the directory of the module that the current one belongs to.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("finding the module (run this in its directory): %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// build builds the guard as it is released, the stand-in and the small programs that
// the guard is compared with; and the guard of another revision.
func (w *world) build(ctx context.Context, root, against string) error {
	progress("building")
	defer progress("")
	if err := os.MkdirAll(w.bin, 0o700); err != nil {
		return err
	}
	w.sources = map[string]string{}
	for name, from := range map[string]string{
		"git-credential-ado-guard": ".",
		"git-credential-standin":   "./integration_test/standin/git-credential-standin",
		"empty":                    "./integration_test/bench/empty",
		"keyringread":              "./integration_test/bench/keyringread",
		"oneget":                   "./integration_test/bench/oneget",
		"peak":                     "./integration_test/bench/peak",
	} {
		if name == "peak" && runtime.GOOS == "windows" {
			continue
		}
		if err := w.goBuild(ctx, root, name, from); err != nil {
			return err
		}
	}
	if against != "" {
		files := filepath.Join(w.dir, "revision")
		if err := checkOut(ctx, root, against, files); err != nil {
			return err
		}
		if err := w.goBuild(ctx, files, older, "."); err != nil {
			return err
		}
	}
	return w.renew()
}

// older is the guard of another revision.
const older = "older-guard"

func (w *world) goBuild(ctx context.Context, dir, name, from string) error {
	w.sources[name] = filepath.Join(w.dir, "built", name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", w.sources[name], from)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building %s: %w", from, err)
	}
	return nil
}

// renew puts new copies of all programs where they are run. Where the pages of a file
// happen to lie in memory is worth a fifth of the time of a short program, and stays
// as it is for as long as the file; with many copies that evens out.
func (w *world) renew() error {
	for name := range w.sources {
		if err := w.copy(name); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) copy(name string) error {
	content, err := os.ReadFile(w.sources[name])
	if err != nil {
		return err
	}
	fresh := w.program(name) + ".new"
	if err := os.WriteFile(fresh, content, 0o700); err != nil {
		return err
	}
	return os.Rename(fresh, w.program(name))
}

// checkOut writes the files of a revision into a directory, without touching the
// repository.
func checkOut(ctx context.Context, root, revision, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	archive := filepath.Join(dir, "archive.tar")
	for _, args := range [][]string{
		{"git", "-C", root, "archive", "--output", archive, revision},
		{"tar", "-C", dir, "-xf", archive},
	} {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("getting the files of %s: %w", revision, err)
		}
	}
	return nil
}

// program is the path of a program that was built.
func (w *world) program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(w.bin, name)
}

// locate finds somebody else's program: by a variable that .ci/install tells, on PATH,
// or where .ci/install puts it. The second result says what is missing.
func locate(name, variable, part string) (path, missing string) {
	if path := os.Getenv(variable); path != "" {
		return path, ""
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, ""
	}
	cache := os.Getenv("ADO_GUARD_CI_CACHE")
	if cache == "" {
		cache = "/var/cache/ado-guard-ci"
	}
	path = filepath.Join(cache, part, name)
	if _, err := os.Stat(path); err != nil {
		return name, name + " (.ci/install " + part + ")"
	}
	return path, ""
}

// adopt locates a program that is a single file, and has it copied like those that
// were built here.
func (w *world) adopt(name, variable, part string) (path, missing string) {
	path, missing = locate(name, variable, part)
	if missing != "" {
		return path, missing
	}
	w.sources[name] = path
	if err := w.copy(name); err != nil {
		return path, err.Error()
	}
	return w.program(name), ""
}
