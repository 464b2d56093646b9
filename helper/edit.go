package helper

import (
	"slices"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

// With returns the message with one attribute more at its end.
func (m Message) With(key, value string) Message {
	return m.insert(len(m.lines), newLine(key, value, ""))
}

// WithFirst returns the message with one attribute more at its beginning, where a
// capability must stand.
func (m Message) WithFirst(key, value string) Message {
	return m.insert(0, newLine(key, value, ""))
}

// WithSecret returns the message with one secret attribute more at its end.
func (m Message) WithSecret(key string, value secret.Secret) Message {
	return m.insert(len(m.lines), line{key: key, hidden: value})
}

// Without returns the message without the attributes that drop picks.
// It is shown the value of those that are no secret.
func (m Message) Without(drop func(key, value string) bool) Message {
	kept := Message{rest: m.rest}
	for _, l := range m.lines {
		if !drop(l.key, l.value) {
			kept.lines = append(kept.lines, l)
		}
	}
	return kept
}

// Then returns what Git would have read from two helpers one after the other.
func (m Message) Then(next Message) Message {
	return Message{lines: slices.Concat(m.closed().lines, next.lines), rest: next.rest}
}

// insert puts a line where it belongs, with the line ending of its neighbours.
func (m Message) insert(at int, l line) Message {
	m = m.closed()
	l.end = "\n"
	if len(m.lines) > 0 {
		l.end = m.lines[0].end
	}
	return Message{lines: slices.Insert(m.lines, at, l), rest: m.rest}
}

// closed returns a copy whose last line has an ending even if the file had none.
func (m Message) closed() Message {
	lines := slices.Clone(m.lines)
	if n := len(lines); n > 0 && lines[n-1].end == "" {
		lines[n-1].end = "\n"
		if n > 1 {
			lines[n-1].end = lines[n-2].end
		}
	}
	return Message{lines: lines, rest: m.rest}
}
