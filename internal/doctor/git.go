package doctor

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
)

// git is what Git says of itself and of the place that doctor was started in.
type git struct {
	version    string // "2.47.1", as Git words it
	versionErr error  // Git cannot be run
	execPath   string // the folder of Git's own programs
	config     gitconfig.Config
	configErr  error
	remotes    []places.Remote // none outside a repository
}

// askGit asks all that the checks need to know, at the same time.
func askGit(ctx context.Context, run gitconfig.Runner) git {
	ctx, cancel := context.WithTimeout(ctx, gitMost)
	defer cancel()
	var g git
	var wait sync.WaitGroup
	wait.Go(func() {
		var out []byte
		out, g.versionErr = run(ctx, "version")
		g.version, _ = strings.CutPrefix(firstLine(out), "git version ")
	})
	wait.Go(func() {
		out, err := run(ctx, "--exec-path")
		if err == nil {
			g.execPath = firstLine(out)
		}
	})
	wait.Go(func() {
		g.config, g.configErr = gitconfig.ReadOrigins(ctx, run)
		if g.configErr != nil { // before Git 2.26: without saying where things stand
			if config, err := gitconfig.Read(ctx, run); err == nil {
				g.config, g.configErr = config, nil
			}
		}
	})
	wait.Go(func() { g.remotes, _ = places.Remotes(ctx, run) }) // an error says that this is no repository
	wait.Wait()
	if g.versionErr != nil && ctx.Err() != nil {
		g.versionErr = fmt.Errorf("it gave no answer within %s", span(gitMost))
	}
	return g
}

func firstLine(out []byte) string {
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}

// findings is what there is to say about Git itself.
func (g git) findings() []Finding {
	var found []Finding
	number, ok := parseVersion(g.version)
	switch {
	case errors.Is(g.versionErr, exec.ErrNotFound):
		return []Finding{gitMissing()}
	case g.versionErr != nil:
		return []Finding{gitBroken(g.versionErr)}
	case !ok:
		found = append(found, gitUnknown(g.version))
	case number.before(originsSince):
		found = append(found, gitTooOld(g.version))
	case number.before(secondChanceSince):
		found = append(found, gitOld(g.version))
	default:
		found = append(found, gitGood(g.version))
	}
	if g.configErr != nil {
		found = append(found, configBroken(g.configErr))
	}
	return found
}

// release is the beginning of a version: 2.46.
type release struct{ major, minor int }

// What the guard needs of Git, and since when it is there: see gitcredentials(7)
// and git-config(1) of those versions.
var (
	originsSince      = release{2, 26} // git config --show-scope
	secondChanceSince = release{2, 46} // capability[]=state
)

func (r release) before(other release) bool {
	return r.major < other.major || r.major == other.major && r.minor < other.minor
}

// parseVersion reads "2.47.1", "2.45.2.windows.1" or "2.39.5 (Apple Git-154)".
func parseVersion(text string) (release, bool) {
	parts := strings.SplitN(text, ".", 3)
	if len(parts) < 2 {
		return release{}, false
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil {
		return release{}, false
	}
	digits := len(parts[1]) - len(strings.TrimLeft(parts[1], "0123456789"))
	minor, err := strconv.Atoi(parts[1][:digits])
	return release{major, minor}, err == nil
}
