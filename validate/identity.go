package validate

import (
	"encoding/json"
	"net/http"
	"strings"
)

// identity is as whom an answer sees the one who asked.
type identity int

const (
	nobody identity = iota // it does not say
	someone
	anonymous
)

// anonymousID is the identity of everybody who is nobody: what a dead token gets
// from an organization that allows public projects.
const anonymousID = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"

// identityOf reads as whom the answer sees the credential. Only a 200 with JSON
// says; a repository never does, since a public one answers anybody.
func identityOf(probe Probe, status int, body []byte) identity {
	if status != http.StatusOK {
		return nobody
	}
	switch probe {
	case Profile:
		var profile struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(body, &profile) == nil && realID(profile.ID) {
			return someone
		}
	case Connection:
		var connection struct {
			User struct {
				ID         string `json:"id"`
				Descriptor any    `json:"descriptor"` // a text, but not at every old Server
			} `json:"authenticatedUser"`
		}
		if json.Unmarshal(body, &connection) != nil {
			return nobody
		}
		descriptor, _ := connection.User.Descriptor.(string)
		public := strings.HasPrefix(descriptor, "System:PublicAccess")
		unnamed := strings.EqualFold(connection.User.ID, anonymousID)
		switch {
		case public && (unnamed || realID(connection.User.ID)), unnamed && descriptor == "":
			return anonymous
		case realID(connection.User.ID):
			return someone
		}
	}
	return nobody
}

// realID reports whether a text is a GUID that can belong to somebody.
func realID(id string) bool {
	if len(id) != 36 || strings.EqualFold(id, anonymousID) || strings.Trim(id, "0-") == "" {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F'):
			return false
		}
	}
	return true
}
