package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDoctorTakesOneURLOfAzureDevOps(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // the first line on stderr
	}{
		{[]string{"doctor", "--jsn"}, "ado-guard: there is no option --jsn (did you mean --json?)"},
		{[]string{"doctor", "https://dev.azure.com/contoso", "--json", "again"}, `ado-guard: doctor: there is nothing to do with "again"`},
		{[]string{"doctor", "https://ann:hunter2@github.com/contoso/web"}, "ado-guard: https://ann@github.com/contoso/web is no https URL of Azure DevOps"},
		{[]string{"doctor", "--json", "contoso"}, "ado-guard: contoso is no https URL of Azure DevOps"},
	} {
		var stdout, stderr bytes.Buffer
		status := Run(t.Context(), World{
			Args: c.args, Environ: []string{"HOME=" + t.TempDir()}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
		})
		said, _, _ := strings.Cut(stderr.String(), "\n")
		if diff := cmp.Diff(c.want, said); diff != "" || status != exitUsage || stdout.Len() > 0 {
			t.Errorf("%q ends with %d, stdout %q\n%s", c.args, status, stdout.String(), diff)
		}
	}
}

func TestDoctorThatIsInterruptedSaysNothing(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // where the guard's memory is, too
	t.Setenv("XDG_CACHE_HOME", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	world := World{Args: []string{"doctor"}, Environ: []string{"HOME=" + t.TempDir()}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now}
	if status := Run(ctx, world); status != exitInterrupted || stdout.Len() > 0 || stderr.Len() > 0 {
		t.Errorf("it ends with %d and says %q, %q", status, stdout.String(), stderr.String())
	}
}
