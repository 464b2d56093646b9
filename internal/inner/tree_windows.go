package inner

import (
	"os/exec"
	"strconv"
)

// endWholeTree makes the end of the context end all that the program started.
func endWholeTree(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		// #nosec G204 -- a number is the only argument
		if err := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run(); err != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
}
