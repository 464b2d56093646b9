package gitconfig_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
)

// The parts from which patterns and URLs are made at random: chosen so that many
// pairs match, and so that every rule of normalization is met.
var (
	schemes  = []string{"https", "https", "https", "http", "HTTPS", "ssh", "h+t.t-p", "1http", "file"}
	users    = []string{"", "", "", "alice@", "Alice@", "al%69ce@", "al%40ice@", "alice:pw@", "@", "a%zz@", "bob@alice@"}
	hosts    = []string{"dev.azure.com", "Dev.Azure.COM", "dev.azure.com", "contoso.visualstudio.com", "dev.azure.com.", "dev_azure.com", "d%65v.azure.com", "[::1]", "a:b", "", "azure.com", "dev..azure", "x.dev.azure.com"}
	globs    = []string{"*.visualstudio.com", "*.azure.com", "dev.*.com", "*", "*.*.*", "d*v.azure.com", "**.azure.com", "*.azure.com."}
	ports    = []string{"", "", "", "", ":443", ":0443", ":80", ":8080", ":08080", ":", ":0", ":65536", ":99999999", ":8a", "::8080"}
	paths    = []string{"", "", "/", "/contoso", "/Contoso", "/contoso/", "/contoso/p", "/contoso/p/_git/r", "/cont", "/con%74oso", "/contoso/./p", "/contoso/../contoso", "/..", "/a/../..", "//contoso", "/contoso//", "/%2e/contoso", "/a%2Fb", "/a/b", "/a%2fb", "/a b", "/a%20b", "/a%", "/a%2", "/ä", "/%C3%A4", "/a+b", "/a%2bb", "/./", "/a/.", "/a/..", "/(x)", "/%28x%29"}
	queries  = []string{"", "", "", "", "", "?q", "#f", "?q/r", "?a%7eb", "?%"}
	oddities = []string{"dev.azure.com", "", "://dev.azure.com", "https:/dev.azure.com", "https//x", "*", "https://", "https://*", "https:///x"}
)

// pairs are patterns and URLs that meet a rule which chance seldom meets.
var pairs = [][2]string{
	{"http://tfs:80/x", "http://tfs/x"},
	{"http://tfs:443", "http://tfs"},
	{"https://alice:one@tfs", "https://alice:two@tfs"},
	{"https://al%3aice:pw@tfs", "https://al%3Aice@tfs"},
	{"https://tfs/a|b", "https://tfs/a%7cb"},
	{"https://tfs/a%2fb", "https://tfs/a%2Fb"},
	{"https://tfs/a%2fb", "https://tfs/a/b"},
	{"https://tfs/(x)", "https://tfs/%28x%29"},
	{"https://tfs/%2E%2E/x", "https://tfs/x"},
	{"https://tfs/x?q", "https://tfs/x?q/r"},
	{"https://tfs..", "https://tfs."},
	{"https://*", "https://tfs."},
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func randomURL(r *rand.Rand, hosts []string) string {
	if r.IntN(20) == 0 {
		return pick(r, oddities)
	}
	return pick(r, schemes) + "://" + pick(r, users) + pick(r, hosts) + pick(r, ports) + pick(r, paths) + pick(r, queries)
}

// simpler URLs match more often.
func likelyURL(r *rand.Rand, hosts []string) string {
	return "https://" + pick(r, []string{"", "", "alice@"}) + pick(r, hosts) + pick(r, []string{"", "", ":443", ":8080"}) +
		pick(r, []string{"", "/", "/contoso", "/contoso/p", "/contoso/p/_git/r"})
}

func TestAPatternMatchesExactlyTheURLsThatGitMatches(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	h := newHome(t)

	var patterns []string
	var file strings.Builder
	for i := range 400 {
		pattern := randomURL(r, append(globs, hosts...))
		if i%2 == 0 {
			pattern = likelyURL(r, append(globs, hosts...))
		}
		if pattern == "" { // no subsection at all, which is another rule
			pattern = "https://dev.azure.com/%2E%2e"
		}
		patterns = append(patterns, pattern)
		file.WriteString(section("http", pattern, fmt.Sprintf("k%d = x", i)))
	}
	for i, pair := range pairs {
		file.WriteString(section("http", pair[0], fmt.Sprintf("k%d = x", len(patterns)+i)))
	}
	h.write(file.String())
	for i, pair := range pairs {
		out := h.git("", "config", "--get-urlmatch", fmt.Sprintf("http.k%d", len(patterns)+i), pair[1])
		if _, got := gitconfig.Match(pair[0], pair[1]); got != (out != "") {
			t.Errorf("Match(%q, %q) = %v, but Git says %v", pair[0], pair[1], got, out != "")
		}
	}

	matches := 0
	for i := range 100 {
		url := randomURL(r, hosts)
		if i%2 == 0 {
			url = likelyURL(r, hosts)
		}
		want := map[string]bool{}
		for _, line := range strings.Fields(h.git("", "config", "--get-urlmatch", "http", url)) {
			if key, found := strings.CutPrefix(line, "http.k"); found {
				want[key] = true
			}
		}
		matches += len(want)
		for i, pattern := range patterns {
			if _, got := gitconfig.Match(pattern, url); got != want[fmt.Sprint(i)] {
				t.Errorf("Match(%q, %q) = %v, but Git says %v", pattern, url, got, want[fmt.Sprint(i)])
			}
		}
	}
	if matches < 500 {
		t.Errorf("only %d of the pairs matched, which proves too little", matches)
	}
}

func TestAmongMatchingPatternsGitsChoiceIsMade(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	h := newHome(t)

	const keys = 15
	var file strings.Builder
	for i := range 6 * keys {
		pattern := ""
		if r.IntN(6) > 0 {
			pattern = likelyURL(r, append(globs, hosts...))
		}
		line := fmt.Sprintf("k%d = %d", r.IntN(keys), i)
		if r.IntN(10) == 0 {
			line, _, _ = strings.Cut(line, " ")
		}
		file.WriteString(section("http", pattern, line))
	}
	// Chance makes too few equals that only the user tells apart.
	file.WriteString(section("http", "https://alice@tfs", "k0 = alice") + section("http", "https://tfs", "k0 = anyone"))
	h.write(file.String())
	config, err := gitconfig.Read(t.Context(), gitconfig.Git(h.dir, h.env()))
	if err != nil {
		t.Fatal(err)
	}

	for i := range 60 {
		url := likelyURL(r, hosts)
		if i == 0 {
			url = "https://alice@tfs"
		}
		if _, valid := gitconfig.Normalize(url); !valid {
			continue // `git config` refuses it
		}
		want := map[string]string{}
		for line := range strings.Lines(h.git("", "config", "--get-urlmatch", "http", url)) {
			key, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if !found {
				value = "true"
			}
			want[strings.TrimPrefix(key, "http.")] = value
		}
		for i := range keys {
			key := fmt.Sprintf("k%d", i)
			got, found := config.URL("http", key, url)
			if expect, exists := want[key]; got != expect || found != exists {
				t.Errorf("http.%s for %s is %q (%v), but Git says %q (%v)", key, url, got, found, expect, exists)
			}
		}
	}
}

func TestAWildcardStandsForExactlyOneLabel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, url string
		want         bool
	}{
		{"https://*.visualstudio.com", "https://contoso.visualstudio.com/p/_git/r", true},
		{"https://*.visualstudio.com/", "https://contoso.visualstudio.com", true},
		{"https://*.visualstudio.com", "https://visualstudio.com", false},
		{"https://*.visualstudio.com", "https://contoso.vssps.visualstudio.com", false},
		{"https://*.visualstudio.com", "http://contoso.visualstudio.com", false},
		{"https://dev.azure.com", "https://dev.azure.com.evil.example", false},
		{"https://dev.azure.com/contoso", "https://dev.azure.com/contoso2", false},
	} {
		if _, got := gitconfig.Match(test.pattern, test.url); got != test.want {
			t.Errorf("Match(%q, %q) = %v", test.pattern, test.url, got)
		}
	}
}

func TestAListOfHeadersLeavesOutWhatIsLessSpecificAndIsClearedByAnEmptyValue(t *testing.T) {
	t.Parallel()
	const url = "https://dev.azure.com/contoso"
	entry := func(pattern, value string) gitconfig.Entry {
		return gitconfig.Entry{Section: "http", Subsection: pattern, Name: "extraheader", Value: value, HasValue: true}
	}
	for name, test := range map[string]struct {
		entries []gitconfig.Entry
		want    string
	}{
		"general then specific":              {[]gitconfig.Entry{entry("", "A: 1"), entry("https://dev.azure.com", "B: 2")}, "A: 1,B: 2"},
		"specific then general":              {[]gitconfig.Entry{entry("https://dev.azure.com", "B: 2"), entry("", "A: 1")}, "B: 2"},
		"cleared by an empty one":            {[]gitconfig.Entry{entry("", "A: 1"), entry(url, ""), entry(url, "C: 3")}, "C: 3"},
		"a general empty one does not clear": {[]gitconfig.Entry{entry(url, "C: 3"), entry("", "")}, "C: 3"},
		"another host":                       {[]gitconfig.Entry{entry("https://github.com", "G: 4")}, ""},
	} {
		config := gitconfig.New(test.entries)
		if got := strings.Join(config.All("http", "extraHeader", url), ","); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
