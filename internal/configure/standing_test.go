package configure_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// config makes a configuration of "scope key=value" lines.
func config(lines ...string) gitconfig.Config {
	var entries []gitconfig.Entry
	for _, line := range lines {
		scope, rest, _ := strings.Cut(line, " ")
		key, value, hasValue := strings.Cut(rest, "=")
		first, last := strings.Index(key, "."), strings.LastIndex(key, ".")
		e := gitconfig.Entry{Section: key[:first], Name: key[last+1:], Value: value, HasValue: hasValue, Scope: scope, Origin: "file:/" + scope}
		if scope == "command" {
			e.Origin = "command line:"
		}
		if first < last {
			e.Subsection = key[first+1 : last]
		}
		entries = append(entries, e)
	}
	return gitconfig.New(entries)
}

func TestTheGuardsPlaceIsToldWithWhoIsToBlame(t *testing.T) {
	t.Parallel()
	const path = "global credential.https://dev.azure.com.usehttppath=true"
	for name, test := range map[string]struct {
		config  gitconfig.Config
		trouble configure.Trouble
		what    string
		hint    string
	}{
		"in front":           {config: config("global credential.helper=ado-guard --helper manager", path)},
		"in front of others": {config: config("global credential.helper=ado-guard", "global credential.helper=manager", path)},
		"nothing": {
			config(), configure.Absent,
			"the guard is not set up for https://dev.azure.com", "set it right with: git credential-ado-guard configure",
		},
		"for another host": {
			config("global credential.https://github.com.helper=ado-guard"), configure.Absent,
			"the guard is not set up for https://dev.azure.com", "set it right with: git credential-ado-guard configure",
		},
		"behind the system's helper": {
			config("system credential.helper=osxkeychain", "system credential.helper=manager", "global credential.helper=ado-guard", path), configure.Behind,
			"another helper is asked before the guard for https://dev.azure.com: credential.helper=manager in /system",
			"set it right with: git credential-ado-guard configure",
		},
		"pushed out": {
			config("global credential.helper=ado-guard", "global credential.helper=", path, "global credential.helper=manager"), configure.PushedOut,
			"the guard is not asked for https://dev.azure.com: /global clears it off the list with credential.helper=",
			"set it right with: git credential-ado-guard configure",
		},
		"pushed out in a repository": {
			config("global credential.helper=ado-guard", "local credential.https://dev.azure.com.helper=", path), configure.PushedOut,
			"the guard is not asked for https://dev.azure.com: /local clears it off the list with credential.https://dev.azure.com.helper=",
			"set it right with: git credential-ado-guard configure --local",
		},
		"pushed out in a work tree": {
			config("global credential.helper=ado-guard", "worktree credential.helper=", path), configure.PushedOut,
			"the guard is not asked for https://dev.azure.com: /worktree clears it off the list with credential.helper=",
			"take that line out: git config --worktree --edit",
		},
		"twice": {
			config("global credential.helper=ado-guard", "local credential.helper=ado-guard --no-copy", path), configure.Doubled,
			"the guard is asked twice for https://dev.azure.com: by credential.helper=ado-guard --no-copy in /local, too",
			"set it right with: git credential-ado-guard configure --local",
		},
		"no path": {
			config("global credential.helper=ado-guard"), configure.NoPath,
			"Git does not tell the guard which organization is meant: credential.useHttpPath is off for https://dev.azure.com",
			"set it right with: git credential-ado-guard configure",
		},
		"path off on the command line": {
			config("global credential.helper=ado-guard", path, "command credential.usehttppath=0"), configure.NoPath,
			"Git does not tell the guard which organization is meant: credential.useHttpPath is off for https://dev.azure.com",
			"that line comes from the environment (GIT_CONFIG_COUNT) or from git -c: take it out there",
		},
	} {
		s := configure.Examine(test.config, "https://dev.azure.com")
		n, wrong := s.Complaint()
		if diff := cmp.Diff([]string{test.what, test.hint}, []string{n.What, n.Hint}); s.Trouble != test.trouble || wrong != (test.what != "") || diff != "" {
			t.Errorf("%s: trouble %v, complaint %v\n%s", name, s.Trouble, wrong, diff)
		}
	}
}

func TestThePathIsMissedOnlyWhereTheHostDoesNotNameTheOrganization(t *testing.T) {
	t.Parallel()
	c := config("global credential.helper=ado-guard --helper manager --host https://tfs.example/tfs")
	for pattern, want := range map[string]configure.Trouble{
		"https://dev.azure.com":                             configure.NoPath,
		"https://ann@dev.azure.com":                         configure.NoPath,
		"https://dev.azure.com/contoso":                     configure.NoPath,
		"https://dev.azure.com/contoso.visualstudio.com":    configure.NoPath,
		"https://tfs.example/tfs":                           configure.NoPath,
		"https://contoso.visualstudio.com.example":          configure.NoPath,
		"https://*.visualstudio.com":                        configure.NoTrouble,
		"https://contoso.visualstudio.com":                  configure.NoTrouble,
		"https://ann@Contoso.VisualStudio.com:443/p/_git/r": configure.NoTrouble,
		"contoso.visualstudio.com":                          configure.NoTrouble,
	} {
		if s := configure.Examine(c, pattern); s.Trouble != want {
			t.Errorf("%s: the trouble is %v, want %v", pattern, s.Trouble, want)
		}
	}
}

func TestAPatternIsExaminedForWhatHoldsForAllItsURLs(t *testing.T) {
	t.Parallel()
	c := config("global credential.helper=manager", "global credential.https://contoso.visualstudio.com.helper=oauth",
		"global credential.https://*.visualstudio.com.helper=ado-guard")
	if s := configure.Examine(c, "https://*.visualstudio.com"); len(s.Helpers) != 2 || s.Helpers[1].Value != "ado-guard" {
		t.Errorf("the helpers are %v", s.Helpers)
	}
	if s := configure.Examine(c, "https://contoso.visualstudio.com/p/_git/r"); len(s.Helpers) != 3 || s.Trouble != configure.Behind || s.Culprit.Value != "oauth" {
		t.Errorf("the helpers are %v, to blame is %v", s.Helpers, s.Culprit)
	}
}
