package gitconfig

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Git returns a Runner for the git found on PATH, in dir (empty: the current
// directory) with the environment env. An error carries what Git complained of.
func Git(dir string, env []string) Runner {
	// `git config` alone obeys GIT_CONFIG, and would show another configuration
	// than the one in force.
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		return strings.HasPrefix(v, "GIT_CONFIG=")
	})
	return func(ctx context.Context, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		var complaint bytes.Buffer
		cmd.Dir, cmd.Env, cmd.Stderr = dir, env, &complaint
		cmd.WaitDelay = time.Second // for a grandchild that keeps the pipes open
		out, err := cmd.Output()
		if err == nil {
			return out, nil
		}
		if said := strings.TrimSpace(complaint.String()); said != "" {
			return out, fmt.Errorf("git %s: %w: %s", args[0], err, said)
		}
		return out, fmt.Errorf("git %s: %w", args[0], err)
	}
}
