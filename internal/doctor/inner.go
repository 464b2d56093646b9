package doctor

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/helper"
)

// Answer is what became of a look at an inner helper.
type Answer struct {
	Credential bool  // it gave a complete one
	Exit       int   // its exit status; -1 if it was ended by a signal, 0 also if it was not started
	Err        error // why there is no more; nil if it ended with 0
}

// behind is a helper, and the URL that it is asked about.
type behind struct {
	value string
	url   string
}

// innerHelpers returns the helpers behind the guard, each once. It is asked about
// the first place of its own that names an organization, or else about one that the
// guard has seen, or else about nothing that it could have.
func innerHelpers(all []standing, known []string) []behind {
	const nowhere = "https://dev.azure.com"
	var found []behind
	for _, s := range all {
		for _, value := range s.inner() {
			i := slices.IndexFunc(found, func(b behind) bool { return b.value == value })
			if i < 0 {
				found, i = append(found, behind{value, nowhere}), len(found)
			}
			for _, p := range s.places {
				if found[i].url == nowhere && p.target.Organization != "" {
					found[i].url = p.url
				}
			}
		}
	}
	for i := range found {
		if found[i].url == nowhere && len(known) > 0 {
			found[i].url = known[0]
		}
	}
	return found
}

// lookMost is how long a helper may take to answer. Git Credential Manager takes a
// second, and 5 to 15 now and then (GCM #424, #1620).
const lookMost = 12 * time.Second

// lookAtHelpers asks every helper without a dialog. One that cannot be kept from
// opening one is not asked.
func lookAtHelpers(ctx context.Context, w World, s search, all []behind) []Finding {
	ctx, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	found := make([]Finding, len(all))
	var wait sync.WaitGroup
	for i, b := range all {
		if helper.QuirksOf(b.value).AsksAlways {
			found[i] = helperNotAsked(b)
			continue
		}
		wait.Go(func() {
			answer := w.Look(ctx, b.value, b.url)
			found[i] = helperFinding(b, answer, ctx.Err() != nil, s.has(b.value))
		})
	}
	wait.Wait()
	return found
}

// helperFinding judges a helper by its answer. A helper that may not ask anybody and
// has nothing fails as a rule (Git Credential Manager: 255), so its exit status says
// little; a program that cannot be found says it all.
func helperFinding(b behind, a Answer, late, there bool) Finding {
	switch {
	case a.Credential:
		return helperHolds(b)
	case late:
		return helperHangs(b)
	case a.Exit == 1 && !there, a.Exit == 126, a.Exit == 127: // what Git and sh end with where there is no such program
		return helperMissing(b)
	case a.Exit < 0 || a.Exit > 1 && a.Exit != 255:
		return helperFails(b, a)
	default:
		return helperRuns(b)
	}
}

// has reports whether the program of a helper is there. Of paths and shell commands
// it says so: sh will tell.
func (s search) has(value string) bool {
	words := strings.Fields(value)
	if len(words) == 0 || strings.ContainsAny(words[0][:1], `!/\`) || filepath.IsAbs(words[0]) {
		return true
	}
	return len(s.all("git-credential-"+words[0])) > 0
}

// windowsHelper reports whether a helper is a Windows program, as it is used from
// the Windows Subsystem for Linux.
func windowsHelper(value string) bool {
	return strings.Contains(value, ".exe") || strings.Contains(value, "/mnt/c/")
}

// subsystemFindings is for the Windows Subsystem for Linux. There a Windows program
// takes long to start (GCM #2215), so that much depends on the keyring's copy.
func subsystemFindings(w World, all []behind, copied bool) []Finding {
	if name, _ := w.Environ("WSL_DISTRO_NAME"); name == "" {
		return nil
	}
	for _, b := range all {
		if windowsHelper(b.value) {
			return []Finding{windowsHelperBehind(b, copied)}
		}
	}
	if len(all) == 0 && w.Files.Program(managerOfWindows) {
		return []Finding{windowsManagerUnused()}
	}
	return nil
}

// managerOfWindows is where Git for Windows has Git Credential Manager, as seen from
// the Windows Subsystem for Linux.
const managerOfWindows = "/mnt/c/Program Files/Git/mingw64/bin/git-credential-manager.exe"
