package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/check"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/doctor"
)

const (
	manual = "git-credential-ado-guard.1"
	readme = "../README.md"
)

// The manual has every word that people can type, and no other.
func TestTheManualAndTheProgramHaveTheSameWords(t *testing.T) {
	source := parseSource(t)
	for _, words := range []struct {
		what    string
		program []string
		manual  string // how the manual marks such a word
	}{
		{"commands", source.commands(), `\.It Cm ([a-z]+)`},
		{"options", source.options(), ` Fl -([a-z-]+)`},
		{"keys of git config", source.keys(), `\.It Va adoguard\.(\w+)`},
		{"variables", source.variables(), `\.It Ev (\w+)`},
	} {
		found := set(matches(read(t, manual), words.manual))
		if words.what == "commands" {
			found = set(append(found, "get", "store", "erase")) // one entry for the three
		}
		if diff := cmp.Diff(set(words.program), found); diff != "" {
			t.Errorf("%s (-program +manual):\n%s", words.what, diff)
		}
	}
}

// The README has tables of what people set, and says which commands there are.
func TestTheReadmeAndTheProgramHaveTheSameWords(t *testing.T) {
	source := parseSource(t)
	text := read(t, readme)
	inValue := source.optionsOf("parse", "version")
	for _, words := range []struct {
		what    string
		program []string
		readme  []string
	}{
		{"options of the helper value", inValue, matches(text, "(?m)^\\| `--([a-z-]+)")},
		{"keys of git config", source.keys(), matches(text, "(?m)^\\| `adoguard\\.(\\w+)`")},
		{"variables", without(source.variables(), "ADO_GUARD_INNER", "NO_COLOR"), matches(text, "(?m)^\\| `(ADO_GUARD\\w*)=")},
		{"commands", without(source.commands(), "get", "store", "erase", "help"), matches(text, "git credential-ado-guard ([a-z]+)")},
	} {
		if diff := cmp.Diff(set(words.program), set(words.readme)); diff != "" {
			t.Errorf("%s (-program +README):\n%s", words.what, diff)
		}
	}
}

// The help has every word that people can type, and no other.
func TestTheHelpAndTheProgramHaveTheSameWords(t *testing.T) {
	source := parseSource(t)
	i := slices.IndexFunc(source.strings, func(text string) bool { return strings.Contains(text, "\nSet up:\n") })
	if i < 0 {
		t.Fatal("there is no help")
	}
	help := source.strings[i]
	if diff := cmp.Diff(set(source.options()), set(matches(help, "--([a-z-]+)"))); diff != "" {
		t.Errorf("options (-program +help):\n%s", diff)
	}
	for _, command := range source.commands() {
		if !regexp.MustCompile(`[ |]` + command + `\b`).MatchString(help) {
			t.Errorf("the help does not name %s", command)
		}
	}
}

// A variable that the manual names is one that the program or Git's configuration
// knows.
func TestTheManualNamesNoVariableThatNobodyReads(t *testing.T) {
	source := parseSource(t)
	for _, line := range matches(read(t, manual), `\.Ev (.+)`) {
		for name := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ' ' || r == ',' }) {
			if !slices.Contains(source.strings, name) {
				t.Errorf("the manual has %s, and no program text does", name)
			}
		}
	}
}

// No document names a command or an option that is not there. (The program ignores
// unknown words, as Git's manual wants, so that running an example does not tell.)
func TestNoDocumentNamesAWordThatTheProgramDoesNotKnow(t *testing.T) {
	source := parseSource(t)
	quoted := regexp.MustCompile(`'[^']*'|"[^"]*"`)
	for _, file := range append(documents(t), manual) {
		for _, line := range matches(read(t, file), `git credential-ado-guard ([a-z][^`+"`"+`|\n]*)`) {
			words := strings.Fields(quoted.ReplaceAllString(line, ""))
			if !slices.Contains(source.commands(), strings.Trim(words[0], ".,;:")) {
				t.Errorf("%s: there is no command %s", file, words[0])
			}
			for _, word := range words[1:] {
				option, ok := strings.CutPrefix(word, "--")
				if option, _, _ = strings.Cut(option, "="); ok && !slices.Contains(source.options(), option) {
					t.Errorf("%s: there is no option --%s", file, option)
				}
			}
		}
	}
}

// Every field of --json is explained, and no other.
func TestTheFieldsOfJSONAreExplained(t *testing.T) {
	for _, part := range []struct {
		heading string
		value   any
	}{
		{"check --json", check.Report{}},
		{"doctor --json", doctor.Ticket{}},
	} {
		_, text, ok := strings.Cut(read(t, "json.md"), "\n## `"+part.heading+"`\n")
		if !ok {
			t.Fatalf("json.md has no part %q", part.heading)
		}
		text, _, _ = strings.Cut(text, "\n## ")
		want := map[string]bool{}
		fields(reflect.TypeOf(part.value), want)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), set(matches(text, "(?m)^\\| `(\\w+)` \\|"))); diff != "" {
			t.Errorf("%s (-program +json.md):\n%s", part.heading, diff)
		}
	}
}

// fields are the names that a type has in JSON, those of its parts included.
func fields(in reflect.Type, all map[string]bool) {
	switch in.Kind() {
	case reflect.Slice, reflect.Pointer:
		fields(in.Elem(), all)
	case reflect.Struct:
		for _, field := range reflect.VisibleFields(in) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name != "" && name != "-" {
				all[name] = true
				fields(field.Type, all)
			}
		}
	}
}

// source is the program's text, without tests.
type source struct {
	strings []string            // every string in it
	calls   map[string][]call   // the calls in each function
	keyed   map[string][]string // the keys of the maps that are assigned to each variable
}

type call struct {
	function string
	text     string // the first argument that is a string
}

func parseSource(t *testing.T) source {
	t.Helper()
	s := source{calls: map[string][]call{}, keyed: map[string][]string{}}
	err := fs.WalkDir(os.DirFS(".."), ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (file == "integration_test" || strings.HasPrefix(file, ".") && file != "."):
			return fs.SkipDir
		case path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path.Join("..", file), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s.add(parsed)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *source) add(file *ast.File) {
	for _, declaration := range file.Decls {
		name := ""
		if f, ok := declaration.(*ast.FuncDecl); ok {
			name = file.Name.Name + "." + f.Name.Name
		}
		ast.Inspect(declaration, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if value, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					s.strings = append(s.strings, value)
				}
			case *ast.CallExpr:
				for _, argument := range n.Args {
					if text, ok := literal(argument); ok && text != "" {
						s.calls[name] = append(s.calls[name], call{called(n.Fun), text})
						break
					}
				}
			case *ast.AssignStmt:
				if m, ok := n.Rhs[0].(*ast.CompositeLit); ok {
					for _, element := range m.Elts {
						if pair, ok := element.(*ast.KeyValueExpr); ok {
							if key, ok := literal(pair.Key); ok {
								s.keyed[called(n.Lhs[0])] = append(s.keyed[called(n.Lhs[0])], key)
							}
						}
					}
				}
			}
			return true
		})
	}
}

func literal(e ast.Expr) (string, bool) {
	text, ok := e.(*ast.BasicLit)
	if !ok || text.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(text.Value)
	return value, err == nil
}

// called is the last name of an expression such as set.Bool.
func called(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// commands are the words after the program's name.
func (s source) commands() []string { return append(s.keyed["commands"], "get", "store", "erase") }

// options are those of every command.
func (s source) options() []string {
	all := []string{string(configure.System), string(configure.Global), string(configure.Local)}
	for function := range s.calls {
		if name, ok := strings.CutPrefix(function, "cli."); ok {
			all = append(all, s.optionsOf(name)...)
		}
	}
	return without(all, "version") // --version is "version"
}

// optionsOf are the flags that a function of package cli defines, but for some.
func (s source) optionsOf(function string, but ...string) []string {
	var all []string
	for _, c := range s.calls["cli."+function] {
		if regexp.MustCompile(`^(Bool|BoolVar|String|StringVar|Func|Var|BoolFunc)$`).MatchString(c.function) {
			all = append(all, c.text)
		}
	}
	return without(all, but...)
}

// keys are the settings that are read from adoguard.
func (s source) keys() []string {
	var all []string
	for _, c := range s.calls["helper.ReadSettings"] {
		if c.function == "lookup" || c.function == "duration" {
			all = append(all, c.text)
		}
	}
	return all
}

// variables are those of the environment that are the guard's own, and NO_COLOR.
func (s source) variables() []string {
	own := regexp.MustCompile(`^(ADO_GUARD(_[A-Z]+)?|NO_COLOR)$`)
	return slices.DeleteFunc(slices.Clone(s.strings), func(text string) bool { return !own.MatchString(text) })
}

// matches are what the first group of a pattern is, wherever it is found.
func matches(text, pattern string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

func without(all []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
}

func set(all []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(all)))
}
