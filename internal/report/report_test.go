package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var sample = []Section{
	{
		Title: "contoso (https://dev.azure.com/contoso)",
		Lines: []Line{
			{Name: "account", Text: "ann@contoso.com"},
			{Mark: OK, Name: "profile", Text: "accepted (200)"},
			{Mark: Problem, Name: "connection", Text: "rejected (401 TF400813), which is what a revoked or unknown token gets from an organization", Remedies: []string{
				"make a new one at https://dev.azure.com/contoso/_usersSettings/tokens",
				"sign in once",
			}},
			{Mark: Unknown, Name: "repository", Text: "unreachable"},
		},
	},
	{Lines: []Line{{Mark: Warning, Text: "one problem"}}},
}

func TestWhatIsToBeCopiedStaysInOneRowAsItIs(t *testing.T) {
	t.Parallel()
	const text = "  helper = ado-guard --helper 'cache  --timeout=28800'"
	got := Style{Width: 30}.Format(Section{Title: "added to", Lines: []Line{{Text: text, Verbatim: true}}})
	if want := "added to\n  " + text + "\n"; got != want {
		t.Errorf("%q", got)
	}
}

func TestFormatLaysOutSections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		style Style
		want  string
	}{
		{"a file in an ASCII locale is not wrapped", Style{}, `contoso (https://dev.azure.com/contoso)
     account     ann@contoso.com
  ok profile     accepted (200)
  x  connection  rejected (401 TF400813), which is what a revoked or unknown token gets from an organization
                 -> make a new one at https://dev.azure.com/contoso/_usersSettings/tokens
                 -> sign in once
  ?  repository  unreachable

! one problem
`},
		{"a wide terminal has marks, and wraps texts under themselves", Style{Width: 80, Unicode: true}, `contoso (https://dev.azure.com/contoso)
    account     ann@contoso.com
  ✓ profile     accepted (200)
  ✗ connection  rejected (401 TF400813), which is what a revoked or unknown
                token gets from an organization
                → make a new one at
                  https://dev.azure.com/contoso/_usersSettings/tokens
                → sign in once
  ? repository  unreachable

! one problem
`},
		{"a narrow terminal has long texts under their names, and addresses whole", Style{Width: 40, Unicode: true}, `contoso (https://dev.azure.com/contoso)
    account     ann@contoso.com
  ✓ profile     accepted (200)
  ✗ connection  rejected (401 TF400813),
      which is what a revoked or unknown
      token gets from an organization
      → make a new one at
        https://dev.azure.com/contoso/_usersSettings/tokens
      → sign in once
  ? repository  unreachable

! one problem
`},
		{"colours are on titles and marks", Style{Colour: true, Unicode: true}, "\x1b[1mcontoso (https://dev.azure.com/contoso)\x1b[0m\n" +
			"    account     ann@contoso.com\n" +
			"  \x1b[32m✓\x1b[0m profile     accepted (200)\n" +
			"  \x1b[31m✗\x1b[0m connection  rejected (401 TF400813), which is what a revoked or unknown token gets from an organization\n" +
			"                → make a new one at https://dev.azure.com/contoso/_usersSettings/tokens\n" +
			"                → sign in once\n" +
			"  \x1b[33m?\x1b[0m repository  unreachable\n\n" +
			"\x1b[33m!\x1b[0m one problem\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.style.Format(sample...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNothingThatIsShownSteersTheTerminal(t *testing.T) {
	t.Parallel()
	hostile := "a\x1b]0;title\a\nb\u202ec\u009bd\xff"
	section := Section{Title: hostile, Lines: []Line{{Mark: OK, Name: hostile, Text: hostile, Remedies: []string{hostile}}}}
	shown := `a\x1b]0;title\x07\x0ab\u202ec\u009bd\xff`
	want := shown + "\n  ✓ " + shown + "  " + shown + "\n" + pad("", 4+len(shown)+2) + "→ " + shown + "\n"
	if diff := cmp.Diff(want, Style{Unicode: true}.Format(section)); diff != "" {
		t.Error(diff)
	}
}

func TestAnASCIILocaleGetsNothingButASCII(t *testing.T) {
	t.Parallel()
	section := Section{Title: "Übung…", Lines: []Line{{Mark: Problem, Name: "Ö", Text: "日本 𝄞", Remedies: []string{"é"}}}}
	want := `\u00dcbung...
  x \u00d6  \u65e5\u672c \U0001d11e
            -> \u00e9
`
	if diff := cmp.Diff(want, Style{}.Format(section)); diff != "" {
		t.Error(diff)
	}
}

func TestWideAndCombiningLettersKeepTheColumns(t *testing.T) {
	t.Parallel()
	section := Section{Lines: []Line{{Name: "日本", Text: "a"}, {Name: "e\u0301e\u0301ee", Text: "b"}, {Name: "abcd", Text: "c"}}}
	want := "日本  a\ne\u0301e\u0301ee  b\nabcd  c\n"
	if diff := cmp.Diff(want, Style{Unicode: true}.Format(section)); diff != "" {
		t.Error(diff)
	}
}

func TestWrapNeverBreaksAWordAndNeverLosesOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text          string
		first, others int
		want          []string
	}{
		{"", 10, 10, []string{""}},
		{"a bb ccc", 4, 4, []string{"a bb", "ccc"}},
		{"a bb ccc", 3, 3, []string{"a", "bb", "ccc"}},
		{"a bb ccc", 1, 6, []string{"a", "bb ccc"}},
		{"aa bb ccc", 1, 5, []string{"", "aa bb", "ccc"}},
		{"https://dev.azure.com/contoso x", 5, 5, []string{"https://dev.azure.com/contoso", "x"}},
		{"日本 日本", 8, 8, []string{"日本", "日本"}},
		{"日本 日本", 9, 9, []string{"日本 日本"}},
		{"a b", -3, -3, []string{"a", "b"}},
	} {
		if diff := cmp.Diff(c.want, wrap(c.text, c.first, c.others)); diff != "" {
			t.Errorf("wrap(%q, %d, %d): %s", c.text, c.first, c.others, diff)
		}
	}
}
