package check

import (
	"bytes"
	"errors"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

var update = flag.Bool("update", false, "write the outputs into testdata instead of comparing them")

// Each case's whole output is testdata/NAME.txt.
func TestEveryVerdictIsExplainedAndHasARemedy(t *testing.T) {
	t.Parallel()
	unknown := func(reason validate.Reason, detail string) validate.Verdict {
		return decided(answers("connection|nothing|"+string(reason)+"|"+detail, "profile|nothing|"+string(reason)+"|"+detail))
	}
	for _, c := range []struct {
		name  string
		exit  int
		url   string
		world func(*world)
	}{
		{"live", 0, repository, func(w *world) { w.verdict = decided(lives) }},
		{"live-proven-before", 0, organization, func(w *world) {
			w.verdict = decided(lives[:1])
			w.provenLive(noon.Add(-3 * time.Hour))
		}},
		{"live-without-permission", 0, repository, func(w *world) {
			w.verdict = decided(append(answers("repository|nothing|not permitted|403 TF401027"), lives[0]))
		}},
		{"live-repository-not-found", 0, repository, func(w *world) {
			w.verdict = decided(append(answers("repository|nothing|not found|404 TF401019"), lives[0]))
		}},
		{"live-alone-in-the-keyring", 0, organization, func(w *world) {
			w.config, w.holds, w.verdict = []string{"ado-guard"}, nil, decided(lives[:1])
			w.keep(store.Entry{Username: "ann", Password: secret.New(pat)})
		}},
		{"live-alone-with-a-token-for-the-host", 0, organization, func(w *world) {
			w.config, w.holds, w.path, w.verdict = []string{"ado-guard"}, nil, false, decided(lives[:1])
			e := store.Entry{Host: "dev.azure.com", Username: "ann@contoso.com", Password: secret.New(pat)}
			if err := w.copies.Save(w.t.Context(), "dev.azure.com", e); err != nil {
				w.t.Fatal(err)
			}
		}},
		{"live-by-the-older-address", 0, "https://contoso.visualstudio.com", func(w *world) { w.path, w.verdict = false, decided(lives[:1]) }},
		{"live-store", 0, repository, func(w *world) {
			w.verdict, w.config = decided(lives), []string{"ado-guard --helper store"}
			w.holds["store"], w.holds["store for any path"] = "ann:"+pat, "bob:"+otherPAT
		}},
		{"live-copy-and-helper", 0, organization, func(w *world) {
			w.verdict = decided(lives[:1])
			w.keep(store.Entry{Username: "ann@contoso.com", Password: secret.New(pat), Until: noon.Add(7*time.Hour + time.Minute), Source: "manager"})
		}},
		{"live-helper-holds-another", 0, organization, func(w *world) {
			w.verdict, w.holds["manager"] = decided(lives[:1]), "bob:"+otherPAT
			w.keep(store.Entry{Username: "ann@contoso.com", Password: secret.New(pat), Until: noon.Add(time.Hour), Source: "manager"})
		}},
		{"live-entra", 0, organization, func(w *world) {
			w.verdict, w.holds["manager"] = decided(lives[:1]), "ann@contoso.com:"+jwt(noon.Add(42*time.Minute))
		}},
		{"live-entra-that-its-helper-gives-less", 0, organization, func(w *world) {
			w.verdict, w.config, w.holds = decided(lives[:1]), []string{"ado-guard"}, nil
			w.keep(store.Entry{Username: "ann", Password: secret.New(jwt(noon.Add(42 * time.Minute))), Expiry: noon.Add(20 * time.Minute)})
		}},
		{"live-slowly-and-without-a-keyring", 0, organization, func(w *world) {
			w.verdict, w.ring.Err = decided(answers("connection|lives|accepted|200")), errors.New("there is no D-Bus session")
			w.verdict.Answers[0].Took = 3240 * time.Millisecond
		}},
		{"live-outage-of-others", 0, organization, func(w *world) {
			w.verdict = decided(lives[:1])
			w.health = validate.Health{Overall: "degraded", Troubles: []validate.Trouble{
				{Service: "Repos", Geography: "Europe", Health: "degraded"},
				{Service: "Core services", Geography: "Brazil", Health: "advisory"},
				{Service: "Pipelines", Geography: "Europe", Health: "unhealthy"},
			}}
		}},
		{"live-in-url", 0, "https://ann:" + pat + "@dev.azure.com/contoso/web/_git/web", func(w *world) { w.verdict = decided(lives) }},
		{"live-long-username", 0, organization, func(w *world) {
			w.verdict, w.holds["manager"] = decided(lives[:1]), otherPAT+":"+pat
		}},
		{"live-chain-after-another", 0, organization, func(w *world) {
			w.verdict, w.config = decided(lives[:1]), []string{"store", "ado-guard", "oauth"}
			w.holds["store"] = "ann:" + pat
		}},

		{"live-by-a-command-with-a-token-in-it", 0, organization, func(w *world) {
			command := "!f() { echo username=ann; echo password=" + otherPAT + "; }; f"
			w.verdict, w.config, w.holds = decided(lives[:1]), []string{command, "ado-guard"}, map[string]string{command: "ann:" + otherPAT}
		}},

		{"dead-expired", 1, repository, func(w *world) {
			w.verdict = decided(expired)
			w.provenLive(noon.Add(-50 * time.Hour))
		}},
		{"dead-revoked", 1, organization, func(w *world) {
			w.verdict = decided(answers("connection|rejected|rejected|401 TF400813", "profile|rejected|rejected|401 TF400813", "status|nothing|an answer that proves nothing|no outage known"))
		}},
		{"dead-signed-out", 1, organization, func(w *world) {
			w.verdict = decided(answers("connection|rejected|signed out|302 to login.microsoftonline.com", "profile|rejected|rejected|401"))
		}},
		{"dead-anonymous", 1, organization, func(w *world) {
			w.verdict = decided(answers("connection|rejected|taken for an anonymous visitor|200", "profile|rejected|rejected|401"))
		}},
		{"dead-entra", 1, organization, func(w *world) {
			w.verdict, w.holds["manager"] = decided(expired[:1]), "ann@contoso.com:"+jwt(noon.Add(-2*time.Hour))
		}},
		{"dead-password", 1, organization, func(w *world) {
			w.verdict, w.holds["manager"] = decided(answers("connection|rejected|rejected|401", "profile|rejected|rejected|401")), "ann:hunter2"
		}},
		{"dead-in-url", 1, "origin https://ann:" + pat + "@dev.azure.com/contoso/web/_git/web", func(w *world) {
			w.verdict = decided(expired)
		}},
		{"dead-without-the-guard", 1, organization, func(w *world) {
			w.verdict, w.config = decided(expired[:1]), []string{"manager"}
		}},
		{"dead-of-whom-the-guard-does-not-know", 1, organization, func(w *world) { w.path, w.verdict = false, decided(expired[:1]) }},
		{"dead-behind-another-helper", 1, organization, func(w *world) {
			w.verdict, w.config, w.holds = decided(expired[:1]), []string{"store", "ado-guard"}, map[string]string{"store": "ann:" + pat}
		}},
		{"dead-kept-whatever", 1, organization, func(w *world) {
			w.verdict, w.settings.Erase = decided(expired[:1]), helper.EraseNever
		}},
		{"dead-expired-and-so-erased", 1, organization, func(w *world) {
			w.verdict, w.settings.Erase = decided(expired[:1]), helper.EraseExpired
		}},
		{"dead-for-another-path", 1, repository, func(w *world) {
			w.verdict, w.config = decided(expired), []string{"ado-guard --helper store"}
			w.holds["store for any path"] = "ann:" + pat
		}},
		{"dead-switched-off", 1, organization, func(w *world) { w.verdict, w.off = decided(expired[:1]), true }},
		{"dead-kept-by-setting", 1, organization, func(w *world) {
			w.verdict = decided(answers("connection|rejected|rejected|401", "profile|rejected|rejected|401"))
			w.settings.Erase = helper.EraseExpired
		}},

		{"unknown-conditional-access", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonConditionalAccess, "401 VS403463") }},
		{"unknown-sign-in-once", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonSignInOnce, "401 TF401444") }},
		{"unknown-forbidden", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonForbidden, "403") }},
		{"unknown-not-found", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonNotFound, "404") }},
		{"unknown-moved", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonMoved, "301 to dev.azure.com") }},
		{"unknown-throttled", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonThrottled, "429 TF400733") }},
		{"unknown-trouble", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonTrouble, "503") }},
		{"unknown-outage", 2, organization, func(w *world) {
			w.verdict = decided(answers("connection|rejected|rejected|401", "profile|rejected|rejected|401", "status|unhealthy|Azure DevOps reports an outage|Repos in Europe"))
			w.health = validate.Health{Overall: "unhealthy", Troubles: []validate.Trouble{{Service: "Repos", Geography: "Europe", Health: "unhealthy"}}}
		}},
		{"unknown-portal", 2, organization, func(w *world) {
			w.verdict = unknown(validate.ReasonForeign, "302 to elsewhere")
		}},
		{"unknown-portal-that-answers-all", 2, repository, func(w *world) {
			w.verdict = decided(answers("connection|nothing|"+string(validate.ReasonForeign)+"|200", "repository|nothing|"+string(validate.ReasonForeign)+"|200", "profile|nothing|"+string(validate.ReasonForeign)+"|200"))
		}},
		{"unknown-unreachable", 2, organization, func(w *world) { w.verdict = unknown(validate.ReasonUnreachable, "its name cannot be resolved") }},
		{"unknown-nothing-sent", 2, organization, func(w *world) {
			w.verdict = validate.Verdict{Reason: validate.ReasonNothingSent, Detail: "http.sslVerify=false: nobody could tell who is asked"}
		}},
		{"unknown-public-repository", 2, repository, func(w *world) {
			w.verdict = decided(append(answers("connection|rejected|rejected|401", "profile|rejected|rejected|401"), lives[1]))
		}},
		{"unknown-server", 2, "https://tfs.example/tfs/Main", func(w *world) {
			w.config = []string{"ado-guard --helper manager --host https://tfs.example/tfs"}
			w.verdict = validate.Decide(validate.Target{Server: true}, answers("connection|rejected|rejected|401"))
		}},
		{"unknown-server-password", 2, "https://tfs.example/tfs/Main", func(w *world) {
			w.config, w.holds["manager"] = []string{"ado-guard --helper manager --host https://tfs.example/tfs"}, "ann:hunter2"
			w.verdict = validate.Verdict{Reason: validate.ReasonNotPAT}
		}},
		{"unknown-organization", 2, "https://dev.azure.com", func(w *world) {
			w.verdict = validate.Verdict{Reason: validate.ReasonNoOrganization}
			w.holds["manager for any path"] = w.holds["manager"]
		}},

		{"none", 3, repository, func(w *world) { w.holds = nil }},
		{"none-without-helpers", 3, organization, func(w *world) { w.config = nil }},
		{"none-helper-always-asks", 3, organization, func(w *world) { w.config = []string{"ado-guard --helper oauth"} }},
		{"none-keyring-unusable", 3, organization, func(w *world) {
			w.config, w.ring.Err = []string{"ado-guard"}, errors.New("there is no D-Bus session")
		}},
		{"none-path-not-told", 3, organization, func(w *world) { w.path, w.holds = false, nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			r := w.check(c.url)
			if r.Exit != c.exit {
				t.Errorf("exit status %d, want %d", r.Exit, c.exit)
			}
			got := report.Style{Unicode: true}.Format(r.Sections(noon)...)
			compare(t, filepath.Join("testdata", c.name+".txt"), got)
			var asJSON bytes.Buffer
			if err := report.WriteJSON(&asJSON, r); err != nil {
				t.Error(err)
			}
			for _, hush := range []string{pat, otherPAT, "hunter2"} {
				if strings.Contains(got+asJSON.String(), hush) {
					t.Error("the secret is shown")
				}
			}
		})
	}
}

func TestTheJSONIsWhatProgramsRelyOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.holds["manager"] = "ann@contoso.com:" + jwt(noon.Add(time.Hour))
	w.verdict = decided(answers("connection|rejected|rejected|401 TF400813", "repository|rejected|rejected|401", "profile|rejected|rejected|401",
		"status|nothing|an answer that proves nothing|no outage known"))
	w.verdict.Answers[0].Took = 83 * time.Millisecond
	w.health = validate.Health{Overall: "degraded", Troubles: []validate.Trouble{{Service: "Repos", Geography: "Europe", Health: "degraded"}}}
	w.state.Remember("contoso", w.state.Fingerprint(secret.New(jwt(noon.Add(time.Hour)))), store.Remembered{
		Finding: store.Live, Proven: noon.Add(-time.Hour), Until: noon,
	})
	w.keep(store.Entry{Username: "bob", Password: secret.New(otherPAT), Until: noon.Add(-time.Hour), Source: "manager"})
	r := w.check("origin " + repository)
	r.SSH = []SSHRemote{{Name: "mirror", URL: "git@ssh.dev.azure.com:v3/contoso/web/web", Organization: "contoso", Login: "git@ssh.dev.azure.com"}}
	var got bytes.Buffer
	if err := report.WriteJSON(&got, r); err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("testdata", "report.json"), got.String())

	got.Reset()
	if err := report.WriteJSON(&got, w.check()); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"version\": 1,\n  \"exit\": 3,\n  \"credentials\": []\n}\n"; got.String() != want {
		t.Errorf("of nothing: %s", got.String())
	}
}

func TestTheExitStatusIsThatOfTheWorst(t *testing.T) {
	t.Parallel()
	for states, want := range map[string]int{
		"": 3, "live": 0, "dead": 1, "unknown": 2, "none": 3,
		"live none": 3, "none unknown": 2, "unknown dead none live": 1, "live live": 0,
	} {
		r := Report{}
		for _, state := range strings.Fields(states) {
			r.Credentials = append(r.Credentials, Credential{State: state})
		}
		if got := r.exit(); got != want {
			t.Errorf("%q: exit status %d, want %d", states, got, want)
		}
	}
}

func TestACheckLeavesNoTrace(t *testing.T) {
	t.Parallel()
	for _, v := range []validate.Verdict{decided(lives), decided(expired), {}} {
		w := newWorld(t)
		w.verdict = v
		w.keep(store.Entry{Username: "bob", Password: secret.New(otherPAT), Until: noon.Add(time.Hour), Source: "manager"})
		before := w.ring.Items()
		w.check(repository)
		if diff := cmp.Diff(before, w.ring.Items()); diff != "" {
			t.Errorf("%s: the keyring changed: %s", v.State, diff)
		}
		for _, s := range []string{pat, otherPAT} {
			if _, ok := w.state.Recall("contoso", w.state.Fingerprint(secret.New(s))); ok {
				t.Errorf("%s: a verdict is remembered", v.State)
			}
		}
		if known := w.state.KnownOrganizations(); len(known) > 0 {
			t.Errorf("%s: noted %v", v.State, known)
		}
	}
}

func TestTheRepositoryOfTheURLIsAskedAboutWhateverGitTellsItsHelpers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.path, w.verdict = false, decided(lives)
	w.check("https://contoso@dev.azure.com/contoso/web/_git/web")
	want := []validate.Target{{Host: "dev.azure.com", Organization: "contoso", Sure: true, Repository: "web/_git/web"}}
	if diff := cmp.Diff(want, w.judged); diff != "" {
		t.Error(diff)
	}
}

func TestAnSSHRemoteIsNamedWithAWayToTestIt(t *testing.T) {
	t.Parallel()
	r := Report{SSH: []SSHRemote{{Name: "origin", URL: "git@ssh.dev.azure.com:v3/contoso/web/web", Organization: "contoso", Login: "git@ssh.dev.azure.com"}}}
	compare(t, filepath.Join("testdata", "ssh.txt"), report.Style{Unicode: true}.Format(r.Sections(noon)...))
}
