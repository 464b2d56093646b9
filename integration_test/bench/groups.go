package main

import "context"

// groups are what is measured, each in rounds of its own: what takes milliseconds is
// not held up by what takes seconds.
var groups = []struct {
	name    string
	measure func(ctx context.Context, w *world, rounds int) ([]row, error)
}{
	{"hot", hot},
	{"cold", cold},
	{"git", git},
	{"crowd", crowd},
	{"weight", weight},
	{"revision", revision},
}

func groupNames() []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	return names
}
