package configure

import "strings"

// Git runs a credential helper's value through sh, so what stands in it is shell
// text: an inner helper is one quoted word of the guard's own value.

// safe are the characters, besides letters and digits, that mean nothing to sh.
const safe = "-_./:=@%+,"

// quote makes one shell word of s (POSIX, Shell Command Language, 2.2.2).
func quote(s string) string {
	if plainWord(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// escape is quote with backslashes, for the program's own path: Git takes a value
// that begins with a quote for a helper's name, not for a path.
func escape(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if path[i] < 0x80 && !plainWord(path[i:i+1]) {
			b.WriteByte('\\')
		}
		b.WriteByte(path[i])
	}
	return b.String()
}

func plainWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"+safe) == ""
}

// word is one word of a shell command.
type word struct {
	raw     string // as written, with its quotes
	text    string // what the command gets; as written if the shell would expand it
	expands bool
}

// split takes a simple command apart. It reports false for anything else: a list,
// a pipe, a redirection, an assignment, a comment, an open quote. Expansions stay
// in the word as they are.
func split(command string) ([]word, bool) {
	var words []word
	for rest := strings.TrimLeft(command, " \t"); rest != ""; rest = strings.TrimLeft(rest, " \t") {
		w, after, ok := cutWord(rest)
		if !ok || rest[0] == '#' || len(words) == 0 && strings.Contains(w.text, "=") {
			return nil, false
		}
		words, rest = append(words, w), after
	}
	return words, len(words) > 0
}

// cutWord takes the first word off s, which does not begin with a space.
func cutWord(s string) (w word, rest string, ok bool) {
	var text strings.Builder
	expands := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t':
			return newWord(s[:i], text.String(), expands), s[i:], true
		case '\n', ';', '&', '|', '<', '>', '(', ')':
			return word{}, "", false
		case '\\':
			if i++; i == len(s) || s[i] == '\n' { // a continued line
				return word{}, "", false
			}
			text.WriteByte(s[i])
		case '\'':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return word{}, "", false
			}
			text.WriteString(s[i+1 : i+1+end])
			i += end + 1
		case '"':
			inside, length, closed := doubleQuoted(s[i+1:])
			if !closed {
				return word{}, "", false
			}
			expands = expands || strings.ContainsAny(s[i+1:i+1+length], "$`")
			text.WriteString(inside)
			i += length + 1
		case '$', '`', '*', '?', '[':
			expands = true
			text.WriteByte(c)
		default:
			expands = expands || c == '~' && i == 0
			text.WriteByte(c)
		}
	}
	return newWord(s, text.String(), expands), "", true
}

func newWord(raw, text string, expands bool) word {
	if expands {
		text = raw
	}
	return word{raw, text, expands}
}

// doubleQuoted undoes the backslashes up to the closing quote, and says how many
// bytes stand before that.
func doubleQuoted(s string) (text string, length int, closed bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), i, true
		case strings.HasPrefix(s[i:], "\\\n"): // a continued line
			return "", 0, false
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\", s[i+1]) >= 0:
			i++
		}
		b.WriteByte(s[i])
	}
	return "", 0, false
}
