package validate

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// A server that sends the secret back in every place there is does not get it
// into a trace, an answer or an error.
func TestWhatAServerSendsBackIsNotShown(t *testing.T) {
	t.Parallel()
	pair := base64.StdEncoding.EncodeToString([]byte("alice:" + aToken))
	texts := []string{aToken, pair, "Basic " + pair}
	for name, configure := range map[string]func(*httptest.Server){"HTTP/2": func(*httptest.Server) {}, "HTTP/1.1": http1} {
		for _, status := range []int{200, 203, 302, 401, 503} {
			for _, text := range texts {
				echo := func(w http.ResponseWriter, r *http.Request) {
					reply1(status, azure("X-TFS-ServiceError", text, "Location", "https://"+text+".example/"+text,
						"Retry-After", text, "Content-Type", text, "WWW-Authenticate", text, "X-VSS-UserData", text),
						`{"id":"`+text+`","message":"`+text+`"}`)(w, r)
				}
				checkSilence(t, fmt.Sprint(name, " ", status), answers{profilePath: echo, connectionPath: echo, repositoryPath: echo, statusPath: echo}, configure, texts)
			}
		}
	}
	for _, text := range texts {
		for name, line := range map[string]string{
			"as a status line": text + "\r\n\r\n",
			"as a status":      "HTTP/1.1 " + text + "\r\n\r\n",
			"as a header":      "HTTP/1.1 200 OK\r\n" + text + "\r\n\r\n",
			"as a length":      "HTTP/1.1 200 OK\r\nContent-Length: " + text + "\r\n\r\n",
			"as an encoding":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + text + "\r\n\r\n",
			"as a chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text + "\r\n",
		} {
			echo := func(w http.ResponseWriter, _ *http.Request) { hijack(w, line) }
			checkSilence(t, name, answers{profilePath: echo, connectionPath: echo, repositoryPath: echo, statusPath: echo}, http1, texts)
		}
	}
}

func checkSilence(t *testing.T, name string, answers answers, configure func(*httptest.Server), texts []string) {
	t.Helper()
	var trace bytes.Buffer
	v := serve(t, answers, configure).validator()
	v.Thorough = true
	v.Trace = zerolog.New(&trace)
	got := judge(t, v, aRepository)
	_, err := v.Health(t.Context())
	shown := fmt.Sprintf("%+v %#v %v %s", got, got, err, trace.String())
	for _, a := range got.Answers {
		shown += fmt.Sprint(a.Err)
	}
	for _, text := range texts {
		if strings.Contains(strings.ToLower(shown), strings.ToLower(text)) {
			t.Errorf("%s: %q is shown in %.2000s", name, text, shown)
		}
	}
}

func TestTheTraceTellsWhatWasAskedAnsweredAndDecided(t *testing.T) {
	t.Parallel()
	var trace bytes.Buffer
	v := serve(t, answers{profilePath: says401, connectionPath: says401, repositoryPath: says401, statusPath: reply1(200, nil, "{}")}).validator()
	v.Trace = zerolog.New(&trace)
	judge(t, v, aRepository)

	var told []string
	for line := range strings.Lines(trace.String()) {
		var event struct {
			Message, Probe, URL, Evidence, Reason, Detail, State, Organization string
			Status                                                             int
			Took                                                               *float64
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if event.Took == nil {
			t.Errorf("no time in %q", line)
		}
		told = append(told, strings.Join([]string{event.Message, event.Probe, event.Organization, event.State, event.Reason}, " "))
	}
	want := "asked connection   rejected\nasked repository   rejected\nasked profile   rejected\nasked status   " + string(ReasonUnclear) + "\ndecided  contoso dead rejected"
	if got := strings.Join(told, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSettingsAndCredentialsPrintNoSecret(t *testing.T) {
	t.Parallel()
	hidden := Settings{ProxyPassword: secret.New(aToken)}
	for _, shown := range []string{
		fmt.Sprintf("%v %+v %#v", hidden, hidden, hidden),
		fmt.Sprintf("%v %+v %#v", aCredential, aCredential, &aCredential),
	} {
		if strings.Contains(shown, aToken) {
			t.Errorf("%s", shown)
		}
	}
}
