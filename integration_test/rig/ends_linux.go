package rig

import (
	"os/exec"
	"syscall"
)

// endsWithUs lets a daemon end with the test run, however that ends: a run that
// is killed cleans up nothing.
func endsWithUs(c *exec.Cmd) *exec.Cmd {
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}
