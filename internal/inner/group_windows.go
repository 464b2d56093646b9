package inner

// ProcessGroup returns the process group, in which a shell puts all commands of one
// job and Git all that it starts; 0 if there is none, as on Windows.
func ProcessGroup() int { return 0 }
