package cli

import (
	"flag"
	"fmt"

	"github.com/ado-guard/git-credential-ado-guard/internal/places"
)

// arguments takes the options of a command out of its arguments, before and behind
// the other words, and returns those, of which there may be so many at most.
func arguments(set *flag.FlagSet, args []string, most int) ([]string, error) {
	var words []string
	for {
		if err := set.Parse(args); err != nil {
			return nil, usageError(set, err)
		}
		if args = set.Args(); len(args) == 0 {
			break
		}
		words, args = append(words, args[0]), args[1:]
	}
	if len(words) > most {
		return nil, fmt.Errorf("%s: there is nothing to do with %q", set.Name(), places.ShownText(words[most])) // it may be a URL with a password
	}
	return words, nil
}
