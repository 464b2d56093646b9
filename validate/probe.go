package validate

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"

	"github.com/hashicorp/go-retryablehttp"
)

// askHost asks the questions of one round, each in a goroutine of its own, and sends
// one answer to each. The next is sent only when the one before is on its way, so that over
// HTTP/1.1, where one waits for the other, the one that can prove life comes first.
func (v *Validator) askHost(ctx context.Context, r round, c Credential, found chan<- Answer) {
	client, failure := v.connected(ctx, r)
	for _, q := range r.questions {
		if failure != nil {
			found <- q.unanswered(failure)
			continue
		}
		onItsWay := make(chan struct{})
		go func() {
			sent := sync.OnceFunc(func() { close(onItsWay) })
			defer sent()
			found <- v.askOne(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
				WroteHeaders: sent,
			}), client, q, &c)
		}()
		<-onItsWay
	}
}

// connected returns the client for a round, with its connection open.
func (v *Validator) connected(ctx context.Context, r round) (c *client, failure *Failure) {
	defer func() {
		if fault := recover(); fault != nil {
			v.fault("connect", fault)
			failure = explain(r.host, errFault)
		}
	}()
	if c, failure = v.client(r.host, r.settings); failure != nil {
		return nil, failure
	}
	if _, err := c.link.open(ctx); err != nil {
		return nil, explain(r.host, err)
	}
	return c, nil
}

// askOne asks one question and weighs what comes back.
func (v *Validator) askOne(ctx context.Context, client *client, q question, c *Credential) (a Answer) {
	defer func() {
		if fault := recover(); fault != nil {
			v.fault(string(q.probe), fault)
			a = q.unanswered(explain(client.link.host, errFault))
		}
	}()
	start := v.now()
	if r, err := v.fetch(ctx, client, q, c); err != nil {
		a = q.unanswered(explain(client.link.host, err))
	} else {
		a = q.answered(client.link.host, r)
	}
	a.Took = v.now().Sub(start)
	return a
}

// reply is what came back: the whole of an answer, or as much as is read of one.
type reply struct {
	status int
	header http.Header
	body   []byte // longer than bodyLimit if that is not all of it; nil for the repository, whose body is not read
	cut    error  // why the body ended too early, or nil
}

// fetch sends a question. Without a credential it asks as nobody.
func (v *Validator) fetch(ctx context.Context, client *client, q question, c *Credential) (reply, error) {
	request, err := v.request(ctx, q, c)
	if err != nil {
		return reply{}, err
	}
	response, err := client.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close() //nolint:errcheck // nothing more is wanted of it
	// When the time is up the connection is closed, and a server may take its last
	// chance to end in good form what it has not answered: that is no answer.
	if ctx.Err() != nil {
		return reply{}, ctx.Err()
	}
	r := reply{status: response.StatusCode, header: response.Header}
	if q.probe != Repository {
		r.body, r.cut = io.ReadAll(io.LimitReader(response.Body, bodyLimit+1))
		r.cut = cmp.Or(r.cut, ctx.Err())
	}
	return r, nil
}

// request makes a question ready to be sent.
func (v *Validator) request(ctx context.Context, q question, c *Credential) (*retryablehttp.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, q.url, nil)
	if err != nil {
		return nil, err
	}
	agent := cmp.Or(v.UserAgent, "git-credential-ado-guard")
	request.Header.Set("User-Agent", agent)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Pragma", "no-cache") // as Git does
	if c != nil {
		// Without this a rejection is a redirect to the sign-in page.
		request.Header.Set("X-TFS-FedAuthRedirect", "Suppress")
		user := c.userinfo()
		password, _ := user.Password()
		request.SetBasicAuth(user.Username(), password)
	}
	if q.probe == Repository { // to be answered as Git will be
		request.Header.Set("User-Agent", "git/2.40 ("+agent+")")
		request.Header.Set("Git-Protocol", "version=2")
	}
	return retryablehttp.FromRequest(request)
}

// answered weighs a reply. One that broke off, or is too long, may still hold a proof of
// life, but no rejection: what would have excused it may be in the part that is missing.
func (q question) answered(host string, r reply) Answer {
	a := Answer{Probe: q.probe, URL: q.url, Status: r.status, Detail: r.detail()}
	a.Evidence, a.Reason = Weigh(q.probe, r.status, r.header, r.body)
	if len(r.body) > bodyLimit && (a.Evidence == Rejected || a.Evidence == Expired) {
		a.Evidence, a.Reason = Nothing, ReasonUnclear
	}
	if r.cut != nil {
		a.Err = explain(host, r.cut)
		if a.Evidence != Lives {
			a.Evidence, a.Reason, a.Detail = Nothing, ReasonUnreachable, a.Err.Words
		}
	}
	return a
}

// unanswered is the answer to a question that got none.
func (q question) unanswered(why *Failure) Answer {
	return Answer{Probe: q.probe, URL: q.url, Reason: why.Reason, Detail: why.Words, Err: why}
}

// detail is what came back in one line: the status, the code of Azure DevOps' message
// and whether a redirect leads to sign-in. No text of the server's is in it, not even
// the name of another host: it could be the secret, sent back.
func (r reply) detail() string {
	line := strconv.Itoa(r.status)
	code := messageCode(serviceError(r.header))
	if code == "" && r.status != http.StatusOK {
		code = messageCode(string(r.body))
	}
	if code != "" {
		line += " " + code
	}
	switch location := r.header.Get("Location"); {
	case signIn(location):
		line += " to sign-in"
	case location != "":
		line += " to elsewhere"
	}
	return line
}

// messageCode finds the code of a message of Azure DevOps': TF400813, VS403463.
func messageCode(text string) string {
	for i := 0; i+7 <= len(text); i++ {
		if text[i:i+2] != "TF" && text[i:i+2] != "VS" {
			continue
		}
		digits := 0
		for digits < 6 && i+2+digits < len(text) && '0' <= text[i+2+digits] && text[i+2+digits] <= '9' {
			digits++
		}
		if digits >= 5 {
			return text[i : i+2+digits]
		}
	}
	return ""
}
