package doctor

import (
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/inner"
)

// settingNames are the guard's keys in Git's configuration, as people write them.
var settingNames = []string{"recheckAfter", "copyFor", "timeout", "erase"}

// settingFindings tells which of the guard's own settings mean nothing, and what is
// in force.
func settingFindings(c gitconfig.Config, environ func(string) (string, bool)) ([]Finding, helper.Settings) {
	var found []Finding
	if value, _ := environ("ADO_GUARD"); value == "0" {
		found = append(found, switchedOff())
	}
	if value, _ := environ(inner.Mark); value != "" {
		found = append(found, markedAsInner())
	}
	settings, unreadable := helper.ReadSettings(func(name string) (string, bool) { return c.Get("adoguard", name) })
	for _, n := range unreadable {
		found = append(found, unreadableSetting(n))
	}
	var strange []string
	for _, e := range c.Entries() {
		known := slices.ContainsFunc(settingNames, func(name string) bool { return strings.EqualFold(name, e.Name) })
		if e.Section == "adoguard" && e.Subsection == "" && !known && !slices.Contains(strange, e.Name) {
			strange = append(strange, e.Name)
		}
	}
	for _, name := range strange {
		found = append(found, unknownSetting(name))
	}
	if len(found) == 0 {
		found = append(found, settingsInForce(settings))
	}
	return found, settings
}

// origin is the line of Git's configuration that makes the guard send nothing, by
// what validate says of it: "http.sslVerify=false: …". The zero Entry says that it
// was not a line, or that it cannot be told which.
func origin(c gitconfig.Config, words, url string) gitconfig.Entry {
	name, ok := strings.CutPrefix(words, "http.")
	if !ok {
		return gitconfig.Entry{}
	}
	name = strings.ToLower(name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))])
	var best gitconfig.Entry
	var how gitconfig.Specificity
	for _, e := range c.Entries() {
		if e.Section != "http" || e.Name != name {
			continue
		}
		if name == "extraheader" && !strings.HasPrefix(strings.ToLower(e.Value), "authorization") {
			continue
		}
		s, matches := gitconfig.Specificity{}, e.Subsection == ""
		if !matches {
			s, matches = gitconfig.Match(e.Subsection, url)
		}
		if matches && !s.Less(how) {
			best, how = e, s
		}
	}
	return best
}
