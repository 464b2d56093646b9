package report

import (
	"os"

	"golang.org/x/sys/windows"
)

// takesColour makes a Windows console understand escape sequences, which it does
// since Windows 10 if it is told to, and reports whether it does.
func takesColour(console *os.File) bool {
	handle := windows.Handle(console.Fd())
	var mode uint32
	if windows.GetConsoleMode(handle, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
