package validate

import (
	"net/http"
	"testing"
)

func BenchmarkRecognize(b *testing.B) {
	for name, r := range map[string]Request{
		"services":   {Protocol: "https", Host: "dev.azure.com", Path: "contoso/shop/_git/web"},
		"other_host": {Protocol: "https", Host: "github.com", Path: "contoso/shop.git"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Recognize(r, nil)
			}
		})
	}
}

// BenchmarkDecide is what becomes of three answers once they are there.
func BenchmarkDecide(b *testing.B) {
	target, ok := Recognize(Request{Protocol: "https", Host: "dev.azure.com", Path: "contoso/shop/_git/web"}, nil)
	if !ok {
		b.Fatal("not recognized")
	}
	header := http.Header{
		"X-Vss-E2eid":        {"5a3b1c0e-1111-2222-3333-444455556666"},
		"X-Tfs-Serviceerror": {"TF400813%3A+The+user+%27%27+is+not+authorized+to+access+this+resource."},
		"Content-Type":       {"application/json; charset=utf-8; api-version=7.1-preview.1"},
	}
	body := []byte(`{"authenticatedUser":{"id":"b2a0e0f2-7f4d-4f0e-8f3e-6a2f0f9c1d11","descriptor":"Microsoft.IdentityModel.Claims.ClaimsIdentity;x","providerDisplayName":"Alice"},"instanceId":"1"}`)
	for name, status := range map[string]int{"live": http.StatusOK, "dead": http.StatusUnauthorized} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var answers []Answer
				for _, p := range []Probe{Connection, Repository, Profile} {
					evidence, reason := Weigh(p, status, header, body)
					answers = append(answers, Answer{Probe: p, Status: status, Evidence: evidence, Reason: reason})
				}
				if v := Decide(target, answers); v.State.String() != name {
					b.Fatal(v.State)
				}
			}
		})
	}
}
