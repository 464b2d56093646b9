package places

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// config makes a configuration of lines "key=value", as `git config --list` shows it.
func config(lines ...string) gitconfig.Config {
	var entries []gitconfig.Entry
	for _, line := range lines {
		key, value, _ := strings.Cut(line, "=")
		first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
		e := gitconfig.Entry{Section: key[:first], Name: strings.ToLower(key[last+1:]), Value: value, HasValue: true}
		if first < last {
			e.Subsection = key[first+1 : last]
		}
		entries = append(entries, e)
	}
	return gitconfig.New(entries)
}

// program is a helper that gives an answer and notes what it was told.
type program struct {
	value, answer string
	err           error
	told          *[]string
}

func (p program) Value() string { return p.value }

func (p program) Run(_ context.Context, action string, request helper.Message, quiet bool) (helper.Message, error) {
	var text bytes.Buffer
	if _, err := request.WriteTo(&text); err != nil {
		return helper.Message{}, err
	}
	if p.told != nil {
		*p.told = append(*p.told, action+" "+strings.Join(strings.Fields(text.String()), " "))
	}
	if !quiet {
		return helper.Message{}, errors.New("a look must be quiet")
	}
	answer, err := helper.ReadAnswer(strings.NewReader(p.answer))
	return answer, errors.Join(err, p.err)
}

func finder(t *testing.T, c gitconfig.Config) Finder {
	state := store.Open(t.TempDir(), func() time.Time { return noon }, zerolog.Nop())
	return Finder{
		Config:  c,
		Program: func(value string) helper.Program { return program{value: value} },
		Copies:  store.NewCopies(&storetest.MapRing{}, state),
		Now:     func() time.Time { return noon },
	}
}

func parse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// written is a message as one line.
func written(t *testing.T, m helper.Message) string {
	t.Helper()
	var text strings.Builder
	if _, err := m.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

const organization = "https://dev.azure.com/contoso"

const repository = "https://dev.azure.com/contoso/web/_git/web"

func TestAQuestionIsPutToThePlacesInGitsOrder(t *testing.T) {
	t.Parallel()
	usePath := "credential.https://dev.azure.com.usehttppath=true"
	for _, c := range []struct {
		name   string
		config []string
		given  *configure.Guard
		all    bool
		url    string
		want   []string // "name: request"
	}{
		{"no helper", nil, nil, false, repository, nil},
		{"a helper without the guard", []string{"credential.helper=manager"}, nil, false, repository,
			[]string{"manager: protocol=https host=dev.azure.com"}},
		{"wrap", []string{"credential.helper=", "credential.helper=ado-guard --helper manager", usePath}, nil, false, repository,
			[]string{
				"keyring: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"manager: protocol=https host=dev.azure.com path=contoso/web/_git/web",
			}},
		{"wrap of two, without a copy", []string{"credential.helper=ado-guard --no-copy --helper 'cache --timeout=60' --helper oauth", usePath}, nil, false, repository,
			[]string{
				"cache: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"oauth: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"cache: protocol=https host=dev.azure.com, elsewhere",
			}},
		{"chain", []string{"credential.helper=ado-guard", "credential.helper=manager", usePath}, nil, false, repository,
			[]string{
				"keyring: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"manager: protocol=https host=dev.azure.com path=contoso/web/_git/web",
			}},
		{"chain with mere stores", []string{"credential.helper=store", "credential.helper=ado-guard", "credential.helper=store", "credential.helper=cache", usePath}, nil, false, repository,
			[]string{
				"store: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"keyring: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"store: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"cache: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"store: protocol=https host=dev.azure.com, elsewhere",
				"cache: protocol=https host=dev.azure.com, elsewhere",
			}},
		{"a mere store without the guard", []string{"credential.helper=store", usePath}, nil, false, repository,
			[]string{"store: protocol=https host=dev.azure.com path=contoso/web/_git/web"}},
		{"a helper before the guard", []string{"credential.helper=store", "credential.helper=ado-guard", usePath}, nil, false, repository,
			[]string{
				"store: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"keyring: protocol=https host=dev.azure.com path=contoso/web/_git/web",
			}},
		{"two guards have one keyring", []string{"credential.helper=ado-guard", "credential.helper=/usr/bin/git-credential-ado-guard --helper manager", usePath}, nil, false, repository,
			[]string{
				"keyring: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"manager: protocol=https host=dev.azure.com path=contoso/web/_git/web",
			}},
		{"a guard in a form that is not understood", []string{"credential.helper=!ado-guard && true", "credential.helper=store"}, nil, false, repository,
			[]string{"store: protocol=https host=dev.azure.com"}},
		{"without a path the guard knows no organization", []string{"credential.helper=ado-guard --helper manager"}, nil, false, repository,
			[]string{"manager: protocol=https host=dev.azure.com"}},
		{"or it knows it by the username", []string{"credential.helper=ado-guard --helper manager --helper store"}, nil, false, "https://contoso@dev.azure.com/contoso/web/_git/web",
			[]string{
				"keyring: protocol=https host=dev.azure.com username=contoso",
				"manager: protocol=https host=dev.azure.com username=contoso path=contoso",
				"store: protocol=https host=dev.azure.com username=contoso",
			}},
		{"a username from the configuration", []string{"credential.helper=store", "credential.username=ann"}, nil, false, repository,
			[]string{"store: protocol=https host=dev.azure.com username=ann"}},
		{"the URL's own username comes first", []string{"credential.helper=store", "credential.username=ann"}, nil, false, "https://bob@dev.azure.com/contoso",
			[]string{"store: protocol=https host=dev.azure.com username=bob"}},
		{"a path is decoded", []string{"credential.helper=store", usePath}, nil, false, "https://dev.azure.com/contoso/my%20web/_git/web/",
			[]string{"store: protocol=https host=dev.azure.com path=contoso/my web/_git/web"}},
		{"options of the command line count before the configured ones", []string{"credential.helper=ado-guard --helper manager", usePath}, &configure.Guard{Helpers: []string{"store"}, NoCopy: true}, false, repository,
			[]string{
				"store: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"store: protocol=https host=dev.azure.com, elsewhere",
			}},
		{"and where the guard is not configured", []string{"credential.helper=manager", usePath}, &configure.Guard{Helpers: []string{"store"}}, false, repository,
			[]string{
				"keyring: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"store: protocol=https host=dev.azure.com path=contoso/web/_git/web",
				"store: protocol=https host=dev.azure.com, elsewhere",
			}},
		{"without a helper those of the configuration stay behind it", []string{"credential.helper=manager", usePath}, &configure.Guard{NoCopy: true}, false, repository,
			[]string{
				"manager: protocol=https host=dev.azure.com path=contoso/web/_git/web",
			}},
		{"everything is of no account, and of this organization", []string{"credential.helper=ado-guard --helper manager", "credential.helper=manager-core", "credential.helper=store", "credential.username=ann"}, nil, true, "https://bob@dev.azure.com/contoso",
			[]string{
				"keyring: protocol=https host=dev.azure.com",
				"manager: protocol=https host=dev.azure.com path=contoso",
				"manager-core: protocol=https host=dev.azure.com path=contoso",
				"store: protocol=https host=dev.azure.com",
			}},
		{"and of any path", []string{"credential.helper=store", usePath}, nil, true, organization,
			[]string{
				"store: protocol=https host=dev.azure.com path=contoso",
				"store: protocol=https host=dev.azure.com, elsewhere",
			}},
		{"the older address names its organization itself", []string{"credential.helper=ado-guard --helper manager"}, nil, false, "https://contoso.visualstudio.com/web/_git/web",
			[]string{
				"keyring: protocol=https host=contoso.visualstudio.com",
				"manager: protocol=https host=contoso.visualstudio.com",
			}},
		{"a server", []string{"credential.helper=ado-guard --host https://tfs.example:8443/tfs"}, nil, false, "https://tfs.example:8443/tfs/Main/web/_git/web",
			[]string{"keyring: protocol=https host=tfs.example:8443"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := finder(t, config(c.config...))
			f.Given, f.All = c.given, c.all
			q, ok := f.Question(parse(t, c.url))
			if !ok {
				t.Fatal("no question")
			}
			var got []string
			for _, p := range q.Places {
				line := p.Name + ": " + written(t, p.Request)
				if p.Elsewhere {
					line += ", elsewhere"
				}
				got = append(got, line)
				if p.IsKeyring() != (p.Name == "keyring") {
					t.Errorf("%s: IsKeyring is %v", p.Name, p.IsKeyring())
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAURLElsewhereIsNoQuestion(t *testing.T) {
	t.Parallel()
	f := finder(t, config("credential.helper=ado-guard --host nonsense"))
	for _, raw := range []string{
		"https://github.com/contoso/web", "http://dev.azure.com/contoso", "https://tfs.example/tfs/Main", "dev.azure.com/contoso", "", "ssh://git@ssh.dev.azure.com/v3/a/b/c",
	} {
		if _, ok := f.Question(parse(t, raw)); ok {
			t.Errorf("%q: there is one", raw)
		}
	}
}

func TestACredentialInTheURLIsFoundAndNotShown(t *testing.T) {
	t.Parallel()
	q, ok := finder(t, config()).Question(parse(t, "https://ann:hush@dev.azure.com/contoso"))
	if !ok || q.Inside.Username != "ann" || q.Inside.Secret.Reveal() != "hush" {
		t.Errorf("inside: %v, %+v", ok, q.Inside)
	}
	if got := q.URL.String(); got != "https://ann@dev.azure.com/contoso" {
		t.Errorf("the URL is %s", got)
	}
	if q.Standing.Pattern != "https://ann@dev.azure.com/contoso" {
		t.Errorf("the standing is for %s", q.Standing.Pattern)
	}
}

func TestATokenForAUsernameIsNotShownInTheStanding(t *testing.T) {
	t.Parallel()
	q, _ := finder(t, config()).Question(parse(t, "https://"+strings.Repeat("a2b3", 13)+"@dev.azure.com/contoso"))
	if got := q.Standing.Pattern; got != "https://dev.azure.com/contoso" {
		t.Errorf("the standing is for %s", got)
	}
}

func TestALookReadsAnAnswerAsGitDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, url, answer string
		err               error
		want              string // user:secret, "" for nothing
		expiry            time.Time
	}{
		{"complete", repository, "username=ann\npassword=p\n", nil, "ann:p", time.Time{}},
		{"complete, and failed afterwards", repository, "username=ann\npassword=p\n", errors.New("exit status 134"), "ann:p", time.Time{}},
		{"nothing", repository, "", errors.New("exit status 255"), "", time.Time{}},
		{"no password", repository, "username=ann\n", nil, "", time.Time{}},
		{"no username", repository, "password=p\n", nil, "", time.Time{}},
		{"the username is Git's", "https://bob@dev.azure.com/contoso", "password=p\n", nil, "bob:p", time.Time{}},
		{"past its own end", repository, "username=ann\npassword=p\npassword_expiry_utc=1700000000\n", nil, "", time.Time{}},
		{"before its own end", repository, "username=ann\npassword=p\npassword_expiry_utc=1900000000\n", nil, "ann:p", time.Unix(1900000000, 0)},
		{"complete and quit", repository, "username=ann\npassword=p\nquit=1\n", nil, "ann:p", time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := finder(t, config("credential.helper=store"))
			f.Program = func(value string) helper.Program { return program{value: value, answer: c.answer, err: c.err} }
			q, _ := f.Question(parse(t, c.url))
			found := q.Places[0].Look(t.Context())
			got := ""
			if found.Any() {
				got = found.Credential.Username + ":" + found.Credential.Secret.Reveal()
			}
			if got != c.want || !found.Expiry.Equal(c.expiry) || found.Err != nil {
				t.Errorf("found %q until %v, %v", got, found.Expiry, found.Err)
			}
		})
	}
}

func TestAHelperThatAlwaysAsksIsNotLookedInto(t *testing.T) {
	t.Parallel()
	f := finder(t, config("credential.helper=oauth"))
	f.Program = func(value string) helper.Program {
		return program{value: value, answer: "username=ann\npassword=p\n"}
	}
	q, _ := f.Question(parse(t, repository))
	if found := q.Places[0].Look(t.Context()); !found.Unasked || found.Any() {
		t.Errorf("found %+v", found)
	}
}

func TestAHelperThatHangsIsTold(t *testing.T) {
	t.Parallel()
	f := finder(t, config("credential.helper=store"))
	now := noon
	f.Now = func() time.Time { now = now.Add(31 * time.Second); return now }
	f.Program = func(value string) helper.Program { return program{value: value, err: errors.New("signal: killed")} }
	q, _ := f.Question(parse(t, repository))
	if found := q.Places[0].Look(t.Context()); found.Err == nil || found.Err.Error() != "it gave no answer within 30s" {
		t.Errorf("found %v", found.Err)
	}
}

func TestAHelperIsToldToEraseExactlyWhatWasFound(t *testing.T) {
	t.Parallel()
	var told []string
	f := finder(t, config("credential.helper=ado-guard --helper store"))
	f.Program = func(value string) helper.Program {
		return program{value: value, answer: "username=ann\npassword=p\n", told: &told}
	}
	q, _ := f.Question(parse(t, "https://contoso@dev.azure.com/contoso"))
	keyring, helper := q.Places[0], q.Places[1]
	helper.Erase(t.Context(), helper.Look(t.Context()))
	helper.Erase(t.Context(), Found{})
	keyring.Erase(t.Context(), Found{})
	if diff := cmp.Diff([]string{
		"get protocol=https host=dev.azure.com username=contoso",
		"erase protocol=https host=dev.azure.com username=ann password=p",
		"erase protocol=https host=dev.azure.com username=contoso",
	}, told); diff != "" {
		t.Error(diff)
	}
}
