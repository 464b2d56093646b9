package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/store"
)

// How things are called in sentences.

// span writes a duration as people write it in Git's configuration: 5m, not 5m0s.
func span(d time.Duration) string {
	text := d.String()
	for _, empty := range []string{"m0s", "h0m"} {
		if cut, ok := strings.CutSuffix(text, empty); ok {
			text = cut + empty[:1]
		}
	}
	return text
}

// each names hosts of which every one is the subject of what follows.
func each(hosts []string) string {
	if len(hosts) == 1 {
		return hosts[0]
	}
	return hosts[0] + " (and " + strings.Join(hosts[1:], ", ") + ")"
}

// took is how long the way to a server takes, for people.
func took(d time.Duration) string {
	if d >= time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", max(d.Milliseconds(), 1))
}

// commonName is the name that people know an authority by, of its distinguished
// name (RFC 4514).
func commonName(subject string) string {
	for attribute := range strings.SplitSeq(subject, ",") {
		if name, ok := strings.CutPrefix(attribute, "CN="); ok {
			return name
		}
	}
	return subject
}

// shown is an inner helper's value. A shell command is not shown whole: people keep
// tokens in them.
func shown(value string) string {
	if short := brief(value); short != value && strings.HasPrefix(value, "!") {
		return "a shell command (" + short + ")"
	}
	return value
}

// brief is a value of credential.helper, and of one that only a shell can read no
// more than the beginning.
func brief(value string) string {
	if words := strings.Fields(value); strings.ContainsAny(value, ";{}()|&<>$`") && len(words) > 1 {
		return words[0] + " …"
	}
	return value
}

func shownAll(values []string) []string {
	var all []string
	for _, v := range values {
		all = append(all, shown(v))
	}
	return all
}

// subject is whom a helper was asked about.
func (b behind) subject() string {
	if a, ok := parseAddress(b.url, nil); ok && a.target.Organization != "" {
		return a.target.Organization
	}
	return strings.TrimPrefix(b.url, "https://")
}

// keysPage is where a person registers an SSH key.
func keysPage(organization string) string {
	if organization == "" {
		return "Azure DevOps (User settings, SSH public keys)"
	}
	return "https://dev.azure.com/" + organization + "/_usersSettings/keys"
}

// serverBase guesses where a server's collections stand: at /tfs if the path begins
// so, as it does unless somebody chose otherwise, or else at the root.
func serverBase(url string) string {
	parts := strings.SplitN(url, "/", 5) // https:, "", host, first segment, the rest
	if len(parts) > 3 && strings.EqualFold(parts[3], "tfs") {
		return strings.Join(parts[:4], "/")
	}
	return strings.Join(parts[:min(3, len(parts))], "/")
}

// quoted is a word for a shell's command line.
func quoted(word string) string {
	if strings.ContainsAny(word, "*?[] '\"$&;()") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// spelled is a name as people write it; Git lists names in lower case.
func spelled(name string) string {
	for _, right := range []string{"sslVerify", "extraHeader", "pinnedPubkey"} {
		if strings.EqualFold(right, name) {
			return right
		}
	}
	return name
}

// afterwards is what an error of the keyring's says behind "cannot be used".
func afterwards(err error) string {
	_, why, found := strings.Cut(err.Error(), store.ErrUnavailable.Error()+": ")
	if !found {
		why = err.Error()
	}
	return why
}

// cause is an error of the file system without what was being done at the time.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Error()
	}
	return err.Error()
}
