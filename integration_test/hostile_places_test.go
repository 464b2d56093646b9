package integration

import (
	"strings"
	"testing"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/scene"
)

// TestAHostilePlaceNeverSeesTheToken asks for a credential for places that look like
// Azure DevOps and are not. The inner helper answers with a token each time; the
// look-alike, which is the only way out, records who is asked about it.
func TestAHostilePlaceNeverSeesTheToken(t *testing.T) {
	t.Parallel()
	w := testWorld(t)
	w.Server.Organization("contoso").Repository("web", "web")
	token := w.live("token")
	if err := w.Standin.Set("mode", "verbatim"); err != nil {
		t.Fatal(err)
	}
	answer := "username=alice\npassword=" + token + "\n"
	if err := w.Standin.Answer(answer); err != nil {
		t.Fatal(err)
	}
	ask := func(request string) string {
		c := ownGroup(w.Command("git-credential-ado-guard", "--helper", "standin", "get"))
		c.Stdin = strings.NewReader(request)
		output, err := scene.RunFor(c, 30*time.Second)
		if err != nil {
			t.Errorf("%q: %v\n%s", request, err, w.WithNames(output))
		}
		return output
	}

	long := strings.Repeat("a", 51)
	for _, host := range []string{
		"dev.azure.com.evil.example", "evil-dev.azure.com", "evildev.azure.com", "x.dev.azure.com", "test.dev.azure.com",
		"dev.azure.com.", "dev.azure.com:8443", "dev.azure.com:80", "dev.azure.com:443:443", "dev.azure.com@evil.example",
		"contoso@dev.azure.com", "evil.example#dev.azure.com", "evil.example/dev.azure.com", "evil.example?dev.azure.com",
		`evil.example\dev.azure.com`, "dev.azure.com%2eevil.example", "dev%2eazure.com", "dev.azure.com evil.example", " dev.azure.com",
		"dev。azure。com", "dev.аzure.com", "ｄev.azure.com", "xn--dev.azure.com", "[dev.azure.com]", "127.0.0.1", "",
		"visualstudio.com", ".visualstudio.com", "a.b.visualstudio.com", "contoso.vssps.visualstudio.com", "contoso.pkgs.visualstudio.com",
		"vs-ssh.visualstudio.com", "app.vssps.visualstudio.com", "contoso.visualstudio.com.evil.example", "contoso.visualstudio.com:8443",
		"-contoso.visualstudio.com", "contoso-.visualstudio.com", "con_toso.visualstudio.com", "cöntoso.visualstudio.com",
		long + ".visualstudio.com", "contoso.evilvisualstudio.com", "ssh.dev.azure.com", "vssps.dev.azure.com", "azure.com",
	} {
		if got := ask("protocol=https\nhost=" + host + "\npath=contoso/web/_git/web\n"); !strings.Contains(got, token) {
			t.Errorf("%q: the inner helper's answer is lost: %s", host, w.WithNames(got))
		}
	}
	for _, protocol := range []string{"http", "HTTPS", "https ", "ftp", "ssh", ""} {
		ask("protocol=" + protocol + "\nhost=dev.azure.com\npath=contoso/web/_git/web\n")
	}
	if seen := w.Server.Requests(); len(seen) != 0 {
		t.Fatalf("somebody was asked:\n%s", seen)
	}

	// At the right host, a hostile path leads nowhere but to this organization.
	for _, path := range []string{
		"../contoso/web/_git/web", "contoso/../fabrikam/_git/web", "./contoso", "contoso/./_git/web", "contoso//_git/web", "/contoso",
		"con toso/_git/web", "contoso@evil.example/_git/web", "contoso:443/_git/web", "evil.example/_git/web", "contoso?x/_git/web", "contoso#x/_git/web",
		"contoso%2f..%2ffabrikam/_git/web", `contoso\..\fabrikam/_git/web`, long + "/web/_git/web", "cöntoso/web/_git/web", "-contoso/web", "contoso-/web",
		"contoso/web/_git/..", "contoso/web/_git/web?service=evil#", "contoso/web/_git/web\x7f", "contoso/web\t/_git/web",
	} {
		ask("protocol=https\nhost=dev.azure.com\npath=" + path + "\n")
	}
	ask("protocol=https\nhost=dev.azure.com\npath=contoso/web/_git/web\n")
	seen := w.Server.Requests().Carrying("token")
	if len(seen) == 0 {
		t.Error("not even the right place was asked")
	}
	for _, r := range seen {
		if (r.Host != "dev.azure.com" && r.Host != "vssps.dev.azure.com") || r.Organization != "contoso" || strings.Contains(r.URL, "..") {
			t.Errorf("the token went to %s (%s)", r.URL, r.Host)
		}
	}
}
