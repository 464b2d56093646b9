package validate

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// Credential is what is judged: the pair that Git would send.
type Credential struct {
	Username string
	Secret   secret.Secret
}

// userinfo opens the secret: the only place in this package that does.
func (c Credential) userinfo() *url.Userinfo {
	return url.UserPassword(c.Username, c.Secret.Reveal())
}

const (
	retryPause    = 100 * time.Millisecond // before the second try
	retryPatience = time.Second            // the longest Retry-After that is waited for
)

// newClient makes the client that asks over a link. Of go-retryablehttp's defaults none
// remains: it logs nothing, follows no redirect, tries a second time at most and only
// where that helps, keeps the last answer, and has no clock of its own.
func newClient(l *link) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     l,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     1,
		CheckRetry:   worthASecondTry,
		Backoff:      pause,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// worthASecondTry says yes to 502, 503 and 504 and to a connection that broke, if
// there is time for it: never after a refusal, a failed name or TLS, a timeout or a 429.
func worthASecondTry(ctx context.Context, answer *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil
	}
	if err != nil {
		return broken(err), nil
	}
	switch answer.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return false, nil
	}
	wait := pause(0, 0, 0, answer)
	deadline, ok := ctx.Deadline()
	return wait <= retryPatience && (!ok || time.Until(deadline) > wait), nil
}

// pause is how long to wait before the second try: what the server asks for in
// seconds, or next to nothing.
func pause(_, _ time.Duration, _ int, answer *http.Response) time.Duration {
	if answer == nil {
		return retryPause
	}
	asked := answer.Header.Get("Retry-After")
	if asked == "" {
		return retryPause
	}
	seconds, err := strconv.ParseUint(asked, 10, 32)
	if err != nil {
		return retryPatience + 1 // a date or worse: too long
	}
	return max(retryPause, time.Duration(seconds)*time.Second)
}
