package helper

import (
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/store"
)

// statePrefix begins the guard's own values of state[] (Git manual, git-credential:
// a value begins with the name of the helper that it belongs to).
const statePrefix = "ado-guard."

// takeState takes the guard's own state[] out of a request: the fingerprint of the
// answer that Git comes back with because the server refused it. Inner helpers see
// theirs only.
func takeState(request Message) (Message, store.Fingerprint) {
	var fp store.Fingerprint
	kept := request.Without(func(key, value string) bool {
		own, ok := strings.CutPrefix(value, statePrefix)
		if key != "state[]" || !ok {
			return false
		}
		fp = store.Fingerprint(own)
		return true
	})
	return kept, fp
}

// answer is what Git is told of a candidate.
//
// Where Git can come back within the same command (2.46 and later announce
// capability[]=state), an answer that was not proven live in this very call asks it
// to: on 401 Git then calls get once more instead of giving up. The second answer
// never asks again, so that Git's own erase works as ever, and an inner helper that
// uses the round for itself keeps it.
func (c *call) answer(found candidate, proven bool) Message {
	announced := slices.Contains(c.request.List("capability[]"), "state")
	if proven || !announced || c.refused != "" || found.unjudged || found.fp == "" || found.answer.Has("continue") {
		return found.answer
	}
	m := found.answer
	if !slices.Contains(m.List("capability[]"), "state") {
		m = m.WithFirst("capability[]", "state")
	}
	return m.With("state[]", statePrefix+string(found.fp)).With("continue", "1")
}
