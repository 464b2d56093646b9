package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSONIsPrintableAndReadsBackTheSame(t *testing.T) {
	t.Parallel()
	value := Section{Title: "ü <a&b>", Lines: []Line{
		{Mark: Problem, Name: "日本", Text: "a\x1b[31m\u009b\u202e\x7f\U000e0001", Remedies: []string{"x"}},
		{Name: "plain"},
	}}
	var b bytes.Buffer
	if err := WriteJSON(&b, value); err != nil {
		t.Fatal(err)
	}
	want := `{
  "title": "ü <a&b>",
  "lines": [
    {
      "mark": "problem",
      "name": "日本",
      "text": "a\u001b[31m\u009b\u202e\u007f\udb40\udc01",
      "remedies": [
        "x"
      ]
    },
    {
      "name": "plain",
      "text": ""
    }
  ]
}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	var read struct{ Lines []struct{ Text string } }
	if err := json.Unmarshal(b.Bytes(), &read); err != nil || read.Lines[0].Text != value.Lines[0].Text {
		t.Errorf("read back %q, %v", read.Lines[0].Text, err)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestJSONThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	if err := WriteJSON(full{}, 1); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
