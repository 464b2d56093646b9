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
	for command, url := range map[string]string{
		"check": "https://github.com/contoso/web", "check ": "http://dev.azure.com/contoso", "forget": "https://dev.azure.com", "forget ": "contoso",
	} {
		command = strings.TrimSpace(command)
		t.Run(command+" "+url, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			exit := Run(t.Context(), World{
				Args: []string{command, url}, Environ: append(os.Environ(), "HOME="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1"), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
			})
			if want := "ado-guard: " + url + " is no https URL of Azure DevOps\n"; exit != exitUsage || !strings.HasPrefix(stderr.String(), want) || stdout.Len() > 0 {
				t.Errorf("exit status %d, stderr %q, stdout %q", exit, stderr.String(), stdout.String())
			}
		})
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
