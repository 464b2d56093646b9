package gitconfig

import (
	"fmt"
	"strings"
	"testing"
)

// list is what `git config --list -z` prints for a person with many remotes.
func list() string {
	var b strings.Builder
	b.WriteString("credential.https://dev.azure.com.helper\n\x00credential.https://dev.azure.com.helper\nado-guard --helper manager\x00")
	b.WriteString("http.proxy\nhttp://proxy.example:8080\x00http.https://dev.azure.com.sslcainfo\n/etc/ssl/corporate.pem\x00")
	for i := range 200 {
		fmt.Fprintf(&b, "remote.r%d.url\nhttps://dev.azure.com/contoso/shop/_git/web%d\x00branch.b%d.remote\nr%d\x00", i, i, i, i)
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	text := list()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(text, false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHTTP is what one look-up costs of those that are made for each host.
func BenchmarkHTTP(b *testing.B) {
	entries, err := parse(list(), false)
	if err != nil {
		b.Fatal(err)
	}
	config := New(entries)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := config.HTTP("sslcainfo", "https://dev.azure.com/contoso/shop/_git/web"); !ok {
			b.Fatal("not found")
		}
	}
}

func BenchmarkCredentialHelpers(b *testing.B) {
	entries, err := parse(list(), false)
	if err != nil {
		b.Fatal(err)
	}
	config := New(entries)
	b.ReportAllocs()
	for b.Loop() {
		if len(config.CredentialHelpers("https://dev.azure.com/contoso/shop/_git/web")) != 1 {
			b.Fatal("not found")
		}
	}
}
