package standin

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// talk is one call: what goes in, and what is expected to come out.
type talk struct {
	action      string
	input       string
	environment string // NAME=value
	output      string
	errors      string
	status      int
}

const (
	withPath = "protocol=https\nhost=dev.azure.com\npath=contoso/web/_git/web\n"
	noPath   = "protocol=https\nhost=dev.azure.com\nusername=contoso\n"
	vs       = "protocol=https\nhost=contoso.visualstudio.com\n"

	answered = withPath + "username=alice\npassword=old\n\n"
	retyped  = withPath + "username=alice\npassword=new\n\n"

	cannot   = "fatal: Cannot prompt because user interactivity has been disabled.\n"
	cancels  = "fatal: User cancelled dialog.\n"
	silent   = "GCM_INTERACTIVE=never"
	dialogNo = 255
)

// TestItDoesWhatGCMDoes: the stored credential is old, unless the row stores
// others; a person types alice/new, then alice/newer.
func TestItDoesWhatGCMDoes(t *testing.T) {
	contoso := "https://dev.azure.com/contoso"
	old := Credential{contoso, "alice", "old"}
	second := Credential{contoso, "bob", "bobs"}
	legacy := Credential{"https://contoso.visualstudio.com", "bob", "bobs"}
	unknown := "fatal: " + noOrganization.Error() + "\n"

	tests := map[string]struct {
		settings []string // key=value
		stored   []Credential
		talks    []talk
		left     []Credential
		prompts  int
	}{
		"get answers with what is stored": {
			stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath, output: answered}},
		},
		"get takes CRLF and ignores what it does not know": {
			stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: strings.ReplaceAll(withPath+"wwwauth[]=Basic\nnew=1\n", "\n", "\r\n") + "\r\nafter=end", output: answered}},
		},
		"get ignores the user name at dev.azure.com": {
			stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath + "username=bob\n", output: answered}},
		},
		"get looks at the user name at visualstudio.com": {
			stored: []Credential{legacy}, left: []Credential{legacy}, prompts: 1,
			talks: []talk{
				{action: "get", input: vs + "username=bob\n", output: vs + "username=bob\npassword=bobs\n\n"},
				{action: "get", input: vs + "username=alice\n", output: vs + "username=alice\npassword=new\n\n"},
			},
		},
		"with a path at visualstudio.com it files and finds by the whole URL": {
			stored: []Credential{legacy}, prompts: 1,
			left: []Credential{legacy, {"https://contoso.visualstudio.com/web/_git/web", "alice", "new"}},
			talks: []talk{
				{action: "get", input: vs + "path=web/_git/web\n", output: vs + "path=web/_git/web\nusername=alice\npassword=new\n\n"},
				{action: "store", input: vs + "path=web/_git/web\nusername=alice\npassword=new\n"},
				{action: "get", input: vs, output: vs + "username=bob\npassword=bobs\n\n"},
			},
		},
		"get tells the organization from the user name, store and erase fail": {
			stored: []Credential{old}, left: []Credential{old},
			talks: []talk{
				{action: "get", input: noPath, output: "protocol=https\nhost=dev.azure.com\nusername=alice\npassword=old\n\n"},
				{action: "store", input: noPath + "password=x\n", errors: unknown, status: 255},
				{action: "erase", input: noPath, errors: unknown, status: 255},
			},
		},
		"get without any organization fails": {
			talks: []talk{{action: "get", input: "protocol=https\nhost=dev.azure.com\n", errors: unknown, status: 255}},
		},
		"a dialog opens when nothing is stored, and only store keeps what was typed": {
			prompts: 2, left: []Credential{{contoso, "alice", "newer"}},
			talks: []talk{
				{action: "get", input: withPath, output: retyped},
				{action: "get", input: withPath, output: strings.ReplaceAll(retyped, "new", "newer")},
				{action: "store", input: withPath + "username=alice\npassword=newer\n"},
			},
		},
		"store replaces the same user's and adds another's": {
			stored: []Credential{old}, left: []Credential{{contoso, "alice", "new"}, second},
			talks: []talk{
				{action: "store", input: withPath + "username=alice\npassword=new\n"},
				{action: "store", input: withPath + "username=bob\npassword=bobs\n"},
			},
		},
		"erase compares nothing and removes the first match": {
			stored: []Credential{old, second}, left: []Credential{second},
			talks: []talk{{action: "erase", input: withPath + "username=bob\npassword=another\n"}},
		},
		"a second erase removes another account's": {
			stored: []Credential{old, second},
			talks:  []talk{{action: "erase", input: withPath}, {action: "erase", input: withPath}},
		},
		"libsecret: erase removes all accounts": {
			settings: []string{"erase=all"}, stored: []Credential{old, second},
			talks: []talk{{action: "erase", input: withPath + "username=alice\n"}},
		},
		"erase at visualstudio.com looks at the user name": {
			stored: []Credential{legacy}, left: []Credential{legacy},
			talks: []talk{{action: "erase", input: vs + "username=alice\n"}},
		},
		"no dialog opens where none may": {
			talks: []talk{{action: "get", input: withPath, environment: silent, errors: cannot, status: dialogNo}},
		},
		"what is stored needs no dialog": {
			stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath, environment: silent, output: answered}},
		},
		"a person cancels": {
			settings: []string{"cancel=true"}, prompts: 1,
			talks: []talk{{action: "get", input: withPath, errors: cancels, status: dialogNo}},
		},
		"nobody is there: cancelled too": {
			prompts: 3,
			talks: []talk{
				{action: "get", input: withPath, output: retyped},
				{action: "get", input: withPath, output: strings.ReplaceAll(retyped, "new", "newer")},
				{action: "get", input: withPath, errors: cancels, status: dialogNo},
			},
		},
		"OAuth: erase only unbinds, the same token comes back until `azure-repos unbind`": {
			settings: []string{"mode=oauth"}, prompts: 2, left: []Credential{{contoso, "alice", "newer"}},
			talks: []talk{
				{action: "get", input: withPath, output: retyped},
				{action: "erase", input: withPath},
				{action: "get", input: withPath, output: retyped},
				{action: "azure-repos unbind contoso"},
				{action: "get", input: withPath, output: strings.ReplaceAll(retyped, "new", "newer")},
			},
		},
		"managed identity: erase does nothing, nothing is asked": {
			settings: []string{"mode=managed-identity"},
			talks: []talk{
				{action: "get", input: withPath, output: retyped},
				{action: "erase", input: withPath},
				{action: "get", input: withPath, output: retyped},
			},
		},
		"3.0 says its capability": {
			settings: []string{"version=3"},
			talks:    []talk{{action: "capability", output: "version 0\ncapability state\n"}},
		},
		"2.9 has no such action": {talks: []talk{{action: "capability"}, {action: "future"}}},
		"3.0 asks to be asked again, and then opens a dialog": {
			settings: []string{"version=3"}, stored: []Credential{old}, prompts: 1,
			talks: []talk{
				{action: "get", input: "capability[]=authtype\ncapability[]=state\n" + withPath,
					output: "capability[]=state\n" + strings.TrimSuffix(answered, "\n") + "state[]=gcm.stored\ncontinue=1\n\n"},
				{action: "get", input: "capability[]=state\n" + withPath + "state[]=gcm.stored\n", output: retyped},
			},
		},
		"3.0 announces nothing to a Git that announced nothing": {
			settings: []string{"version=3"}, stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath, output: answered}},
		},
		"3.0 tells Git to quit when a person cancels": {
			settings: []string{"version=3", "cancel=true"}, prompts: 1,
			talks: []talk{{action: "get", input: withPath, output: "quit=1\n\n", errors: cancels, status: dialogNo}},
		},
		"another host is kept by itself": {
			stored: []Credential{{"https://github.com", "octocat", "cat"}}, left: []Credential{{"https://github.com", "octocat", "cat"}},
			talks: []talk{{action: "get", input: "protocol=https\nhost=github.com\n", output: "protocol=https\nhost=github.com\nusername=octocat\npassword=cat\n\n"}},
		},
		"answers can end their lines with CRLF": {
			settings: []string{"lines=crlf"}, stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath, output: strings.ReplaceAll(answered, "\n", "\r\n")}},
		},
		"verbatim: prints what it was given": {
			settings: []string{"mode=verbatim"},
			talks:    []talk{{action: "get", input: withPath, output: "quit=1\nfuture[]=x\n"}, {action: "store", input: withPath}},
		},
		"early exit": {
			settings: []string{"trouble=early-exit"}, stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath}},
		},
		"crash": {
			settings: []string{"trouble=crash"},
			talks:    []talk{{action: "get", input: withPath, errors: crashed, status: 134}},
		},
		"crash after the answer": {
			settings: []string{"trouble=crash-after"}, stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath, output: answered, errors: crashed, status: 134}},
		},
		"half an answer": {
			settings: []string{"trouble=half"},
			talks:    []talk{{action: "get", input: withPath, output: "username=alice\n\n"}},
		},
		"trouble with one action only": {
			settings: []string{"trouble=crash erase"}, stored: []Credential{old}, left: []Credential{old},
			talks: []talk{{action: "get", input: withPath, output: answered}, {action: "erase", input: withPath, errors: crashed, status: 134}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := arranged(t, test.settings, test.stored)
			for _, talk := range test.talks {
				got := calling(d, talk.action, talk.input, talk.environment)
				want := reply{talk.output, talk.errors, talk.status}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", talk.action, diff)
				}
			}
			left, err := d.Credentials()
			if diff := cmp.Diff(test.left, left, cmpopts.EquateEmpty()); err != nil || diff != "" {
				t.Errorf("stored afterwards: %v (-want +got)\n%s", err, diff)
			}
			calls, err := d.Calls()
			prompts := 0
			for i, c := range calls {
				if c.Prompted {
					prompts++
				}
				if !c.Ended || c.Status != test.talks[i].status {
					t.Errorf("call %d is logged as %+v", i, c)
				}
			}
			if err != nil || prompts != test.prompts || len(calls) != len(test.talks) {
				t.Errorf("the log holds %d calls and %d dialogs (%v), want %d and %d", len(calls), prompts, err, len(test.talks), test.prompts)
			}
		})
	}
}

const crashed = "Unhandled exception. System.InvalidOperationException: the stand-in was told to crash\n"

func arranged(t *testing.T, settings []string, stored []Credential) Directory {
	d := Directory(t.TempDir())
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		check(d.Set(key, value))
	}
	for _, c := range stored {
		check(d.Store(c))
	}
	check(d.Queue("alice", "new"))
	check(d.Queue("alice", "newer"))
	check(d.Answer("quit=1\nfuture[]=x\n"))
	return d
}

type reply struct {
	Output, Errors string
	Status         int
}

// calling calls the program once, with one environment variable.
func calling(d Directory, action, input, environment string) reply {
	var out, err bytes.Buffer
	p := &program{directory: d, in: strings.NewReader(input), out: &out, err: &err, lookup: func(variable string) (string, bool) {
		name, value, _ := strings.Cut(environment, "=")
		return value, name == variable && name != ""
	}}
	status := p.run(strings.Fields(action))
	return reply{out.String(), err.String(), status}
}

func TestTheLogTellsHowItWasCalled(t *testing.T) {
	t.Parallel()
	d := arranged(t, nil, nil)
	calling(d, "get", withPath+"\nmore", "ADO_GUARD_INNER=1")
	calls, err := d.Calls()
	if err != nil || len(calls) != 1 {
		t.Fatal(calls, err)
	}
	c := calls[0]
	if c.Action != "get" || c.Input != withPath+"\n" || !slices.Equal(c.Environment, []string{"ADO_GUARD_INNER=1"}) || c.Directory == "" {
		t.Errorf("logged %+v", c)
	}
}

func TestSettingsComeFromTheEnvironmentToo(t *testing.T) {
	t.Parallel()
	d := arranged(t, nil, nil)
	if got := calling(d, "get", withPath, "STANDIN_CANCEL=true"); got.Errors != cancels {
		t.Errorf("got %+v", got)
	}
	if got := calling(d, "get", withPath, "STANDIN_MODE=pet"); got.Status != 1 || !strings.Contains(got.Errors, `"pet" is none of`) {
		t.Errorf("got %+v", got)
	}
	for _, wrong := range [][2]string{{"colour", "red"}, {"trouble", "sorrow"}, {"start", "soon"}} {
		if err := d.Set(wrong[0], wrong[1]); err == nil {
			t.Errorf("setting %v was taken", wrong)
		}
	}
}

func TestStartingAndPromptingTakeTheirTime(t *testing.T) {
	d := arranged(t, []string{"start=300ms", "prompt=2s"}, nil)
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		calling(d, "get", withPath, "")
		if took := time.Since(begin); took != 2300*time.Millisecond {
			t.Errorf("a prompt took %v, want 2.3s", took)
		}
	})
}

func TestHugeOutputStillEndsInAnAnswer(t *testing.T) {
	t.Parallel()
	d := arranged(t, []string{"trouble=huge"}, nil)
	if got := calling(d, "get", withPath, ""); len(got.Output) < 100_000_000 || !strings.HasSuffix(got.Output, retyped) {
		t.Errorf("%d bytes", len(got.Output))
	}
}

func TestGarbageIsNoAnswer(t *testing.T) {
	t.Parallel()
	d := arranged(t, []string{"trouble=garbage"}, nil)
	if got := calling(d, "get", withPath, ""); got.Output == "" || strings.Contains(got.Output, "password=") {
		t.Errorf("got %q", got.Output)
	}
}

// TestTwoDialogsTakeTwoTokens: many processes at once lose nothing.
func TestTwoDialogsTakeTwoTokens(t *testing.T) {
	t.Parallel()
	d := Directory(t.TempDir())
	const n = 8
	results := make(chan string, n)
	for range n {
		if err := d.Queue("alice", "x"); err != nil {
			t.Fatal(err)
		}
	}
	for range n {
		go func() { results <- calling(d, "get", withPath, "").Errors }()
	}
	for range n {
		if problem := <-results; problem != "" {
			t.Error(problem)
		}
	}
	if calls, err := d.Calls(); err != nil || len(calls) != n {
		t.Errorf("%d calls, %v", len(calls), err)
	}
	if got := calling(d, "get", withPath, "").Errors; got != cancels {
		t.Errorf("after all were taken: %q", got)
	}
}

func TestThePersonAnswersGitItself(t *testing.T) {
	t.Parallel()
	d := arranged(t, nil, nil)
	ask := func(question string) string {
		var out, err bytes.Buffer
		p := &program{directory: d, out: &out, err: &err, lookup: func(string) (string, bool) { return "", false }}
		p.askpass([]string{question})
		return out.String() + err.String()
	}
	for _, want := range []string{"new", "newer"} {
		if name := ask("Username for 'https://dev.azure.com': "); name != "alice\n" {
			t.Errorf("the user name is %q", name)
		}
		if password := ask("Password for 'https://alice@dev.azure.com': "); password != want+"\n" {
			t.Errorf("the password is %q, want %q", password, want)
		}
	}
	if refusal := ask("Password for 'https://alice@dev.azure.com': "); refusal != "User cancelled dialog.\n" {
		t.Errorf("nobody is there: %q", refusal)
	}
	calls, err := d.Calls()
	if err != nil || len(calls) != 5 || calls[0].Prompted || !calls[1].Prompted {
		t.Errorf("logged %+v, %v", calls, err)
	}
}

func TestClearRemovesEverything(t *testing.T) {
	t.Parallel()
	d := arranged(t, nil, []Credential{{"https://dev.azure.com/contoso", "alice", "old"}})
	for _, do := range []func() error{d.Clear, func() error { return d.Cache(Credential{Service: "s"}) }, d.Clear} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := d.Credentials(); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
