package cli

import (
	"errors"
	"flag"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOptionsOfACommandStandBeforeOrBehindItsWords(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  []string
		words []string
		json  bool
		err   string
	}{
		{"none", nil, nil, false, ""},
		{"a word", []string{"https://dev.azure.com/x"}, []string{"https://dev.azure.com/x"}, false, ""},
		{"before", []string{"--json", "x"}, []string{"x"}, true, ""},
		{"behind", []string{"x", "--json"}, []string{"x"}, true, ""},
		{"one dash", []string{"x", "-json"}, []string{"x"}, true, ""},
		{"switched off", []string{"x", "--json=false"}, []string{"x"}, false, ""},
		{"misspelt behind", []string{"x", "--jso"}, nil, false, "there is no option --jso (did you mean --json?)"},
		{"a word too many", []string{"x", "--json", "y", "z"}, nil, true, `check: there is nothing to do with "y"`},
		{"a password too many", []string{"x", "https://ann:hush@dev.azure.com/x"}, nil, false, `check: there is nothing to do with "https://ann@dev.azure.com/x"`},
		{"help", []string{"x", "--help"}, nil, false, flag.ErrHelp.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := newFlags("check")
			asJSON := set.Bool("json", false, "")
			words, err := arguments(set, c.args, 1)
			if message(err) != c.err || c.err == flag.ErrHelp.Error() && !errors.Is(err, flag.ErrHelp) {
				t.Errorf("error is %v, want %s", err, c.err)
			}
			if diff := cmp.Diff(c.words, words); diff != "" || *asJSON != c.json {
				t.Errorf("json is %v; %s", *asJSON, diff)
			}
		})
	}
}
