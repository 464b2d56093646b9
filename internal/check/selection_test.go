package check

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/places"
)

func TestEachAddressIsSelectedOnce(t *testing.T) {
	finder := places.Finder{Config: gitconfig.New(nil)}
	var s Selection
	for _, r := range [][2]string{
		{"origin", "https://dev.azure.com/contoso/web/_git/web"},
		{"again", "https://dev.azure.com/contoso/web/_git/web"},
		{"clone", "https://contoso@dev.azure.com/contoso/web/_git/web"},
		{"clone2", "https://contoso@dev.azure.com/contoso/web/_git/web"},
		{"secret", "https://contoso:hush@dev.azure.com/contoso/web/_git/web"},
		{"hub", "https://github.com/contoso/web"},
		{"ssh", "git@ssh.dev.azure.com:v3/contoso/web/web"},
		{"odd", "https://dev.azure.com/%zz"},
	} {
		s.Add(finder, r[0], r[1])
	}
	var got []string
	for _, subject := range s.Subjects {
		got = append(got, subject.URL.String()+" "+strings.Join(subject.Remotes, ","))
	}
	for _, remote := range s.SSH {
		got = append(got, remote.URL+" "+remote.Name)
	}
	if diff := cmp.Diff([]string{
		"https://dev.azure.com/contoso/web/_git/web origin,again",
		"https://contoso@dev.azure.com/contoso/web/_git/web clone,clone2",
		"https://contoso@dev.azure.com/contoso/web/_git/web secret",
		"git@ssh.dev.azure.com:v3/contoso/web/web ssh",
	}, got); diff != "" {
		t.Error(diff)
	}
}
