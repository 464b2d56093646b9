package validate

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var someServers = []Server{
	{Host: "tfs.example", Base: "/tfs"},
	{Host: "tfs.example", Base: "/tfs/Second%20One"},
	{Host: "plain.example:8443"},
}

func TestRecognizeFindsOrganizationAndRepository(t *testing.T) {
	t.Parallel()
	services := func(organization, repository string) Target {
		return Target{Host: "dev.azure.com", Organization: organization, Sure: true, Repository: repository}
	}
	host := func(repository string) Target {
		return Target{Host: "contoso.visualstudio.com", Organization: "contoso", Sure: true, Repository: repository}
	}
	server := func(base, collection, repository string) Target {
		return Target{Server: true, Host: "tfs.example", Base: base,
			Organization: collection, Sure: collection != "", Repository: repository}
	}
	for _, test := range []struct {
		name     string
		host     string
		path     string
		username string
		want     Target
	}{
		{"project and repository", "dev.azure.com", "contoso/project/_git/repo", "", services("contoso", "project/_git/repo")},
		{"the username beside a path is not asked", "dev.azure.com", "contoso/project/_git/repo", "fabrikam", services("contoso", "project/_git/repo")},
		{"repository named like its project", "dev.azure.com", "contoso/_git/repo", "", services("contoso", "_git/repo")},
		{"host and organization in capitals", "DEV.Azure.COM", "Contoso/p/_git/r", "", services("Contoso", "p/_git/r")},
		{"the usual port", "dev.azure.com:443", "contoso/p/_git/r", "", services("contoso", "p/_git/r")},
		{"what Git LFS adds is cut off", "dev.azure.com", "contoso/p/_git/r/info/lfs", "", services("contoso", "p/_git/r")},
		{"slashes at the ends", "dev.azure.com", "/contoso/p/_git/r/", "", services("contoso", "p/_git/r")},
		{"names are encoded again", "dev.azure.com", "contoso/my project/_git/a?b#c%2e;d", "", services("contoso", "my%20project/_git/a%3Fb%23c%252e%3Bd")},
		{"names beyond ASCII", "dev.azure.com", "contoso/Größe/_git/日本", "", services("contoso", "Gr%C3%B6%C3%9Fe/_git/%E6%97%A5%E6%9C%AC")},
		{"_full", "dev.azure.com", "contoso/p/_git/_full/r", "", services("contoso", "p/_git/_full/r")},
		{"a repository named _git", "dev.azure.com", "contoso/_git/_git", "", services("contoso", "_git/_git")},
		{"no repository after _git", "dev.azure.com", "contoso/p/_git", "", services("contoso", "")},
		{"no repository after _full", "dev.azure.com", "contoso/p/_git/_full", "", services("contoso", "")},
		{"DefaultCollection is a project like others here", "dev.azure.com", "contoso/DefaultCollection/p/_git/r", "", services("contoso", "")},
		{"organization alone", "dev.azure.com", "contoso", "", services("contoso", "")},
		{"a page that is no repository", "dev.azure.com", "contoso/p/_wiki/wikis/w", "", services("contoso", "")},
		{"50 characters", "dev.azure.com", strings.Repeat("a", 50), "", services(strings.Repeat("a", 50), "")},

		{"only a username", "dev.azure.com", "", "contoso", Target{Host: "dev.azure.com", Organization: "contoso"}},
		{"an account as username", "dev.azure.com", "", "alice@contoso.com", Target{Host: "dev.azure.com"}},
		{"nothing", "dev.azure.com", "", "", Target{Host: "dev.azure.com"}},
		{"51 characters", "dev.azure.com", strings.Repeat("a", 51) + "/p/_git/r", "contoso", Target{Host: "dev.azure.com"}},

		{"host label", "contoso.visualstudio.com", "project/_git/repo", "", host("project/_git/repo")},
		{"host label, no path", "contoso.visualstudio.com", "", "alice", host("")},
		{"DefaultCollection", "contoso.visualstudio.com", "DefaultCollection/p/_git/r", "", host("DefaultCollection/p/_git/r")},
		{"DefaultCollection without project", "contoso.visualstudio.com", "DefaultCollection/_git/r", "", host("DefaultCollection/_git/r")},
		{"host label, hostile path", "contoso.visualstudio.com", "p/_git/../r", "", host("")},
		{"_optimized", "contoso.visualstudio.com", "p/_git/_optimized/r", "", host("p/_git/_optimized/r")},
		{"_optimized below DefaultCollection", "contoso.visualstudio.com", "DefaultCollection/p/_git/_full/r/info/lfs", "", host("DefaultCollection/p/_git/_full/r")},
		{"repository alone", "contoso.visualstudio.com:443", "_git/r", "", host("_git/r")},
		{"label in capitals", "Contoso.VisualStudio.com", "_git/r", "", Target{Host: "contoso.visualstudio.com", Organization: "Contoso", Sure: true, Repository: "_git/r"}},

		{"server", "tfs.example", "tfs/DefaultCollection/p/_git/r", "", server("/tfs", "DefaultCollection", "p/_git/r")},
		{"server, base in capitals", "TFS.example:443", "TFS/Col/_git/r", "", server("/tfs", "Col", "_git/r")},
		{"server, the longer base wins", "tfs.example", "tfs/second one/Col", "", server("/tfs/Second%20One", "Col", "")},
		{"server, collection with a blank", "tfs.example", "tfs/My Collection/p/_git/r", "", server("/tfs", "My Collection", "p/_git/r")},
		{"server, no path", "tfs.example", "", "alice", server("/tfs/Second%20One", "", "")},
		{"server, base alone", "tfs.example", "tfs", "", server("/tfs", "", "")},
		{"server, a page of its own", "tfs.example", "tfs/_git/r", "", server("/tfs", "", "")},
		{"server at the root", "plain.example:8443", "Col/p/_git/r", "", Target{Server: true, Host: "plain.example:8443", Organization: "Col", Sure: true, Repository: "p/_git/r"}},
		{"server at the root, hostile path", "plain.example:8443", "Col/../x", "", Target{Server: true, Host: "plain.example:8443"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := Recognize(Request{"https", test.host, test.path, test.username}, someServers)
			if !ok {
				t.Fatal("not recognized")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRecognizeSaysNoToLookAlikes(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"", "github.com", "azure.com", "visualstudio.com", ".visualstudio.com", "-.visualstudio.com",
		"dev.azure.com.", "dev.azure.com.evil.com", "evil-dev.azure.com", "evildev.azure.com", "dev.azure.com-evil.com",
		"test.dev.azure.com", "ssh.dev.azure.com", "vssps.dev.azure.com", "status.dev.azure.com", "dev.azure.co",
		"dev.azure.com:80", "dev.azure.com:8443", "dev.azure.com:0443", "dev.azure.com:443:443", "dev.azure.com:",
		"contoso@dev.azure.com", "dev.azure.com@evil.com", "dev.azure.com/contoso", "dev.azure.com%2f.evil.com", "dev.azure.com%00.evil.com",
		"dev.azure.com\x00", "dev.azure.com\n", "dev.azure.com ", " dev.azure.com", "dev.azure.com\\", "dev.azure.com#", "dev.azure.com?",
		"dеv.azure.com", "ⅾev.azure.com", "dev。azure。com", "xn--dv-ejc.azure.com", "dev.azure.com:４４３",
		"contoso.visualstudio.com.", "contoso.visualstudio.com.evil.com", "contosovisualstudio.com", "contoso.visualstudio.com:444",
		"a.contoso.visualstudio.com", "contoso.vssps.visualstudio.com", "contoso.pkgs.visualstudio.com", "app.vssps.visualstudio.com",
		"vs-ssh.visualstudio.com", "VS-SSH.visualstudio.com", "pkgs.visualstudio.com", "vssps.visualstudio.com", "app.visualstudio.com", "www.visualstudio.com",
		"contoso-.visualstudio.com", "con_toso.visualstudio.com", "*.visualstudio.com", "cont%6fso.visualstudio.com", "\u212Aontoso.visualstudio.com",
		strings.Repeat("a", 51) + ".visualstudio.com",
		"tfs.example:8443", "tfs.example.", "plain.example", "plain.example:443", "x.tfs.example", "tfs.example@evil.com",
	} {
		if got, ok := Recognize(Request{"https", host, "tfs/contoso/project/_git/repo", "contoso"}, someServers); ok {
			t.Errorf("%q was recognized: %+v", host, got)
		}
	}
	for _, protocol := range []string{"http", "HTTPS", "ssh", "", "https:", "ftp"} {
		if _, ok := Recognize(Request{protocol, "dev.azure.com", "contoso", ""}, someServers); ok {
			t.Errorf("protocol %q was recognized", protocol)
		}
	}
	for _, path := range []string{"other/Col", "tfsx/Col", "tf", "x/tfs/Col", "tfs/../other", "./tfs/Col", "tfs//Col"} {
		if got, ok := Recognize(Request{"https", "tfs.example", path, ""}, someServers); ok {
			t.Errorf("path %q at the server was recognized: %+v", path, got)
		}
	}
}

func TestAHostilePathNamesNothing(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"..", ".", "../contoso", "contoso/..", "contoso/../fabrikam/_git/r", "contoso/./_git/r", "contoso//_git/r",
		"contoso/p/_git/..", "contoso/p/_git/.. /r", "contoso/.. ./x", "contoso/p/_git/...",
		"contoso/p/_git/r\x00", "contoso/p/_git/r\r\nHost: evil", "con\ttoso/p", "contoso/p/_git/\x1b[31m", "contoso/p\x7f/_git/r",
		`contoso\..\fabrikam`, `contoso/p/_git/..\..\x`, "contoso/p/_git/\u202egnp", "contoso/p/_git/\xff\xfe", "contoso/\u0085/_git/r",
		"@contoso/p", "contoso:80/p", "contoso%2f/p", "-contoso/p", "contoso-/p", "con.toso/p", "_git/r", "contosø/p", "con toso/p", "?contoso/p", "contoso?x/p", "contoso#/p",
	} {
		got, ok := Recognize(Request{"https", "dev.azure.com", path, "contoso"}, nil)
		if !ok || got != (Target{Host: "dev.azure.com"}) {
			t.Errorf("%q: %+v, %v", path, got, ok)
		}
		if rounds := got.rounds(); rounds != nil {
			t.Errorf("%q: would ask %v", path, rounds)
		}
	}
}

func TestATargetThatRecognizeWouldNotMakeIsNotAsked(t *testing.T) {
	t.Parallel()
	for _, target := range []Target{
		{},
		{Host: "evil.com", Organization: "contoso", Sure: true},
		{Host: "fabrikam.visualstudio.com", Organization: "contoso", Sure: true},
		{Host: "dev.azure.com", Organization: "../evil", Sure: true},
		{Host: "dev.azure.com", Organization: "a@evil.com", Sure: true},
		{Server: true, Host: "tfs.example", Organization: "..", Sure: true},
	} {
		if rounds := target.rounds(); rounds != nil {
			t.Errorf("%+v: would ask %v", target, rounds)
		}
	}
}

func TestAddressesOfATarget(t *testing.T) {
	t.Parallel()
	type addresses struct{ Key, Organization, Repository, Tokens string }
	for _, test := range []struct {
		name         string
		request      Request
		want         addresses
		wantQuestion []string
	}{
		{
			"the Services",
			Request{"https", "dev.azure.com", "Contoso/p q/_git/r", ""},
			addresses{"contoso", "https://dev.azure.com/Contoso", "https://dev.azure.com/Contoso/p%20q/_git/r", "https://dev.azure.com/Contoso/_usersSettings/tokens"},
			[]string{
				"https://dev.azure.com/Contoso/_apis/connectionData",
				"https://dev.azure.com/Contoso/p%20q/_git/r/info/refs?service=git-upload-pack",
				"https://vssps.dev.azure.com/Contoso/_apis/profile/profiles/me?api-version=7.1-preview.3",
			},
		},
		{
			"the Services' other host",
			Request{"https", "contoso.visualstudio.com", "_git/r", ""},
			addresses{"contoso", "https://contoso.visualstudio.com", "https://contoso.visualstudio.com/_git/r", "https://dev.azure.com/contoso/_usersSettings/tokens"},
			[]string{
				"https://contoso.visualstudio.com/_apis/connectionData",
				"https://contoso.visualstudio.com/_git/r/info/refs?service=git-upload-pack",
				"https://vssps.dev.azure.com/contoso/_apis/profile/profiles/me?api-version=7.1-preview.3",
			},
		},
		{
			"a guess",
			Request{"https", "dev.azure.com", "", "contoso"},
			addresses{"contoso", "https://dev.azure.com/contoso", "", "https://dev.azure.com/contoso/_usersSettings/tokens"},
			[]string{
				"https://dev.azure.com/contoso/_apis/connectionData",
				"https://vssps.dev.azure.com/contoso/_apis/profile/profiles/me?api-version=7.1-preview.3",
			},
		},
		{"nothing known", Request{"https", "dev.azure.com", "", ""}, addresses{}, nil},
		{
			"a Server",
			Request{"https", "tfs.example", "tfs/My Col/p/_git/r", ""},
			addresses{"tfs.example/tfs/my col", "https://tfs.example/tfs/My%20Col", "https://tfs.example/tfs/My%20Col/p/_git/r", "https://tfs.example/tfs/My%20Col/_usersSettings/tokens"},
			[]string{"https://tfs.example/tfs/My%20Col/_apis/connectionData"},
		},
		{"a Server without collection", Request{"https", "tfs.example", "", ""}, addresses{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			target, ok := Recognize(test.request, someServers)
			if !ok {
				t.Fatal("not recognized")
			}
			got := addresses{target.Key(), target.OrganizationURL(), target.RepositoryURL(), target.TokensURL()}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.wantQuestion, urlsAsked(target)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func urlsAsked(t Target) []string {
	var urls []string
	for _, r := range t.rounds() {
		for _, q := range r.questions {
			urls = append(urls, q.url)
		}
	}
	return urls
}

func TestParseServer(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://tfs.example":              "https://tfs.example",
		"https://tfs.example/":             "https://tfs.example",
		"HTTPS://TFS.Example:443/tfs/":     "https://tfs.example/tfs",
		"https://tfs.example:8443/a b/c":   "https://tfs.example:8443/a%20b/c",
		"https://tfs_1.example/tfs":        "https://tfs_1.example/tfs",
		"https://[::1]:8443/tfs":           "https://[::1]:8443/tfs",
		"https://10.1.2.3":                 "https://10.1.2.3",
		"http://tfs.example/tfs":           "",
		"tfs.example":                      "",
		"https://":                         "",
		"https:///tfs":                     "",
		"https://user:pw@tfs.example/tfs":  "",
		"https://tfs.example/tfs?x":        "",
		"https://tfs.example/tfs#x":        "",
		"https://tfs.example/a/../b":       "",
		"https://tfs.example/a//b":         "",
		"https://tfs.example:/tfs":         "",
		"https://tfs.example:0/tfs":        "",
		"https://tfs.example:08/tfs":       "",
		"https://tfs.example:99999/tfs":    "",
		"https://tfs.example./tfs":         "",
		"https://tfs..example/tfs":         "",
		"https://tfß.example/tfs":          "",
		"https://dev.azure.com/contoso":    "",
		"https://contoso.visualstudio.com": "",
		"https://tfs.example/%00":          "",
		":":                                "",
	} {
		server, err := ParseServer(raw)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q was taken: %v", raw, server)
		case want != "" && err != nil:
			t.Errorf("%q: %v", raw, err)
		case err == nil && server.String() != want:
			t.Errorf("%q: %v, want %v", raw, server, want)
		case err != nil && strings.Contains(err.Error(), "pw"):
			t.Errorf("%q: the error shows a password: %v", raw, err)
		}
	}
}

// Whatever Git is told, a question goes to the request's own host or to the profile
// service, below the organization, and says nothing that the path did not.
func FuzzRecognize(f *testing.F) {
	for _, path := range []string{"contoso/p/_git/r", "tfs/Col/p/_git/r", "contoso/../x", "a?b#c/_git/d", "contoso/p/_git/_full/r/info/lfs", "@evil.com/x"} {
		f.Add("https", "dev.azure.com", path, "contoso")
		f.Add("https", "contoso.visualstudio.com:443", path, "")
		f.Add("https", "tfs.example", path, "")
	}
	f.Add("https", "dev.azure.com@evil.com", "contoso", "")
	f.Add("https", "dev.azure.com", "", "a@evil.com")
	f.Fuzz(func(t *testing.T, protocol, host, path, username string) {
		target, ok := Recognize(Request{protocol, host, path, username}, someServers)
		if !ok {
			if target != (Target{}) {
				t.Errorf("no target, yet %+v", target)
			}
			return
		}
		own := strings.TrimSuffix(strings.ToLower(host), ":443")
		for _, raw := range urlsAsked(target) {
			u, err := url.Parse(raw)
			if err != nil {
				t.Fatalf("%q: %v", raw, err)
			}
			profile := !target.Server && u.Host == "vssps.dev.azure.com" &&
				u.Path == "/"+target.Organization+"/_apis/profile/profiles/me"
			if u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.Host != own && !profile {
				t.Errorf("%q at %q asks %q", path, host, raw)
			}
			if u.Host == own && !strings.HasPrefix(raw, target.OrganizationURL()+"/") {
				t.Errorf("%q leaves the organization %q", raw, target.OrganizationURL())
			}
			for _, segment := range strings.Split(u.EscapedPath(), "/")[1:] {
				decoded, err := url.PathUnescape(segment)
				if err != nil || !plain(decoded) || strings.Contains(decoded, "/") {
					t.Errorf("%q has the segment %q", raw, segment)
				}
			}
			if want := u.Query(); len(want) > 1 || strings.Contains(u.RawQuery, "&") {
				t.Errorf("%q has the query %q", raw, u.RawQuery)
			}
		}
	})
}
