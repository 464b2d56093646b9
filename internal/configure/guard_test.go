package configure_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
)

func TestALineThatCallsTheGuardIsTakenApart(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]configure.Guard{
		"ado-guard":                          {Program: "ado-guard"},
		"ado-guard --helper manager":         {Program: "ado-guard", Helpers: []string{"manager"}},
		"ado-guard -helper=manager -no-copy": {Program: "ado-guard", Helpers: []string{"manager"}, NoCopy: true},
		"ado-guard --no-copy=false":          {Program: "ado-guard"},
		`ado-guard --helper 'store --file "a b"' --host https://tfs.example/tfs`:                 {Program: "ado-guard", Helpers: []string{`store --file "a b"`}, Hosts: []string{"https://tfs.example/tfs"}},
		`ado-guard --helper "!f() { echo \"\$x\"; }; f" --helper=a\ b`:                           {Program: "ado-guard", Helpers: []string{`"!f() { echo \"\$x\"; }; f"`, "a b"}},
		`/mnt/c/My\ Tools/git-credential-ado-guard.exe --helper '/mnt/c/Program\ Files/gcm.exe'`: {Program: `/mnt/c/My\ Tools/git-credential-ado-guard.exe`, Helpers: []string{`/mnt/c/Program\ Files/gcm.exe`}},
		`C:/Tools/git-credential-ado-guard.exe`:                                                  {Program: `C:/Tools/git-credential-ado-guard.exe`},
		"!git credential-ado-guard --helper it\\'s":                                              {Program: "!git credential-ado-guard", Helpers: []string{"it's"}},
		`!"/opt/x y/git-credential-ado-guard" --helper manager`:                                  {Program: `!"/opt/x y/git-credential-ado-guard"`, Helpers: []string{"manager"}},
	} {
		got, ok := configure.ParseGuard(value)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(configure.Guard{})); !ok || diff != "" {
			t.Errorf("%s: %v\n%s", value, ok, diff)
		}
	}
}

func TestALineThatDoesNotCallTheGuardIsNone(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"", "!", "manager", "ado-guardian", "!ado-guard", "'ado-guard'", "git-credential-ado-guard", "store --file ado-guard",
		"/home/ann/ado-guard", "!A=b git credential-ado-guard", "!git credential-ado-guard; true", "!git -c a=b credential-ado-guard",
		"ado-guard --helper", "ado-guard 'open", "ado-guard \"open", `ado-guard \`, "ado-guard # comment", "ado-guard | tee x",
	} {
		if g, ok := configure.ParseGuard(value); ok {
			t.Errorf("%q is taken for %#v", value, g)
		}
	}
}

func TestALineIsWrittenInOneSpelling(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`ado-guard -no-copy --host="https://tfs" --helper="manager"`: "ado-guard --helper manager --host https://tfs --no-copy",
		`ado-guard --helper "it's"`:                                  `ado-guard --helper 'it'\''s'`,
		`ado-guard --helper "$HOME/bin/x" --helper ~/y`:              `ado-guard --helper "$HOME/bin/x" --helper ~/y`,
		`ado-guard --future "a b" --helper=''`:                       `ado-guard --helper '' --future "a b"`,
	} {
		g, ok := configure.ParseGuard(value)
		if !ok || g.String() != want {
			t.Errorf("%s becomes %s, want %s", value, g, want)
		}
		if again, ok := configure.ParseGuard(g.String()); !ok || again.String() != want {
			t.Errorf("read again, it becomes %s", again)
		}
	}
}
