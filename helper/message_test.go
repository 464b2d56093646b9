package helper

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
)

func TestARequestIsReadAndWrittenBackByteForByte(t *testing.T) {
	for _, text := range []string{
		"protocol=https\nhost=dev.azure.com\n",
		"protocol=https\nhost=dev.azure.com\n\n",
		"protocol=https\r\nhost=dev.azure.com\r\n\r\n",
		"protocol=https\nhost=dev.azure.com\r\npassword=mixed",
		"capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=h\nwwwauth[]=Basic realm=\"x=y\"\nwwwauth[]=\nnew-attribute=1\nusername=\npassword=\xff\xfe=\n",
		"protocol=cert\nhost=\nusername=\npath=/cert.pem\n",
		"protocol=https\nhost=" + strings.Repeat("h", maxLine-len("host=")) + "\n",
	} {
		m, err := ReadRequest(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		if got := written(t, m); got != text {
			t.Errorf("%.60q came back as %.60q", text, got)
		}
	}
}

func TestARequestEndsAtItsBlankLine(t *testing.T) {
	pipe, end := io.Pipe() // stays open, as a person's terminal does
	defer end.Close()
	go io.WriteString(end, "protocol=https\nhost=h\n\n")
	m, err := ReadRequest(pipe)
	if err != nil || m.Get("host") != "h" {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestARequestThatCouldSmuggleIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"a NUL byte", "protocol=https\nhost=a\x00b\n", ErrNUL},
		{"a carriage return inside a value (CVE-2024-52006)", "protocol=https\nhost=a\rhost=b\n", ErrCR},
		{"a carriage return at the end of the file", "protocol=https\nhost=a\r", ErrCR},
		{"a second carriage return before the line ends", "protocol=https\nhost=a\r\r\n", ErrCR},
		{"a line feed hidden in a url (CVE-2020-5260)", "protocol=https\nhost=a\nurl=https://a%0ahost=b/\n", ErrCR},
		{"a NUL byte hidden in a url", "protocol=https\nhost=a\nurl=https://a%00/\n", ErrNUL},
		{"a line that is too long", "protocol=https\nhost=" + strings.Repeat("h", maxLine-len("host=")+1) + "\n", ErrLongLine},
		{"a line without end", "protocol=" + strings.Repeat("h", 3*maxLine), ErrLongLine},
		{"too many lines", "protocol=https\nhost=h\n" + strings.Repeat("a[]=1\n", maxMessage/6), ErrTooLong},
		{"a line without =", "protocol=https\nhost\n", ErrNoEquals},
		{"no protocol", "host=h\n", ErrNoProtocol},
		{"no host (CVE-2020-11008)", "protocol=https\n", ErrNoHost},
		{"nothing", "", ErrNoProtocol},
	} {
		if _, err := ReadRequest(strings.NewReader(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	broken := errors.New("broken pipe")
	if _, err := ReadRequest(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a read error: got %v", err)
	}
}

func TestAnAnswerIsReadAsGitReadsIt(t *testing.T) {
	const text = "username=alice\npassword=s=1\nthis is no attribute\nusername=bob\n"
	m, err := ReadAnswer(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if m.Get("username") != "alice" || !m.Secret("password").Equal(secret.New("s=1")) {
		t.Errorf("got %v", m)
	}
	if got, want := written(t, m), "username=alice\npassword=s=1\nthis is no attribute\n"; got != want {
		t.Errorf("written back as %q, want %q", got, want)
	}
}

// Git reads on, however much there is, and uses what it knows.
func TestOfAHugeAnswerWhatGitKnowsIsKept(t *testing.T) {
	filler := strings.Repeat("filler="+strings.Repeat("x", 10_000)+"\n", 3*maxMessage/10_000)
	m, err := ReadAnswer(strings.NewReader("username=alice\n" + filler + "password=s\npath=p\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Get("username") != "alice" || m.Get("path") != "p" || !m.Secret("password").Equal(secret.New("s")) {
		t.Errorf("got %s", m.Keys()[len(m.Keys())-2:])
	}
	if size := len(written(t, m)); size > 2*maxMessage {
		t.Errorf("kept %d bytes", size)
	}
	if _, err := ReadAnswer(strings.NewReader(strings.Repeat("username=a\n", maxMessage/4))); !errors.Is(err, ErrTooLong) {
		t.Errorf("an answer that repeats itself: %v", err)
	}
}

func TestAttributesHaveGitsMeaning(t *testing.T) {
	m := request(t, "protocol=https\nhost=h\nusername=a\nusername=b\nstate[]=x\nstate[]=\nstate[]=y\nstate[]=z\nquit=TRUE\ncontinue=0\npassword_expiry_utc=1700000000\n")
	if m.Get("username") != "b" {
		t.Error("the last value does not win")
	}
	if diff := cmp.Diff([]string{"y", "z"}, m.List("state[]")); diff != "" {
		t.Error("an empty value does not clear a list:", diff)
	}
	if !m.Flag("quit") || m.Flag("continue") || m.Flag("absent") {
		t.Error("a Boolean is not read as Git reads it")
	}
	if !m.Expired(time.Unix(1700000001, 0)) || m.Expired(time.Unix(1700000000, 0)) {
		t.Error("the expiry is not read as Git reads it")
	}
	for _, never := range []string{"0", "-5", "soon", ""} {
		if request(t, "protocol=https\nhost=h\npassword_expiry_utc="+never+"\n").Expired(time.Unix(1700000000, 0)) {
			t.Errorf("an expiry of %q has passed", never)
		}
	}
	for text, want := range map[string]bool{
		"username=a\npassword=b\n":                 true,
		"username=\npassword=\n":                   true,
		"username=a\n":                             false,
		"password=b\n":                             false,
		"authtype=Bearer\ncredential=b\n":          true,
		"authtype=Bearer\nusername=a\nstate[]=x\n": false,
	} {
		if request(t, "protocol=https\nhost=h\n"+text).Complete() != want {
			t.Errorf("%q is complete: %v", text, !want)
		}
	}
}

func TestEditingKeepsTheLineEndingsOfTheRest(t *testing.T) {
	m := request(t, "protocol=https\r\nhost=h\r\n\r\n")
	edited := m.WithFirst("capability[]", "state").With("path", "org").WithSecret("password", secret.New("p")).
		Without(func(key, _ string) bool { return key == "host" })
	if got, want := written(t, edited), "capability[]=state\r\nprotocol=https\r\npath=org\r\npassword=p\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := written(t, m), "protocol=https\r\nhost=h\r\n\r\n"; got != want {
		t.Errorf("the original became %q", got)
	}
	open := request(t, "protocol=https\nhost=h") // no line feed at the end of the file
	if got, want := written(t, open.With("path", "p")), "protocol=https\nhost=h\npath=p\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAMessageDoesNotPrintItsSecrets(t *testing.T) {
	m := request(t, "protocol=https\nhost=h\nurl=https://a:hush@h\npassword=hush\noauth_refresh_token=hush\ncredential=hush\nusername=\n")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, value := range []any{m, &m, []Message{m}, struct{ m Message }{m}} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "hush") || strings.Contains(text, "68757368") {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
	if m.Get("password") != "" {
		t.Error("Get gives a secret away")
	}
}

func FuzzARequestThatIsTakenComesBackUnchanged(f *testing.F) {
	f.Add([]byte("protocol=https\nhost=dev.azure.com\npath=contoso/p/_git/r\nwwwauth[]=Basic realm=\"x\"\n\n"))
	f.Add([]byte("protocol=https\r\nhost=h\r\nstate[]=\r\nstate[]=x\r\n"))
	f.Add([]byte("protocol=\nhost=\n=\n==\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ReadRequest(strings.NewReader(string(text)))
		if err != nil {
			return
		}
		read, _, _ := strings.Cut(string(text)+"\n", "\n\n")
		if got := written(t, m); !strings.HasPrefix(string(text), got) || strings.ContainsRune(got, 0) {
			t.Errorf("%q came back as %q (read %q)", text, got, read)
		}
		again, err := ReadRequest(strings.NewReader(written(t, m)))
		if err != nil || written(t, again) != written(t, m) {
			t.Errorf("%q is not read again as it was written: %v", text, err)
		}
		lenient, err := ReadAnswer(strings.NewReader(string(text)))
		if err != nil || written(t, lenient) != written(t, m) {
			t.Errorf("%q is another message as an answer: %v", text, err)
		}
		for key, want := range asGitReads(text) {
			if got := m.Get(key) + m.Secret(key).Reveal(); got != want {
				t.Errorf("%q: %s is %q, but Git reads %q", text, key, got, want)
			}
		}
	})
}

// asGitReads reads single values as credential_read in Git's credential.c does:
// line by line, an ending carriage return dropped, up to the first empty line,
// split at the first "=", the last value counts.
func asGitReads(text []byte) map[string]string {
	values := map[string]string{}
	for row := range strings.SplitSeq(string(text), "\n") {
		row = strings.TrimSuffix(row, "\r")
		if row == "" {
			break
		}
		key, value, _ := strings.Cut(row, "=")
		if !strings.HasSuffix(key, "[]") {
			values[key] = value
		}
	}
	return values
}

func request(t testing.TB, text string) Message {
	t.Helper()
	m, err := ReadRequest(strings.NewReader(text))
	if err != nil {
		t.Fatalf("reading %q: %v", text, err)
	}
	return m
}

func written(t testing.TB, m Message) string {
	t.Helper()
	var b strings.Builder
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
