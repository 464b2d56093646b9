//go:build unix

package inner

import "syscall"

// ProcessGroup returns the process group, in which a shell puts all commands of one
// job and Git all that it starts; 0 if there is none.
func ProcessGroup() int { return syscall.Getpgrp() }
