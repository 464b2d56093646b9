package standin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// credential does get, store and erase, in the mode that is set.
func (p *program) credential(action string, r request) error {
	if p.settings.Mode == "verbatim" {
		if action == "get" {
			return p.directory.copyAnswer(p.out)
		}
		return nil
	}
	service, account, err := r.key(action)
	if err != nil {
		return err
	}
	switch action {
	case "get":
		found, continued, err := p.get(r, service, account)
		if errors.Is(err, cancelled) && p.settings.Version >= 3 {
			fmt.Fprint(p.out, "quit=1\n\n")
		}
		if err == nil {
			p.answer(r, found, continued)
		}
		return err
	case "store":
		return p.store(r, service)
	default:
		return p.erase(service, account)
	}
}

// get finds the credential. It may be continued (GCM 3.0): if the server refuses
// it, Git is to come back, which has the same effect as an erase and a get.
func (p *program) get(r request, service, account string) (found Credential, continued bool, err error) {
	if p.settings.Mode == "managed-identity" {
		found, err = p.directory.next(false)
		return found, false, err
	}
	states := p.settings.Version >= 3 && r.has("capability[]", "state")
	if states && r.has("state[]", "gcm.") {
		if err := p.erase(service, account); err != nil {
			return found, false, err
		}
	}
	kept, err := p.directory.contents()
	if err != nil {
		return found, false, err
	}
	if p.settings.Mode == "oauth" {
		if cached, ok := kept.Cached[service]; ok {
			return cached, false, nil
		}
		found, err = p.prompt(service)
		if err != nil {
			return found, false, err
		}
		return found, false, p.directory.change(func(c *contents) { c.Cached[service] = found })
	}
	if i := kept.find(service, account); i >= 0 {
		return kept.Credentials[i], states, nil
	}
	found, err = p.prompt(service)
	return found, false, err
}

// prompt opens the dialog.
func (p *program) prompt(service string) (Credential, error) {
	interactive, _ := p.lookup("GCM_INTERACTIVE")
	switch strings.ToLower(interactive) {
	case "never", "0", "false", "no", "off":
		return Credential{}, cannotPrompt
	}
	if err := p.call.prompted(); err != nil {
		return Credential{}, err
	}
	time.Sleep(p.settings.Prompt)
	if p.settings.Cancel {
		return Credential{}, cancelled
	}
	typed, err := p.directory.next(true)
	typed.Service = service
	return typed, err
}

// answer writes the attributes in GCM's order.
func (p *program) answer(r request, found Credential, continued bool) {
	var b strings.Builder
	line := func(key, value string) { fmt.Fprintf(&b, "%s=%s%s", key, value, p.settings.lineEnd()) }
	if continued {
		line("capability[]", "state")
	}
	line("protocol", r.get("protocol"))
	line("host", r.get("host"))
	if path := r.get("path"); path != "" {
		line("path", path)
	}
	line("username", found.Username)
	line("password", found.Password)
	if continued {
		line("state[]", "gcm.stored")
		line("continue", "1")
	}
	fmt.Fprint(p.out, b.String()+p.settings.lineEnd())
}

func (p *program) store(r request, service string) error {
	given := Credential{Service: service, Username: r.get("username"), Password: r.get("password")}
	if p.settings.Mode != "pat" {
		return nil // OAuth keeps its own cache and binds the account; a managed identity keeps nothing
	}
	return p.directory.Store(given)
}

// erase removes what GCM would. In OAuth mode that is only the binding of the
// organization to an account: the token stays in the cache and comes back.
func (p *program) erase(service, account string) error {
	if p.settings.Mode != "pat" {
		return nil
	}
	return p.directory.change(func(c *contents) {
		for {
			i := c.find(service, account)
			if i < 0 {
				return
			}
			c.Credentials = slices.Delete(c.Credentials, i, i+1)
			if p.settings.Erase == "first" {
				return
			}
		}
	})
}
