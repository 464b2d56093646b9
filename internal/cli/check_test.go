package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/store"
)

func TestAURLThatIsNotAzureDevOpsIsWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"check https://github.com/contoso/web": "https://github.com/contoso/web is no https URL of Azure DevOps",
		"check http://dev.azure.com/contoso":   "http://dev.azure.com/contoso is no https URL of Azure DevOps",
		"forget contoso":                       "contoso is no https URL of Azure DevOps",
		"forget https://dev.azure.com":         "https://dev.azure.com names no organization",
	} {
		t.Run(args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			exit := Run(t.Context(), World{
				Args: strings.Fields(args), Environ: append(os.Environ(), "HOME="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1"), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
			})
			if exit != exitUsage || !strings.HasPrefix(stderr.String(), "ado-guard: "+want+"\n") || stdout.Len() > 0 {
				t.Errorf("exit status %d, stderr %q, stdout %q", exit, stderr.String(), stdout.String())
			}
		})
	}
}

// Without Git's configuration "nothing is stored" and "nothing is left" would be
// guesses.
func TestWithoutGitsConfigurationNothingIsClaimed(t *testing.T) {
	home := t.TempDir()
	t.Setenv("PATH", home) // no git is found there
	for args, want := range map[string]int{
		"check https://dev.azure.com/contoso": exitUnknown, "check": exitUnknown, "check --json": exitUnknown,
		"forget https://dev.azure.com/contoso": exitLeft,
	} {
		var stdout, stderr bytes.Buffer
		exit := Run(t.Context(), World{Args: strings.Fields(args), Environ: []string{"HOME=" + home}, Stdout: &stdout, Stderr: &stderr, Now: time.Now})
		said := strings.Split(stderr.String(), "\n")
		if exit != want || stdout.Len() > 0 || len(said) != 3 || !strings.HasPrefix(said[0], "ado-guard: reading Git's configuration: ") {
			t.Errorf("%s: exit status %d, stdout %q, stderr %q", args, exit, stdout.String(), stderr.String())
		}
	}
}

func TestAKnownOrganizationHasAnAddress(t *testing.T) {
	for want, k := range map[string]store.Known{
		"https://dev.azure.com/Contoso":       {Key: "contoso", Host: "dev.azure.com", Organization: "Contoso"},
		"https://contoso.visualstudio.com":    {Key: "contoso", Host: "contoso.visualstudio.com", Organization: "contoso"},
		"https://tfs.example:8443/tfs/main":   {Key: "tfs.example:8443/tfs/main", Host: "tfs.example:8443", Organization: "Main"},
		"https://dev.azure.com/host":          {Key: "host", Host: "dev.azure.com", Organization: "host"},
		"https://visualstudio.com.x/tfs/main": {Key: "visualstudio.com.x/tfs/main", Host: "visualstudio.com.x", Organization: "Main"},
	} {
		if got := addressOf(k); got != want {
			t.Errorf("%+v: %s", k, got)
		}
	}
}
