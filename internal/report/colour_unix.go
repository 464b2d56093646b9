//go:build !windows

package report

import "os"

// takesColour reports whether a terminal understands colours: all do.
func takesColour(*os.File) bool { return true }
