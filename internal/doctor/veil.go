package doctor

import (
	"regexp"
	"strings"
	"sync"
)

// veil hides what has no place in a diagnosis, which people paste into support
// tickets. The checks show no secret that they know of, but lines of Git's
// configuration are quoted, and people write anything there: a proxy with its
// password, a helper that echoes a token. So every sentence goes through it.
type veil struct {
	home string // shown as ~
}

const hidden = "[hidden]"

// hiding is the looks of a secret and what is left of it.
type hiding struct {
	secret *regexp.Regexp
	shown  string
}

// hide are all of them, made when they are first needed: every start of the program
// would pay for them, and Git starts it at every fetch.
var hide = sync.OnceValue(func() []hiding {
	return []hiding{
		// A password in a URL, and a user name longer than one can be.
		{regexp.MustCompile(`(\w://[^\s/@:]*):[^\s/@]*@`), `$1:` + hidden + `@`},
		{regexp.MustCompile(`(\w://)[^\s/@:]{51,}([:@])`), `$1` + hidden + `$2`},
		// A header, an assignment and an option by their names.
		{regexp.MustCompile(`(?i)(authorization\s*[:=]\s*(?:basic|bearer|negotiate|token)\s+)[^\s'"]+`), `$1` + hidden},
		{regexp.MustCompile(`(?i)((?:password|passwd|token|secret|pat)\s*=\s*)[^\s'";]+`), `$1` + hidden},
		{regexp.MustCompile(`(?i)(--?[\w-]*(?:password|passwd|token|secret|pat)[\s=]+)[^\s'";]+`), `$1` + hidden},
		// A JSON Web Token (RFC 7519), and a personal access token of either form: no
		// name of an organization, a person or a file has so many letters and digits in
		// a row.
		{regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?`), hidden},
		{regexp.MustCompile(`[A-Za-z0-9+=]{52,}`), hidden},
	}
})

func (v veil) over(text string) string {
	for _, h := range hide() {
		text = h.secret.ReplaceAllString(text, h.shown)
	}
	if home := strings.TrimRight(v.home, `/\`); home != "" {
		for _, h := range []string{home, strings.ReplaceAll(home, `\`, "/")} { // Git has the latter on Windows
			text = strings.ReplaceAll(text, h+"/", "~/")
			text = strings.ReplaceAll(text, h+`\`, `~\`)
		}
	}
	return text
}

func (v veil) overAll(texts []string) []string {
	var veiled []string
	for _, text := range texts {
		veiled = append(veiled, v.over(text))
	}
	return veiled
}
