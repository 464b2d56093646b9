package gitconfig_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// home is a temporary HOME for a real Git, with nothing configured.
type home struct {
	t   *testing.T
	dir string
}

func newHome(t *testing.T) home {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	return home{t, t.TempDir()}
}

func (h home) env() []string {
	return []string{
		"HOME=" + h.dir, "PATH=" + os.Getenv("PATH"), "LOG=" + filepath.Join(h.dir, "log"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_CEILING_DIRECTORIES=" + filepath.Dir(h.dir),
	}
}

// write makes text the content of ~/.gitconfig.
func (h home) write(text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, ".gitconfig"), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// git runs git with stdin and returns its standard output; a failure is none.
func (h home) git(stdin string, args ...string) string {
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = h.dir, h.env(), strings.NewReader(stdin)
	out, _ := cmd.Output() // what matters is the output; `fill` fails without an answer
	return string(out)
}

// section writes a configuration section, subsection quoted as Git wants it.
func section(name, subsection string, lines ...string) string {
	head := "[" + name + "]\n"
	if subsection != "" {
		head = "[" + name + ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(subsection) + "\"]\n"
	}
	var b strings.Builder
	b.WriteString(head)
	for _, line := range lines {
		b.WriteString("\t" + line + "\n")
	}
	return b.String()
}
