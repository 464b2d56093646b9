package helper

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/store/storetest"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// typical is what Git 2.46 and later write for a get.
const typical = "capability[]=authtype\ncapability[]=state\n" + contoso + "wwwauth[]=Bearer\nwwwauth[]=Basic realm=\"https://tfsprodweu3.visualstudio.com/\"\n\n"

func BenchmarkReadRequest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadRequest(strings.NewReader(typical)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteAnswer(b *testing.B) {
	answer, err := ReadAnswer(strings.NewReader(given("L")))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := answer.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGet is a whole get, each in a guard of its own as in a process of its own,
// with a real state directory and a keyring in memory.
func BenchmarkGet(b *testing.B) {
	ring := &storetest.MapRing{}
	dir := b.TempDir()
	guard := func() *Guard {
		state := store.Open(dir, time.Now, zerolog.Nop())
		return &Guard{
			Inner:    func(context.Context, validate.Request) Inner { return Inner{Topology: Alone} },
			Settings: func(context.Context) Settings { return DefaultSettings },
			Judge:    judgeFunc(func(string) validate.Verdict { return live }),
			Memory:   state, Copies: store.NewCopies(ring, state),
			Notices: notice.Printer{To: io.Discard}, Now: time.Now, Trace: zerolog.Nop(),
		}
	}
	handle := func(b *testing.B, action, request string) {
		if err := guard().Handle(b.Context(), action, strings.NewReader(request), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	handle(b, "store", contoso+given("L"))
	handle(b, "get", typical)

	for name, request := range map[string]string{"other_host": github, "remembered": typical} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				handle(b, "get", request)
			}
		})
	}
}
