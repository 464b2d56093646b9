package notice

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"
)

func TestANoticeIsOneLineAndAtMostOneHint(t *testing.T) {
	var out bytes.Buffer
	p := Printer{To: &out}
	p.Print(Notice{What: "what happened"})
	p.Print(Notice{What: "what happened", Hint: "what to do"})
	if got, want := out.String(), "ado-guard: what happened\nado-guard: what happened\nado-guard: hint: what to do\n"; got != want {
		t.Errorf("printed %q", got)
	}
}

func TestNothingThatIsPrintedSteersATerminal(t *testing.T) {
	for text, want := range map[string]string{
		"plain, contoso/Größe":            "plain, contoso/Größe",
		"\x1b[31mred\x1b[0m":              `\x1b[31mred\x1b[0m`,
		"two\nlines\r\tand a tab":         `two\x0alines\x0d\x09and a tab`,
		"bell\a, delete\x7f, c1\u009b":    `bell\x07, delete\x7f, c1\u009b`,
		"turned \u202e and hidden \u200b": `turned \u202e and hidden \u200b`,
		"no UTF-8 \xff\xfe":               `no UTF-8 \xff\xfe`,
	} {
		var out bytes.Buffer
		Printer{To: &out}.Print(Notice{What: text})
		if got := out.String(); got != "ado-guard: "+want+"\n" {
			t.Errorf("%q is printed as %q", text, got)
		}
	}
}

func TestALongUsernameIsTakenForASecret(t *testing.T) {
	if got := Username(strings.Repeat("a", 50)); got != strings.Repeat("a", 50) {
		t.Errorf("50 characters are shown as %q", got)
	}
	if got := Username(strings.Repeat("a", 51)); strings.Contains(got, "aaa") {
		t.Errorf("51 characters are shown as %q", got)
	}
}

// Lower case, no full stop, what happened and then what to do.
func TestEveryNoticeSpeaksAlike(t *testing.T) {
	token := Token{Kind: "personal access token", Organization: "contoso", Reason: "has expired", RenewAt: "https://dev.azure.com/contoso/_usersSettings/tokens"}
	why := errors.New("the disk is full")
	notices := map[string]Notice{
		"Dead":                Dead(token),
		"DeadAgain":           DeadAgain(token),
		"NotRemoved":          NotRemoved(token, why),
		"SameAgain":           SameAgain(token, "git-credential-manager azure-repos unbind"),
		"DeadKept":            DeadKept(token, "never"),
		"Refused":             Refused(token),
		"StoreRefused":        StoreRefused(token),
		"Cancelled":           Cancelled("contoso", "got nothing"),
		"Waiting":             Waiting("contoso", "git, pid 1"),
		"WaitedLongEnough":    WaitedLongEnough("contoso", "git, pid 1", 2*time.Minute),
		"NoOrganization":      NoOrganization("dev.azure.com"),
		"BadRequest":          BadRequest(why),
		"BadAnswer":           BadAnswer("manager"),
		"UnreadableSetting":   UnreadableSetting("adoguard.timeout", "soon", "5s"),
		"BadOption":           BadOption("there is no option --x"),
		"NotKept":             NotKept("contoso", why),
		"Panicked":            Panicked("get.go:1"),
		"UnknownCommand":      UnknownCommand("chekc", "check"),
		"NoTrace":             NoTrace(why),
		"NotAzureDevOps":      NotAzureDevOps("https://example.org"),
		"NoOrganizationNamed": NoOrganizationNamed("https://dev.azure.com"),
		"NothingToCheck":      NothingToCheck(true),
		"NotConfigured":       NotConfigured(why),
		"ConfigurationUnread": ConfigurationUnread(why),
	}
	for name, n := range notices {
		if n.What == "" || strings.Contains(n.What, "\n") || strings.HasSuffix(n.What, ".") || n.What[0] >= 'A' && n.What[0] <= 'Z' {
			t.Errorf("%s: %q", name, n.What)
		}
		if strings.HasSuffix(n.Hint, ".") || strings.Contains(n.Hint, "\n") {
			t.Errorf("%s: hint %q", name, n.Hint)
		}
	}
	for _, name := range constructors(t) {
		if _, ok := notices[name]; !ok {
			t.Errorf("%s is not read here", name)
		}
	}
}

// An Azure DevOps Server whose collection is not known has no page to name.
func TestWithoutAPageForNewTokensNoneIsNamed(t *testing.T) {
	server := Token{Kind: "personal access token", Organization: "https://tfs.example", Reason: "has expired"}
	for want, n := range map[string]Notice{
		"make a new one": Dead(server),
		"make a new one, then run the command again":                                           DeadAgain(server),
		"it may lack a scope (Code: read & write), or its user a permission on the repository": Refused(server),
	} {
		if n.Hint != want {
			t.Errorf("%q, not %q", n.Hint, want)
		}
	}
}

// constructors are the functions of texts.go that return a Notice.
func constructors(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "texts.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Type.Results == nil || len(f.Type.Results.List) != 1 {
			continue
		}
		if result, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "Notice" {
			names = append(names, f.Name.Name)
		}
	}
	return names
}

// The record of who holds a lock is missing while the disk is full.
func TestAnUnknownHolderIsAnotherGitProcess(t *testing.T) {
	for _, n := range []Notice{Waiting("contoso", ""), WaitedLongEnough("contoso", "", time.Minute)} {
		if !strings.Contains(n.What, "for another Git process") {
			t.Errorf("%q", n.What)
		}
	}
}
