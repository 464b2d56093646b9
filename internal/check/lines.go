package check

import (
	"fmt"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Sections are the report for people. Times are told from now.
func (r Report) Sections(now time.Time) []report.Section {
	var all []report.Section
	for _, c := range r.Credentials {
		all = append(all, c.section(now))
	}
	for _, s := range r.SSH {
		all = append(all, s.section())
	}
	if len(r.Services) > 0 {
		status := report.Section{Title: "https://status.dev.azure.com"}
		for _, s := range r.Services {
			status.Lines = append(status.Lines, report.Line{
				Mark: report.Warning, Name: s.Health, Text: fmt.Sprintf("%s in %s", s.Service, s.Geography),
			})
		}
		all = append(all, status)
	}
	return all
}

func title(url string, remotes []string) string {
	if len(remotes) == 0 {
		return url
	}
	return fmt.Sprintf("%s (%s)", url, strings.Join(remotes, ", "))
}

var stateMarks = map[string]report.Mark{
	"live": report.OK, "dead": report.Problem, "unknown": report.Unknown, stateNone: report.Warning,
}

func (c Credential) section(now time.Time) report.Section {
	s := report.Section{Title: title(c.URL, c.Remotes)}
	add := func(lines ...report.Line) { s.Lines = append(s.Lines, lines...) }
	add(report.Line{Mark: stateMarks[c.State], Name: c.State, Text: c.Summary, Remedies: c.Remedies})
	if c.State != stateNone {
		add(report.Line{Name: "account", Text: c.Username}, report.Line{Name: "proven", Text: c.proven(now)})
	}
	if !c.Expires.IsZero() {
		add(report.Line{Name: "expires", Text: expires(c.Expires, now)})
	}
	for _, k := range c.Kept {
		add(k.line(now))
	}
	add(c.Guard.line())
	for _, p := range c.Probes {
		add(p.line())
	}
	return s
}

func (c Credential) proven(now time.Time) string {
	switch known, live := !c.LastProven.IsZero(), c.State == "live"; {
	case live && known:
		return "alive now, and " + report.Ago(c.LastProven, now)
	case live:
		return "alive now, for the first time on this computer"
	case known:
		return "alive for the last time " + report.Ago(c.LastProven, now)
	default:
		return "never yet on this computer"
	}
}

func expires(end, now time.Time) string {
	at := end.In(now.Location()).Format("2006-01-02 15:04")
	if end.Before(now) {
		return fmt.Sprintf("%s: %s", at, report.Ago(end, now))
	}
	return fmt.Sprintf("%s: in %s", at, report.Span(end.Sub(now)))
}

func (k Kept) line(now time.Time) report.Line {
	l := report.Line{Name: k.Place}
	switch k.State {
	case "used":
		l.Text = "holds it"
	case "same":
		l.Text = "holds it too"
	case "other":
		l.Text = "holds another: a " + k.holds
	case "nothing":
		l.Text = "holds nothing"
	case "unasked":
		l.Text = "keeps nothing, and is not asked here: it would want you to sign in"
	case "error":
		if l.Text = k.Error; k.vital {
			l.Mark = report.Warning
		}
	}
	if k.Elsewhere {
		l.Text += ", for another path"
	}
	if k.Place == "url" {
		l.Mark = report.Warning
	}
	if !k.Until.IsZero() {
		l.Text += fmt.Sprintf(", as a copy for %s more", report.Span(k.Until.Sub(now)))
	}
	return l
}

func (g Guard) line() report.Line {
	l := report.Line{Name: "guard", Text: g.Summary}
	if !g.InFront {
		l.Mark = report.Warning
	}
	if g.Remedy != "" {
		l.Remedies = []string{g.Remedy}
	}
	return l
}

var evidenceMarks = map[string]report.Mark{
	"lives": report.OK, "rejected": report.Problem, "expired": report.Problem, "unhealthy": report.Warning, "nothing": report.Unknown,
}

// line is what a probe was answered. The host is named where it could not be reached:
// a firewall may let one of them through and not another.
func (p Probe) line() report.Line {
	l := report.Line{Mark: evidenceMarks[p.Evidence], Name: p.Probe, Text: p.Reason}
	host, _, _ := strings.Cut(strings.TrimPrefix(p.URL, "https://"), "/")
	switch {
	case p.Probe == "status" && p.Evidence == "nothing": // which means nothing
		l.Mark, l.Text = report.None, p.Detail
	case p.Status == 0:
		l.Text = host + ": " + p.Detail
	case p.Probe == "repository" && p.Reason == string(validate.ReasonReadable):
		l.Mark, l.Text = report.OK, "can be read"
	case p.Detail != "":
		l.Text += " (" + p.Detail + ")"
	}
	if slow := time.Duration(p.Milliseconds) * time.Millisecond; slow >= time.Second {
		l.Text += fmt.Sprintf(", after %s", slow.Round(100*time.Millisecond))
	}
	return l
}

func (s SSHRemote) section() report.Section {
	var remotes []string
	if s.Name != "" {
		remotes = []string{s.Name}
	}
	return report.Section{Title: title(s.URL, remotes), Lines: []report.Line{{
		Name: "SSH", Text: "Git uses a key here, and asks no credential helper",
		Remedies: []string{
			fmt.Sprintf(`test it with: ssh -T %s (the good answer is "remote: Shell access is not supported.")`, s.Login),
			fmt.Sprintf("if it is refused, ask whether the organization allows SSH, or register your key: https://dev.azure.com/%s/_usersSettings/keys", s.Organization),
		},
	}}}
}
