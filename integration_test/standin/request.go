package standin

import (
	"bufio"
	"io"
	"strings"
)

// request is what Git wrote: GCM takes LF or CRLF, stops at the first blank
// line and ignores what it does not know.
type request struct {
	text       string // verbatim
	attributes map[string][]string
}

func readRequest(in io.Reader) (request, error) {
	r := request{attributes: map[string][]string{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if err != nil && err != io.EOF {
			return r, err
		}
		r.text += line
		line = strings.TrimRight(line, "\r\n")
		if key, value, ok := strings.Cut(line, "="); ok {
			r.attributes[key] = append(r.attributes[key], value)
		}
		if line == "" || err == io.EOF {
			return r, nil
		}
	}
}

// get returns the last value of an attribute.
func (r request) get(key string) string {
	values := r.attributes[key]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// has reports whether a list attribute contains a value that begins so.
func (r request) has(key, beginning string) bool {
	for _, value := range r.attributes[key] {
		if strings.HasPrefix(value, beginning) {
			return true
		}
	}
	return false
}

// key returns what GCM files a credential under, and the user name that it looks
// at. For dev.azure.com that is the organization and no user name; the user name
// in the URL stands for the organization there, but only when GCM is asked to
// get: see GCM #1619. For every other host it is all that Git says of the URL.
func (r request) key(action string) (service, account string, err error) {
	host := strings.ToLower(r.get("host"))
	service = r.get("protocol") + "://" + host
	if host != "dev.azure.com" {
		return strings.TrimRight(service+"/"+r.get("path"), "/"), r.get("username"), nil
	}
	organization, _, _ := strings.Cut(r.get("path"), "/")
	if organization == "" && action == "get" {
		organization = r.get("username")
	}
	if organization == "" {
		return "", "", noOrganization
	}
	return service + "/" + strings.ToLower(organization), "", nil
}
