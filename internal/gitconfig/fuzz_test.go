package gitconfig

import (
	"strings"
	"testing"
)

// FuzzDuration reads any value as a span of time. None is negative, and what is
// read is the same when it is written again.
func FuzzDuration(f *testing.F) {
	for _, text := range []string{"300", "300s", "5m", "8h", "1h30m", "0", "-5", "-5s", "", " 5", "5 ", "9223372036854775807", "9223372037", "1e9s", "0x10", ".5s", "5µs", "+5", "5\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Duration(text)
		switch {
		case d < 0:
			t.Errorf("%q is %v", text, d)
		case err != nil && d != 0:
			t.Errorf("%q is %v, and %v", text, d, err)
		case err != nil:
			return
		}
		if again, err := Duration(d.String()); err != nil || again != d {
			t.Errorf("%q is %v, which is %v: %v", text, d, again, err)
		}
	})
}

// FuzzBool reads any value as a boolean. Case does not count, and a plain number is
// what it looks like.
func FuzzBool(f *testing.F) {
	for _, text := range []string{"true", "Yes", "ON", "false", "no", "off", "", "0", "1", "-1", "2k", "3G", "0x0", "99999999999", "k", "tru", "00", " 1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, err := Bool(text)
		if err != nil && value {
			t.Errorf("%q is true, and %v", text, err)
		}
		if lower, wrong := Bool(strings.ToLower(text)); isASCII(text) && (lower != value || (wrong == nil) != (err == nil)) {
			t.Errorf("%q is %t, %v; in lower case %t, %v", text, value, err, lower, wrong)
		}
	})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 })
}

// FuzzList reads any bytes as the output of `git config --list -z`. Entries that
// are read make the same list again.
func FuzzList(f *testing.F) {
	for _, list := range []string{
		"", "user.name\nAlice\x00", "core.bare\x00", "http.https://a.b/c.d.proxy\nx\ny\x00", "a\x00", ".\x00", "a.b", "\x00\x00", "a..b\n\x00",
		"credential.helper\n\x00credential.helper\nado-guard --helper manager\x00",
	} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		entries, err := parse(list, false)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, e := range entries {
			b.WriteString(e.Key())
			if e.HasValue {
				b.WriteString("\n" + e.Value)
			}
			b.WriteByte(0)
		}
		// "a..b" has an empty subsection, which Git takes for none.
		if want := strings.TrimSuffix(list, "\x00"); strings.TrimSuffix(b.String(), "\x00") != want && !strings.Contains(list, "..") {
			t.Errorf("%q is read as %q", list, b.String())
		}
		// Whatever stands there, asking is safe.
		c := New(entries)
		for _, e := range entries {
			c.Get(e.Section, e.Name)
			c.CredentialHelpers(e.Subsection)
			c.URL(e.Section, e.Name, e.Subsection)
		}
	})
}

// FuzzMatch matches any pattern with any URL. What matches has the same scheme and
// as many labels, what is normalized stays as it is, and a URL matches itself.
func FuzzMatch(f *testing.F) {
	for _, pair := range [][2]string{
		{"https://dev.azure.com", "https://dev.azure.com/contoso"}, {"https://*.visualstudio.com", "https://contoso.visualstudio.com"},
		{"https://dev.azure.com/contoso/", "https://dev.azure.com/contosox"}, {"HTTPS://DEV.azure.com:443/%63ontoso/../x", "https://u:p@dev.azure.com/x?y#z"},
		{"https://*", "https://[::1]:8443/"}, {"file:///", "file:///x"}, {"https://dev.azure.com@evil.example", "https://evil.example"}, {"*", "*"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, pattern, url string) {
		if s, ok := Match(pattern, url); ok && (s.Host < 0 || s.Path < 1) {
			t.Errorf("%q matches %q by %+v", pattern, url, s)
		}
		// Hosts with colons of their own, such as "0::", have no one form (Git takes them all).
		if again, ok := Normalize(url); ok && strings.Count(again, ":") == 1 {
			if twice, ok := Normalize(again); !ok || twice != again {
				t.Errorf("%q is %q, and that is %q, %t", url, again, twice, ok)
			}
		}
		u, ok := normalize(url, false)
		if !ok {
			if _, ok := Match(pattern, url); ok {
				t.Errorf("%q matches %q, which is no URL", pattern, url)
			}
			return
		}
		if _, ok := Match(url, url); !ok {
			t.Errorf("%q does not match itself", url)
		}
		p, ok := normalize(pattern, true)
		if !ok {
			return
		}
		if _, ok := Match(pattern, url); ok && (p.scheme != u.scheme || p.port != u.port ||
			strings.Count(strings.TrimSuffix(p.host, "."), ".") != strings.Count(strings.TrimSuffix(u.host, "."), ".")) {
			t.Errorf("%q matches %q", pattern, url)
		}
	})
}
