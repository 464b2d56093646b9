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

// Bounds of what is kept of what Git prints, in bytes. The largest configuration
// anybody has is a thousandth of the first.
const (
	maxOutput    = 64 << 20
	maxComplaint = 4 << 10
)

// output is what Git prints, up to a bound. What goes beyond it fails, and Git then
// finds its pipe closed.
type output struct{ kept bytes.Buffer }

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	if o.kept.Len()+len(p) > maxOutput {
		return 0, fmt.Errorf("more than %d bytes of output", maxOutput)
	}
	return o.kept.Write(p)
}

// complaint is the beginning of what Git complains of.
type complaint struct{ kept []byte }

// Write implements io.Writer.
func (c *complaint) Write(p []byte) (int, error) {
	c.kept = append(c.kept, p[:min(len(p), maxComplaint-len(c.kept))]...)
	return len(p), nil
}

// Git returns a Runner for the git found on PATH, in dir (empty: the current
// directory) with the environment env. An error carries what Git complained of.
func Git(dir string, env []string) Runner {
	// `git config` alone obeys GIT_CONFIG, and would show another configuration
	// than the one in force.
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		return strings.HasPrefix(v, "GIT_CONFIG=")
	})
	return func(ctx context.Context, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, "git", args...) // #nosec G204 -- Git itself, without a shell
		var out output
		var said complaint
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &said
		cmd.WaitDelay = time.Second // for a grandchild that keeps the pipes open
		err := cmd.Run()
		if err == nil {
			return out.kept.Bytes(), nil
		}
		if text := strings.TrimSpace(string(said.kept)); text != "" {
			return out.kept.Bytes(), fmt.Errorf("git %s: %w: %s", args[0], err, text)
		}
		return out.kept.Bytes(), fmt.Errorf("git %s: %w", args[0], err)
	}
}
