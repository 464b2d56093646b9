package attacks

import (
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
)

// The attacker chooses a URL (a submodule's, a link's) so that one program reads
// another host out of it than the next.
func TestARequestThatCouldSmuggleAHostGetsNothing(t *testing.T) {
	for name, input := range map[string]string{
		"CVE-2020-5260, a line feed in a url":          "protocol=https\nhost=evil.example\nurl=https://evil.example/%0ahost=dev.azure.com\n\n",
		"CVE-2020-11008, no host":                      "protocol=https\npath=contoso/web/_git/web\n\n",
		"CVE-2020-11008, no protocol":                  "host=dev.azure.com\npath=contoso/web/_git/web\n\n",
		"CVE-2024-52006, a carriage return in a host":  "protocol=https\nhost=evil.example\rhost=dev.azure.com\npath=contoso/web/_git/web\n\n",
		"CVE-2024-50338, a carriage return in a path":  "protocol=https\nhost=evil.example\npath=x\rprotocol=https\rhost=dev.azure.com\rpath=contoso/\n\n",
		"CVE-2024-50338, the same in a url":            "protocol=https\nhost=evil.example\nurl=https://evil.example/%0dhost=dev.azure.com\n\n",
		"CVE-2024-50338, the same in an unknown field": "protocol=https\nhost=evil.example\nnew=x\rhost=dev.azure.com\n\n",
		"a NUL in a host":                              "protocol=https\nhost=dev.azure.com\x00.evil.example\npath=contoso/web/_git/web\n\n",
		"a line that is too long":                      "protocol=https\nhost=dev.azure.com\nnew=" + strings.Repeat("x", 70000) + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newStage(t)
			for _, action := range []string{"get", "store", "erase"} {
				if answer := a.guard(action, input); answer != "" {
					t.Errorf("%s answered %q", action, a.WithNames(answer))
				}
			}
			if calls, err := a.Standin.Calls(); err != nil || len(calls) > 0 {
				t.Errorf("the inner helper was asked: %+v, %v", calls, err)
			}
			if len(a.Server.Requests()) > 0 {
				t.Errorf("sent:\n%s", a.Server.Requests())
			}
			a.stillMine()
		})
	}
}

// The same through Git, whichever version this is.
func TestNoURLMakesGitGetTheTokenOfAnotherHost(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.must(a.Configure("wrap", ""))
	for _, attack := range []string{
		"https://evil.example/%0ahost=dev.azure.com", "https://evil.example%0ahost=dev.azure.com/contoso/web/_git/web",
		"https://evil.example/%0dhost=dev.azure.com", "https://evil.example%0dhost=dev.azure.com/contoso/web/_git/web",
		"https://dev.azure.com%0d@evil.example/contoso/web/_git/web", "https://evil.example/%0d%0ahost=dev.azure.com%0d%0a",
		"https:dev.azure.com/contoso/web/_git/web", "https:///contoso/web/_git/web", "https://dev.azure.com\\@evil.example/contoso",
		"https://dev.azure.com%2fcontoso@evil.example/", "https://evil.example#@dev.azure.com/contoso", "https://evil.example?@dev.azure.com/contoso/web/_git/web",
	} {
		if answer := a.run(exec.Command("git", "credential", "fill"), "url="+attack+"\n\n"); a.isMine(answer) &&
			!strings.Contains(answer, "host=dev.azure.com\n") {
			t.Errorf("%s is answered: %q", attack, a.WithNames(answer))
		}
	}
	a.stillMine()
	a.onlySeenBy("mine", "dev.azure.com", "vssps.dev.azure.com")
}

func TestAHostThatLooksLikeAzureDevOpsIsNotAsked(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	for _, host := range []string{
		"dev.azure.com.evil.example", "evil.example", "dev.azure.com@evil.example", "evil.example/dev.azure.com", "dev.azure.com:8443", "dev.azure.com:80",
		"dev.azure.com.", "dev.azure.com:443:443", "dev.azure.com:443@evil.example", "xdev.azure.com", "dev.azure.com#evil.example", "dev.azure.com?evil.example",
		`dev.azure.com\evil.example`, "dev.azure.com%2eevil.example", "dev。azure。com", "ⅾev.azure.com", "dеv.azure.com", "[dev.azure.com]", " dev.azure.com",
		"evil.visualstudio.com.evil.example", "a.b.visualstudio.com", ".visualstudio.com", "visualstudio.com", "contoso.visualstudio.com:8443",
		"contoso@evil.example.visualstudio.com", "-.visualstudio.com", "vs-ssh.visualstudio.com", "app.vssps.visualstudio.com",
	} {
		a.must(a.Standin.Set("mode", "verbatim"))
		a.must(a.Standin.Answer("username=alice\npassword=" + a.Secret("mine") + "\n"))
		for _, protocol := range []string{"https", "http"} {
			a.guard("get", "protocol="+protocol+"\nhost="+host+"\npath=contoso/web/_git/web\n\n")
		}
	}
	a.guard("get", "protocol=http\nhost=dev.azure.com\npath=contoso/web/_git/web\n\n")
	if sent := a.Server.Requests(); len(sent) > 0 {
		t.Errorf("sent:\n%s", sent)
	}
	a.guard("get", request)
	if len(a.Server.Requests()) == 0 {
		t.Error("nothing is sent to Azure DevOps either: this test shows nothing")
	}
}

func TestNoNameOfAnOrganizationOrRepositoryLeadsElsewhere(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.Server.Stranger("evil.example")
	a.must(a.Standin.Set("mode", "verbatim"))
	a.must(a.Standin.Answer("username=alice\npassword=" + a.Secret("mine") + "\n"))
	for _, path := range []string{
		"../fabrikam/web/_git/web", "contoso/../fabrikam/_git/web", "./contoso/web/_git/web", "//evil.example/web/_git/web", "@evil.example/web/_git/web",
		"contoso@evil.example/web/_git/web", "contoso:443/web/_git/web", "?x=/web/_git/web", "#/web/_git/web", "con%74oso/web/_git/web", "contoso%2f..%2ffabrikam/web/_git/web",
		"contoso?api-version=/web/_git/web", "contoso#/web/_git/web", `contoso\..\fabrikam/web/_git/web`, "contoso;a=b/web/_git/web", "contoso /web/_git/web",
		"contoso\t/web/_git/web", "contoso\x1b[31m/web/_git/web", "cöntoso/web/_git/web", "contoso./web/_git/web", "-contoso/web/_git/web", "_apis/web/_git/web",
		"contoso/..", "contoso/web/_git/..", "contoso/web/_git/../../../fabrikam", "contoso/web/_git/web?service=git-receive-pack", "contoso/web/_git/web#x",
		"contoso/web/_git/web%3fx", "contoso/web/_git/%2e%2e", "contoso/%2e%2e/_git/web", "contoso/a@evil.example/_git/web", "contoso/https:/_git/evil.example",
		strings.Repeat("a", 51) + "/web/_git/web", "contoso/" + strings.Repeat("../", 40) + "etc/passwd", "contoso/web/_git/web\u202e",
	} {
		a.Server.Forget()
		a.must(exec.Command("rm", "-rf", a.Home+"/.cache").Run())
		a.guard("get", "protocol=https\nhost=dev.azure.com\npath="+path+"\n\n")
		for _, r := range a.Server.Requests().Carrying("mine") {
			u, err := url.Parse(r.URL)
			ok := err == nil && u.User == nil && u.Fragment == "" && strings.HasPrefix(path, "contoso/") && !strings.Contains(u.EscapedPath(), "..")
			switch r.Endpoint {
			case lookalike.Profile:
				ok = ok && r.URL == "https://vssps.dev.azure.com/contoso/_apis/profile/profiles/me?api-version=7.1-preview.3"
			case lookalike.Connection:
				ok = ok && r.URL == "https://dev.azure.com/contoso/_apis/connectionData"
			case lookalike.Repository:
				ok = ok && strings.HasPrefix(r.URL, "https://dev.azure.com/contoso/") && u.RawQuery == "service=git-upload-pack"
			default:
				ok = false
			}
			if !ok {
				t.Errorf("for the path %q the token was sent to %s", path, r.URL)
			}
		}
	}
}

func TestARedirectTakesTheTokenNowhere(t *testing.T) {
	t.Parallel()
	a := newStage(t)
	a.Server.Stranger("evil.example")
	for _, status := range []int{301, 302, 303, 307, 308, 300, 200, 403} {
		for _, to := range []string{
			"https://evil.example/take", "//evil.example/take", "http://evil.example/take", "https://dev.azure.com@evil.example/take",
			"https://dev.azure.com/elsewhere", "https://contoso.visualstudio.com/take", "/elsewhere",
		} {
			for e := lookalike.Profile; e <= lookalike.Status; e++ {
				a.Server.Endpoint(e).Answer(lookalike.Custom("redirect", func(w http.ResponseWriter, _ *http.Request) {
					for name, value := range map[string]string{
						"Location": to, "Content-Location": to, "Refresh": "0; url=" + to, "Link": "<" + to + ">; rel=preload", "X-TFS-ProcessId": "1",
						"X-VSS-AuthorizationEndpoint": to, "WWW-Authenticate": "Bearer authorization_uri=" + to, "Alt-Svc": `h2="evil.example:443"; ma=1`,
					} {
						w.Header().Set(name, value)
					}
					w.WriteHeader(status)
				}))
			}
			a.must(exec.Command("rm", "-rf", a.Home+"/.cache").Run())
			if answer := a.guard("get", request); !a.isMine(answer) {
				t.Errorf("%d to %s: it is not handed over: %q", status, to, answer)
			}
		}
	}
	a.stillMine()
	a.onlySeenBy("mine", "dev.azure.com", "vssps.dev.azure.com")
	for _, r := range a.Server.Requests() {
		if r.Host == "evil.example" || r.Endpoint == lookalike.Elsewhere || r.Endpoint == lookalike.Refused {
			t.Errorf("followed: %s", r)
		}
	}
}
