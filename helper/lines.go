package helper

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// lines reads a stream line by line within the limits of the protocol.
type lines struct {
	in   *bufio.Reader
	left int
}

func newLines(r io.Reader, most int) *lines {
	return &lines{in: bufio.NewReader(r), left: most}
}

// next returns a line and what ended it: "\n", "\r\n", or "" at the end of the
// file. At the end both are empty. Errors are ErrLongLine, ErrTooLong, or what
// reading returned.
func (l *lines) next() (text, end string, err error) {
	var b strings.Builder
	for {
		part, err := l.in.ReadSlice('\n')
		b.Write(part)
		if l.left -= len(part); l.left < 0 {
			return "", "", ErrTooLong
		}
		if err == nil || errors.Is(err, io.EOF) {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return "", "", err
		}
		if b.Len() > maxLine+len("\r\n") {
			return "", "", ErrLongLine
		}
	}
	text = b.String()
	for _, end := range []string{"\r\n", "\n"} {
		if cut, ok := strings.CutSuffix(text, end); ok {
			return within(cut, end)
		}
	}
	return within(text, "")
}

func within(text, end string) (string, string, error) {
	if len(text) > maxLine {
		return "", "", ErrLongLine
	}
	return text, end, nil
}
