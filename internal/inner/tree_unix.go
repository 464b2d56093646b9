//go:build unix

package inner

import (
	"os/exec"
	"syscall"
)

// endWholeTree makes the end of the context end all that the program started: it
// runs in a process group of its own. Only a look does: a program that may prompt
// has to stay in the terminal's foreground group.
func endWholeTree(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
