package places

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// WithoutPassword is a URL without the password in it.
func WithoutPassword(u *url.URL) *url.URL {
	plain := *u
	if u.User != nil {
		plain.User = url.User(u.User.Username())
	}
	return &plain
}

// Shown is a URL fit to be shown, and to be copied into a command: without its
// password, without a username that may be a token, and with every character escaped
// that means something to a shell.
func Shown(u *url.URL) string {
	plain := WithoutPassword(u)
	if name := u.User.Username(); name == "" || notice.Username(name) != name {
		plain.User = nil
	}
	var b strings.Builder
	for _, c := range []byte(plain.String()) {
		if strings.IndexByte("$&'()*;!", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// ShownText is what somebody gave for a URL, fit to be shown, be it one or not.
func ShownText(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw[strings.LastIndex(raw, "@")+1:] // before it may stand a password
	}
	return Shown(u)
}

// inside is the credential that a URL holds itself.
func inside(u *url.URL) validate.Credential {
	password, _ := u.User.Password()
	return validate.Credential{Username: u.User.Username(), Secret: secret.New(password)}
}

// Remote is a remote of the current repository.
type Remote struct {
	Name string
	URL  string // as Git uses it, url.<base>.insteadOf applied; may hold a password
}

// Remotes returns the remotes of the repository that git runs in, those for pushing
// too where they differ, in Git's order. The error says, for one, that there is no
// repository.
func Remotes(ctx context.Context, git gitconfig.Runner) ([]Remote, error) {
	out, err := git(ctx, "remote", "--verbose")
	if err != nil {
		return nil, fmt.Errorf("finding the remotes: %w", err)
	}
	var remotes []Remote
	for line := range strings.Lines(string(out)) {
		name, rest, _ := strings.Cut(line, "\t")
		end := max(strings.LastIndex(rest, " (fetch)"), strings.LastIndex(rest, " (push)"))
		if end < 0 {
			continue
		}
		r := Remote{name, rest[:end]}
		if !slices.Contains(remotes, r) {
			remotes = append(remotes, r)
		}
	}
	return remotes, nil
}

// SSH is an address at Azure DevOps that Git reaches over SSH, where no credential
// helper is asked.
type SSH struct {
	URL          string // without a password
	Login        string // git@ssh.dev.azure.com, for ssh -T
	Organization string
}

// ParseSSH recognizes the addresses git@ssh.dev.azure.com:v3/{organization}/…, the
// older {organization}@vs-ssh.visualstudio.com:…, and both in the form ssh://.
func ParseSSH(address string) (SSH, bool) {
	login, path, _ := strings.Cut(address, ":")
	shown := address
	if u, err := url.Parse(address); err == nil && u.Scheme == "ssh" {
		login, path = u.User.Username()+"@"+u.Hostname(), strings.TrimPrefix(u.Path, "/")
		shown = Shown(u)
	}
	user, host, _ := strings.Cut(login, "@")
	organization := user
	switch host = strings.ToLower(host); host {
	case "ssh.dev.azure.com":
		below, _ := strings.CutPrefix(path, "v3/")
		organization, _, _ = strings.Cut(below, "/")
		if below == path {
			return SSH{}, false
		}
	case "vs-ssh.visualstudio.com":
	default:
		return SSH{}, false
	}
	if !organizationName(user) || !organizationName(organization) { // both are shown within commands and addresses
		return SSH{}, false
	}
	return SSH{URL: shown, Login: user + "@" + host, Organization: organization}, true
}

func organizationName(name string) bool {
	t, _ := validate.Recognize(validate.Request{Protocol: "https", Host: "dev.azure.com", Path: name}, nil)
	return name != "" && t.Organization == name
}
