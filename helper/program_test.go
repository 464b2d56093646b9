package helper

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

func TestAHelperIsKnownByItsName(t *testing.T) {
	for value, want := range map[string]string{
		"manager":                         "manager",
		"cache --timeout=60":              "cache",
		"/usr/bin/git-credential-manager": "manager",
		`!'/mnt/c/Program Files/Git/mingw64/bin/git-credential-manager.exe'`: "manager",
		`/mnt/c/Program\ Files/Git/mingw64/bin/git-credential-manager.exe`:   "manager",
		`!GCM_TRACE=1 X='a b' /usr/local/bin/git-credential-manager --no-ui`: "manager",
		`!f() { echo username=a; echo password=s3cret; }; f`:                 "f()",
		`!TOKEN=s3cret helper`:          "helper",
		`/opt/a=b/git-credential-store`: "store",
	} {
		expect(t, value, ProgramName(value), want)
	}
}

// People write tokens into the commands of Git's configuration.
func TestTheCommandOfAHelperIsNeitherShownNorTraced(t *testing.T) {
	for _, command := range []string{"!f() { echo password=s3cret; }; f", "!TOKEN=s3cret helper"} {
		garbage := &fakeHelper{value: command, fixed: "oops\n", holds: map[string]string{}}
		keeper := &fakeHelper{value: command, holds: map[string]string{"alice": "D"}}
		w := newWorld(t, Wrap, garbage, keeper)
		w.azure["D"] = expired
		var trace bytes.Buffer
		for _, c := range []struct{ action, more string }{{"get", ""}, {"store", given("L")}, {"erase", given("O")}} {
			g := w.guard()
			g.Trace = zerolog.New(&trace)
			if err := g.Handle(t.Context(), c.action, strings.NewReader(contoso+c.more), &bytes.Buffer{}); err != nil {
				t.Fatal(err)
			}
		}
		for where, text := range map[string]string{"said": w.said(), "traced": trace.String()} {
			if strings.Contains(text, "s3cret") {
				t.Errorf("%s: %s", where, text)
			}
			if text == "" {
				t.Errorf("nothing is %s: this test shows nothing", where)
			}
		}
	}
}
