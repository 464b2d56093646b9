package helper

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// FuzzAnswer reads any bytes as an inner helper's answer. What is read is what the
// helper wrote, as far as Git would read it, and each value is the one Git has.
func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		"username=alice\npassword=s\n\n", "username=a\r\npassword=b\r\n\r\nbehind", "quit=1", "username=a\noops\npassword=b\n", "=\n==\n", "\n", "\r\n", "\r\r\n",
		"password=a\x00b\n", "state[]=\nstate[]=x\ncontinue=1\n", "username=a\rpassword=b\n", "\xff=\xfe\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ReadAnswer(bytes.NewReader(text))
		if err != nil {
			return // longer than anything that is read
		}
		if got := written(t, m); !strings.HasPrefix(string(text), got) {
			t.Errorf("%q is passed on as %q", text, got)
		}
		if strings.HasSuffix(written(t, m), "\r") {
			return // a carriage return belongs to the end of a line only if there is one (strbuf_getline in Git's strbuf.c)
		}
		attributes := strings.TrimSuffix(written(t, m), m.rest) // at the rest Git stops reading
		for key, want := range asGitReads([]byte(attributes)) {
			if got := m.Get(key) + m.Secret(key).Reveal(); got != want {
				t.Errorf("%q: %s is %q, but Git reads %q", text, key, got, want)
			}
		}
	})
}

// FuzzSettings reads any values of the guard's own keys. Whatever stands there,
// the settings are usable, and what is not used is told.
func FuzzSettings(f *testing.F) {
	f.Add("5m", "8h", "5s", "proven")
	f.Add("0", "0", "0", "")
	f.Add("-1", "soon", "99999999999999999999h", "Proven")
	f.Add("", "1h30m", "9223372036854775807", "never\x1b[31m")
	f.Fuzz(func(t *testing.T, recheck, copyFor, timeout, erase string) {
		values := map[string]string{"recheckAfter": recheck, "copyFor": copyFor, "timeout": timeout, "erase": erase}
		s, told := ReadSettings(func(name string) (string, bool) {
			value, ok := values[name]
			return value, ok
		})
		if s.RecheckAfter < 0 || s.CopyFor < 0 || s.Timeout <= 0 {
			t.Errorf("%q: %+v", values, s)
		}
		if s.Erase != EraseProven && s.Erase != EraseExpired && s.Erase != EraseNever {
			t.Errorf("%q: erase is %q", erase, s.Erase)
		}
		if string(s.Erase) != erase && len(told) == 0 {
			t.Errorf("%q is taken for %q in silence", erase, s.Erase)
		}
		if len(told) > len(values) {
			t.Errorf("%q: told %d times", values, len(told))
		}
		// An end that lies beyond what a time can be would be one in the past.
		if end := time.Now().Add(s.Timeout); end.Before(time.Now()) && s.Timeout < 100*365*24*time.Hour {
			t.Errorf("%q ends at %v", timeout, end)
		}
	})
}
