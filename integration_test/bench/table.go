package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// row is one line of the table: what something costs, compared with something else.
type row struct {
	what    string
	against string
	got     float64
	most    float64 // the bound; 0 is none
	unit    unit
	missing string // why it could not be measured
}

// unit is how a figure is written.
type unit string

const (
	multiple     unit = "%.2f"
	roundTrips   unit = "%+.2f round trips"
	milliseconds unit = "%+.1f ms"
	questions    unit = "%g of each question"
	megabytes    unit = "%.1f MB"
)

func (u unit) of(value float64) string { return fmt.Sprintf(string(u), value) }

// over reports whether a row is outside its bound.
func (r row) over() bool { return r.most != 0 && r.missing == "" && r.got > r.most }

// verdict is the last word of a row.
func (r row) verdict() string {
	switch {
	case r.missing != "":
		return "missing: " + r.missing
	case r.over():
		return "**over**"
	default:
		return "ok"
	}
}

// inside reports whether all rows are inside their bounds, and, if r.over() || strict, whether
// all rows with a bound were measured.
func inside(table []row, strict bool) bool {
	for _, r := range table {
		if r.over() || strict && r.most != 0 && r.missing != "" {
			return false
		}
	}
	return true
}

// markdown writes the table: first what has a bound, then the rest.
func markdown(table []row) string {
	var bounded, free strings.Builder
	for _, r := range table {
		got := r.unit.of(r.got)
		switch {
		case r.most != 0 && r.missing != "":
			fmt.Fprintf(&bounded, "| %s | %s | %s | – | %s |\n", r.what, r.against, r.unit.of(r.most), r.verdict())
		case r.most != 0:
			fmt.Fprintf(&bounded, "| %s | %s | %s | %s | %s |\n", r.what, r.against, r.unit.of(r.most), got, r.verdict())
		case r.missing != "":
			fmt.Fprintf(&free, "| %s | %s | %s |\n", r.what, r.against, r.verdict())
		default:
			fmt.Fprintf(&free, "| %s | %s | %s |\n", r.what, r.against, got)
		}
	}
	var text strings.Builder
	if bounded.Len() > 0 {
		text.WriteString("| what | against | at most | measured | |\n|---|---|---|---|---|\n" + bounded.String())
	}
	if bounded.Len() > 0 && free.Len() > 0 {
		text.WriteString("\n")
	}
	if free.Len() > 0 {
		text.WriteString("| what | against | measured |\n|---|---|---|\n" + free.String())
	}
	return text.String()
}

// introduction says when, where and how the table was made.
func introduction(rounds int) string {
	machine := fmt.Sprintf("%d cores", runtime.NumCPU())
	if memory := memorySize(); memory != "" {
		machine += " and " + memory
	}
	return fmt.Sprintf(`Measured on %s (%s, %s): medians of %d interleaved rounds of whole processes, as a
multiple of what stands in the second column. `+"`go run ./integration_test/bench`"+` measures again;
[docs/performance.md](docs/performance.md) says where the time goes.
`, time.Now().UTC().Format(time.DateOnly), runtime.GOOS, machine, rounds)
}

// memorySize is how much memory the machine has, "" where that is not easily told.
func memorySize() string {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return ""
	}
	var kilobytes float64
	if _, err := fmt.Sscanf(string(text), "MemTotal: %f kB", &kilobytes); err != nil {
		return ""
	}
	return fmt.Sprintf("%.0f GB of memory", kilobytes*1024/1e9)
}

// The comments between which the table stands in a document.
const (
	tableBegin = "<!-- speed:begin -->"
	tableEnd   = "<!-- speed:end -->"
)

// replaceTable puts a text between the two comments of a file.
func replaceTable(file, text string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, begun := strings.Cut(string(content), tableBegin)
	_, after, ended := strings.Cut(rest, tableEnd)
	if !begun || !ended {
		return fmt.Errorf("writing the table into %s: it has no %s and %s", file, tableBegin, tableEnd)
	}
	return os.WriteFile(file, []byte(before+tableBegin+"\n"+text+tableEnd+after), 0o644)
}
