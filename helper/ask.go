package helper

import (
	"context"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// ask puts the request to the inner helpers as Git would (credential_fill in
// Git's credential.c): in order, each one told what those before it answered,
// until the credential is complete or somebody says quit. An answer whose
// password_expiry_utc has passed counts as none; the next one is asked.
//
// The answer is what Git would have read, byte for byte if only one helper had
// something to say.
func (c *call) ask(ctx context.Context, quiet bool) Message {
	var answer Message
	for _, program := range c.inner(ctx).Programs {
		if quiet && QuirksOf(program.Value()).AsksAlways {
			continue
		}
		part := c.askOne(ctx, program, overlay(c.request, answer), quiet)
		if part.Expired(c.Now()) {
			part = part.Without(expiring)
		}
		if answer.Empty() {
			answer = part
		} else if !part.Empty() {
			answer = answer.Then(part)
		}
		if overlay(c.request, answer).Complete() || answer.Flag("quit") {
			break
		}
		if part.broken() && !quiet { // what Git says of it when it reads the line itself
			c.Notices.Print(notice.BadAnswer(ProgramName(program.Value())))
		}
	}
	return answer
}

// askHost asks those inner helpers that are mere stores once more, for the whole host.
// They tell credentials apart by path, and know nothing of organizations: what they
// were given for another repository, or before Git sent any path, they find only so.
func (c *call) askHost(ctx context.Context) Message {
	request := c.request.Without(func(key, _ string) bool { return key == "path" })
	for _, program := range c.inner(ctx).Programs {
		if !QuirksOf(program.Value()).NeverAsks {
			continue
		}
		answer := c.askOne(ctx, program, request, true)
		if !answer.Expired(c.Now()) && overlay(request, answer).Complete() {
			return answer.Without(func(key, _ string) bool { return key == "path" })
		}
	}
	return Message{}
}

// askOne puts a request to one helper. A path that was added for its sake only is
// taken out of its answer again.
func (c *call) askOne(ctx context.Context, program Program, request Message, quiet bool) Message {
	told := WithOrganization(request, c.target, QuirksOf(program.Value()))
	answer, _ := program.Run(ctx, ActionGet, told, quiet) // what was printed counts whatever the error; Run has traced it
	if added := told.Get("path"); !request.Has("path") && added != "" {
		answer = answer.Without(func(key, value string) bool { return key == "path" && value == added })
	}
	return answer
}

// overlay is what Git would tell the next helper after an answer: its attributes
// replace those of the request, its lists continue them.
func overlay(request, answer Message) Message {
	if answer.Empty() {
		return request
	}
	base := request.Without(func(key, _ string) bool {
		return !strings.HasSuffix(key, "[]") && answer.Has(key)
	})
	return base.Then(Message{lines: answer.lines}).Without(func(key, _ string) bool {
		return key == "quit" || key == "continue"
	})
}

// expiring are the attributes that Git drops with an expired password.
func expiring(key, _ string) bool {
	switch key {
	case "password", "credential", "password_expiry_utc", "oauth_refresh_token":
		return true
	}
	return false
}

// WithOrganization tells a helper that needs it the organization in path, when Git
// sends none, as for the address https://contoso@dev.azure.com (GCM #1619). A server
// has no organization, and in the other addresses it is the host's.
func WithOrganization(request Message, t validate.Target, quirks Quirks) Message {
	if !quirks.WantsPath || t.Organization == "" || t.Server || t.Host != "dev.azure.com" || request.Has("path") {
		return request
	}
	return request.With("path", t.Organization)
}

// mayErase is the comparison before an erase. A helper is told to erase a secret
// only if it still holds that very one: some helpers remove whatever they have, so
// a late erase would take a newer token with it (GCM's erase compares nothing).
// Where the look showed nothing, there is nothing to lose and the erase is passed on.
func mayErase(given, held Message) bool {
	if !given.Has("password") || !held.Has("password") {
		return true
	}
	return held.Secret("password").Equal(given.Secret("password"))
}
