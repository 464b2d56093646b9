package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestTheStoryIsTrue tells it as it is, and once with a guard that is switched
// off, where it has to be noticed that nothing heals.
func TestTheStoryIsTrue(t *testing.T) {
	directory := t.TempDir()
	if err := build(directory); err != nil {
		t.Fatal(err)
	}
	told, err := tell(directory)
	if err != nil {
		t.Fatalf("%v\n%s", err, told.text())
	}
	text := told.text()
	for _, part := range []string{
		"  $ git fetch\n  fatal: https://dev.azure.com/contoso/web/_git/web/info/refs not valid: is this a git repository?\n",
		"=> Stuck.", "  ado-guard: ", "main       -> origin/main\n", "=> Healed",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the text lacks %q:\n%s", part, text)
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) {
		t.Errorf("the text is not plain ASCII:\n%q", text)
	}
	for decoder := xml.NewDecoder(strings.NewReader(told.svg())); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
	}

	off, err := tell(t.TempDir(), "ADO_GUARD=0")
	if err == nil || !strings.Contains(err.Error(), "with the guard git fetch failed") {
		t.Errorf("with the guard switched off: %v\n%s", err, off.text())
	}
}

func TestLongLinesAreBrokenBetweenWords(t *testing.T) {
	t.Parallel()
	words := strings.Repeat("word ", 50)
	parts := wrapped(strings.TrimSpace(words) + " " + strings.Repeat("x", 250))
	if got := strings.Join(strings.Fields(strings.Join(parts, " ")), ""); got != strings.ReplaceAll(words, " ", "")+strings.Repeat("x", 250) {
		t.Errorf("letters were lost: %q", parts)
	}
	for _, part := range parts {
		if len(part) > columns {
			t.Errorf("too long: %q", part)
		}
	}
}
