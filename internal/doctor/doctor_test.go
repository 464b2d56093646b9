package doctor

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

var update = flag.Bool("update", false, "write the outputs that are compared with into testdata")

// compare compares an output with the one in testdata.
func compare(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.NewReplacer(" ", "_", "'", "", ",", "").Replace(name)+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the output differs (-want +got):\n%s", diff)
	}
}

func TestTheWholeOutput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(s *surroundings)
		url   string
	}{
		{"all is well", func(*surroundings) {}, ""},
		{"nothing is configured", func(s *surroundings) {
			s.config = "system /etc/gitconfig credential.helper=manager"
			s.answers = map[string]Answer{"manager": {Exit: 255, Err: errors.New("exit status 255")}}
			s.known = nil
		}, ""},
		{"GCM's configure came after the guard's", func(s *surroundings) {
			s.config += `
				global /home/ann/.gitconfig credential.helper=
				global /home/ann/.gitconfig credential.helper=/usr/bin/git-credential-manager
				global /home/ann/.gitconfig credential.https://dev.azure.com.usehttppath=true`
			s.answers["/usr/bin/git-credential-manager"] = Answer{Credential: true}
		}, ""},
		{"there is no network", func(s *surroundings) {
			s.reach = unreachable("its name cannot be resolved")
			s.silent = errors.New("status.dev.azure.com: its name cannot be resolved")
		}, ""},
		{"there is no keyring", func(s *surroundings) {
			s.keyring.Err = errors.New("there is no D-Bus session")
		}, ""},
		{"there is no keyring, and nothing else keeps tokens", func(s *surroundings) {
			s.config = strings.ReplaceAll(s.config, " --helper manager", "")
			s.keyring.Err = errors.New("there is no D-Bus session")
		}, ""},
		{"TLS is not verified", func(s *surroundings) {
			s.config += `
				global /home/ann/.gitconfig http.sslverify=true
				local .git/config http.https://dev.azure.com.sslverify=false`
			s.reach = func(url string) validate.Reachability {
				if !strings.HasPrefix(url, "https://dev.azure.com/") {
					return wellReached(url)
				}
				return validate.Reachability{Host: "dev.azure.com", Failure: &validate.Failure{
					Host: "dev.azure.com", Reason: validate.ReasonNothingSent, Words: "http.sslVerify=false: nobody could tell who is asked",
				}}
			}
		}, ""},
		{"several things are wrong at once", func(s *surroundings) {
			s.environ["ADO_GUARD"] = "0"
			s.version = "2.39.5"
			s.config = `
				global /home/ann/.gitconfig credential.helper=ado-guard --helper "manager --old"
				global /home/ann/.gitconfig adoguard.timeout=soon
				global /home/ann/.gitconfig adoguard.recheck=1m`
			s.programs = map[string]string{guardPath: "guard", "/usr/bin/git-credential-ado-guard": "older guard"}
			s.answers = map[string]Answer{"manager --old": {Exit: 1, Err: errors.New("exit status 1")}}
			s.keyring.Err = errors.New("the collection is locked")
			s.memory = fmt.Errorf("opening the state directory: %s belongs to another user", "/home/ann/.cache/ado-guard")
			s.reach = func(url string) validate.Reachability {
				r := wellReached(url)
				r.At = r.At.Add(11 * time.Minute)
				r.Issuers = []string{"CN=Contoso Inspection,O=Contoso", "CN=Contoso Root,O=Contoso"}
				r.Settings.Proxy = "http://proxy.contoso.example:8080"
				r.Connect = 3 * time.Second
				return r
			}
			s.health = validate.Health{Overall: "unhealthy", Message: "We are investigating.", Troubles: []validate.Trouble{{Service: "Repos", Geography: "Europe", Health: "unhealthy"}}}
		}, ""},
		{"the repository has remotes of all kinds", func(s *surroundings) {
			s.remotes = "origin\thttps://contoso@dev.azure.com/contoso/web/_git/web (fetch)\n" +
				"origin\thttps://contoso@dev.azure.com/contoso/web/_git/web (push)\n" +
				"hub\thttps://github.com/contoso/web (fetch)\n" +
				"old\thttps://ann:hunter2@contoso.visualstudio.com/web/_git/web (fetch)\n" +
				"plain\thttp://dev.azure.com/contoso/web/_git/web (fetch)\n" +
				"server\thttps://tfs.example/tfs/DefaultCollection/web/_git/web (fetch)\n" +
				"key\tgit@ssh.dev.azure.com:v3/contoso/web/web (fetch)\n" +
				"folder\t/srv/git/web (fetch)\n"
		}, ""},
		{"a URL is asked for that others are configured for", func(s *surroundings) {
			s.config += `
				global /home/ann/.gitconfig credential.https://dev.azure.com/fabrikam.helper=
				global /home/ann/.gitconfig credential.https://dev.azure.com/fabrikam.helper=store`
			s.programs["/usr/bin/git-credential-store"] = "store"
		}, "https://dev.azure.com/fabrikam/_git/web"},
		{"Git is not there", func(s *surroundings) {
			s.gitError = &exec.Error{Name: "git", Err: exec.ErrNotFound}
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := allIsWell()
			c.spoil(s)
			compare(t, c.name, s.diagnose(t, c.url))
		})
	}
}

func TestATicketIsWhatItsDocumentationSays(t *testing.T) {
	t.Parallel()
	s := allIsWell()
	s.keyring.Err = errors.New("there is no D-Bus session")
	d, err := Diagnose(t.Context(), s.world(), "")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := d.WriteJSON(&out, "v1.2.3", "linux/amd64"); err != nil {
		t.Fatal(err)
	}
	compare(t, "a ticket", out.String())
}

func TestNothingIsLeftInTheKeyring(t *testing.T) {
	t.Parallel()
	s := allIsWell()
	s.diagnose(t, "")
	if left := s.keyring.Items(); len(left) > 0 || s.keyring.Calls() != 3 {
		t.Errorf("after %d calls there are %d items", s.keyring.Calls(), len(left))
	}
}

func TestWhatIsSecretInTheConfigurationStaysThere(t *testing.T) {
	t.Parallel()
	const token, long = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst", "ThisIsAUserNameThatIsFarTooLongToBeOneAndSoItMayBeAToken"
	s := allIsWell()
	s.config += `
		local .git/config credential.helper=!f() { test "$1" = get && printf '%s' hunter2; }; f
		local .git/config credential.https://*.visualstudio.com.helper=vault --token hunter2
		local .git/config credential.https://dev.azure.com.helper=vault --token ` + token + `
		local .git/config http.proxy=http://ann:hunter2@proxy.contoso.example:8080
		local .git/config http.extraheader=Authorization: Basic OmhUNFJsNCE=
		local .git/config adoguard.timeout=password=hunter2`
	s.remotes = "origin\thttps://ann:hunter2@dev.azure.com/contoso/web/_git/web (fetch)\n" +
		"long\thttps://" + long + "@dev.azure.com/contoso/web/_git/web (fetch)\n" +
		"key\tssh://ann:hunter2@ssh.dev.azure.com/v3/contoso/web/web (fetch)\n"
	s.reach = func(url string) validate.Reachability {
		r := wellReached(url)
		r.Settings.Proxy, r.Settings.ProxyUsername, r.Settings.ProxyPassword = "http://proxy.contoso.example:8080", "ann", secret.New("hunter2")
		return r
	}
	d, err := Diagnose(t.Context(), s.world(), "https://ann:hunter2@dev.azure.com/fabrikam")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	out.WriteString(d.Format(report.Style{}))
	if err := d.WriteJSON(&out, "v1.2.3", "linux/amd64"); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"hunter2", token, long, "OmhUNFJsNCE"} {
		if at := strings.Index(out.String(), s); at >= 0 {
			t.Errorf("%q is shown: …%s", s, out.String()[max(0, at-80):at+len(s)])
		}
	}
}

func TestAURLThatIsNotAzureDevOpsIsAMistake(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"contoso", "https://github.com/contoso/web", "https://dev.azure.com:8443/x", "git@github.com:contoso/web", "https://%zz"} {
		if _, err := Diagnose(t.Context(), allIsWell().world(), url); !errors.Is(err, ErrNotAzureDevOps) {
			t.Errorf("%s: the error is %v", url, err)
		}
	}
}

func TestHelpersAreAskedAboutAnOrganizationThatIsKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url, remotes string
		known        []string
		want         string
	}{
		{"", "", nil, "manager https://dev.azure.com"},
		{"", "", []string{"https://dev.azure.com/contoso"}, "manager https://dev.azure.com/contoso"},
		{"", "origin\thttps://fabrikam@dev.azure.com/fabrikam/_git/web (fetch)\n", []string{"https://dev.azure.com/contoso"}, "manager https://fabrikam@dev.azure.com/fabrikam/_git/web"},
		{"https://litware.visualstudio.com", "origin\thttps://dev.azure.com/contoso/_git/web (fetch)\n", nil, "manager https://litware.visualstudio.com"},
	} {
		s := allIsWell()
		s.remotes, s.known = c.remotes, c.known
		s.diagnose(t, c.url)
		if diff := cmp.Diff([]string{c.want}, s.looked); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAPlaceIsLookedAtOnce(t *testing.T) {
	t.Parallel()
	const url = "https://dev.azure.com/contoso/_git/web"
	s := allIsWell()
	s.remotes = "origin\t" + url + " (fetch)\nmine\t" + url + " (push)\n"
	if out := s.diagnose(t, url); strings.Count(out, url) != 1 {
		t.Error(out)
	}
}

func TestAnAzureDevOpsServerThatTheGuardIsToldOfIsLookedAt(t *testing.T) {
	t.Parallel()
	s := allIsWell()
	s.config += `
		global /home/ann/.gitconfig credential.https://tfs.example/tfs/.helper=
		global /home/ann/.gitconfig credential.https://tfs.example/tfs/.helper=ado-guard --helper manager --host https://tfs.example/tfs
		global /home/ann/.gitconfig credential.https://tfs.example/tfs/.usehttppath=true`
	reach := s.reach
	s.reach = func(url string) validate.Reachability {
		r := reach(url)
		if r.Host == "tfs.example" {
			r.Issuers = []string{"CN=Contoso Root,O=Contoso"}
		}
		return r
	}
	compare(t, "a server", s.diagnose(t, "https://tfs.example/tfs/DefaultCollection/web/_git/web"))
}

func TestACheckThatHangsDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), checkMost)
		defer cancel()
		began := time.Now()
		found := runAll(ctx, []check{
			{topicMemory, func(context.Context) []Finding { <-hang; return nil }},
			{topicGit, func(context.Context) []Finding { return []Finding{gitGood("2.47.1")} }},
			{topicHelper, func(ctx context.Context) []Finding {
				<-ctx.Done()
				return []Finding{helperHangs(behind{value: "manager"})}
			}},
			{topicClock, func(context.Context) []Finding { panic("hunter2") }},
		})
		if took := time.Since(began); took > Most {
			t.Errorf("it took %s", took)
		}
		want := []string{
			"problem: this check did not come to an end within 15s", "run doctor again; if it stays so, something that this check needs hangs",
			"ok: 2.47.1 gives a refused token a second chance within the same command",
			"problem: manager gave no answer within 12s, and Git would wait for it as well", "let it look for the cause: git credential-manager diagnose",
			"problem: this check broke: a fault in ado-guard", "please report it with the output of: git credential-ado-guard doctor --json",
		}
		if diff := cmp.Diff(want, texts(found)); diff != "" {
			t.Error(diff)
		}
		close(hang)
	})
}

func TestTheExitStatusIsTheNumberOfProblemsUpTo125(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 0, 1: 1, 125: 125, 126: 125, 300: 125} {
		d := Diagnosis{Findings: []Finding{warning(topicGit, "")}}
		for range n {
			d.Findings = append(d.Findings, problem(topicGit, ""))
		}
		if got := d.Status(); got != want {
			t.Errorf("with %d problems the status is %d", n, got)
		}
	}
}
