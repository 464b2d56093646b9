package doctor

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/configure"
	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/internal/notice"
	"github.com/ado-guard/git-credential-ado-guard/internal/report"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// Every sentence of doctor stands in this file: lower case, no full stop, what is, why,
// and as the remedy what to do next.

func ok(topic, text string) Finding {
	return Finding{Topic: topic, Mark: report.OK, Text: text}
}

func warning(topic, text string, remedies ...string) Finding {
	return Finding{Topic: topic, Mark: report.Warning, Text: text, Remedies: remedies}
}

func problem(topic, text string, remedies ...string) Finding {
	return Finding{Topic: topic, Mark: report.Problem, Text: text, Remedies: remedies}
}

// about names what a finding is about, for programs; the sentence does for people.
func (f Finding) about(what ...string) Finding {
	f.About = what
	return f
}

// ---- git

const updateGit = "update Git: https://git-scm.com/downloads"

func gitGood(version string) Finding {
	return ok(topicGit, version+" gives a refused token a second chance within the same command")
}

func gitOld(version string) Finding {
	return warning(topicGit, version+" is older than 2.46: when the server refuses a token that the guard let pass, the command fails, and only the next one asks for a new token", updateGit)
}

func gitTooOld(version string) Finding {
	return problem(topicGit, version+" is older than 2.26: it cannot say where its settings stand, and configure needs that", updateGit)
}

func gitUnknown(version string) Finding {
	return warning(topicGit, fmt.Sprintf("its version cannot be read: %q", version))
}

func gitMissing() Finding {
	return problem(topicGit, "git is not found on PATH", "install Git: https://git-scm.com/downloads, or put its folder on PATH")
}

func gitBroken(err error) Finding {
	return problem(topicGit, fmt.Sprintf("git cannot be run: %v", err), "see what it says itself: git version")
}

func configBroken(err error) Finding {
	return problem(topicGit, strings.Join(strings.Fields(err.Error()), " "), "mend that, or see more with: git config --list --show-origin")
}

// ---- program

func guardFound(path string) Finding {
	return ok(topicProgram, path).about(path)
}

func guardNotFound(executable string, byName bool) Finding {
	text := guardProgram + " is neither in Git's own folder nor on PATH"
	onPath := "put its folder on PATH: " + filepath.Dir(executable)
	if !byName {
		return warning(topicProgram, text+", so that \"git credential-ado-guard\" does not work", onPath)
	}
	return problem(topicProgram, text+", so that Git does not find the guard", onPath,
		"or write its full path into the configuration: "+executable+" configure")
}

func guardsDiffer(first string, others []string) Finding {
	return warning(topicProgram, fmt.Sprintf("there are different copies of the guard, of which Git runs %s", first),
		"keep one, and remove the others: "+strings.Join(others, ", ")).about(append([]string{first}, others...)...)
}

func guardIsAnother(first, executable string) Finding {
	return warning(topicProgram, fmt.Sprintf("Git runs %s, which is another program than the one that says this (%s)", first, executable),
		"keep one, and remove the other").about(first, executable)
}

// ---- order

func wellPlaced(s standing) Finding {
	inner := strings.Join(shownAll(s.inner()), ", then ")
	var how string
	switch {
	case len(s.Guard.Helpers) > 0:
		how = "ado-guard in front of " + inner
	case inner != "":
		how = "ado-guard first, then " + inner
	case s.Guard.NoCopy:
		how = "ado-guard alone, and no token is kept"
	default:
		how = "ado-guard alone, which keeps tokens in the keyring"
	}
	return ok(topicOrder, s.Pattern+": "+how).about(s.names()...)
}

func misplaced(s standing, complaint notice.Notice) Finding {
	f := problem(topicOrder, complaint.What, complaint.Hint).about(s.names()...)
	if s.Trouble == configure.Doubled {
		f.Mark = report.Warning
	}
	return f
}

func lineWithoutProgram(s standing, path string) Finding {
	return problem(topicOrder, fmt.Sprintf("%s: Git is to run %s, which is not there", s.Pattern, path),
		"write its present path: git credential-ado-guard configure").about(s.names()...)
}

// ---- settings

func switchedOff() Finding {
	return problem(topicSettings, "ADO_GUARD is 0 in this environment: the guard hands every token over unchecked", "unset ADO_GUARD").about("ADO_GUARD")
}

func markedAsInner() Finding {
	return problem(topicSettings, "ADO_GUARD_INNER is set in this environment, by which the guard knows that it runs behind itself: it answers nothing", "unset ADO_GUARD_INNER").about("ADO_GUARD_INNER")
}

func unreadableSetting(n notice.Notice) Finding {
	return warning(topicSettings, n.What, n.Hint)
}

func unknownSetting(name string) Finding {
	return warning(topicSettings, fmt.Sprintf("there is no setting adoguard.%s, so it does nothing", name),
		"the settings are "+strings.Join(settingNames, ", ")).about("adoguard." + name)
}

func settingsInForce(s helper.Settings) Finding {
	return ok(topicSettings, fmt.Sprintf("recheckAfter %s, copyFor %s, timeout %s, erase %s",
		span(s.RecheckAfter), span(s.CopyFor), span(s.Timeout), s.Erase))
}

// ---- helper

func helperHolds(b behind) Finding {
	return ok(topicHelper, fmt.Sprintf("%s answers, and holds a credential for %s", shown(b.value), b.subject())).about(shown(b.value))
}

func helperRuns(b behind) Finding {
	return ok(topicHelper, fmt.Sprintf("%s runs, and holds nothing for %s", shown(b.value), b.subject())).about(shown(b.value))
}

func helperNotAsked(b behind) Finding {
	return ok(topicHelper, fmt.Sprintf("%s was not asked: it would open a browser", shown(b.value))).about(shown(b.value))
}

func helperMissing(b behind) Finding {
	return problem(topicHelper, fmt.Sprintf("%s is configured as a credential helper, and there is no such program", shown(b.value)),
		"install it, or name another: git credential-ado-guard configure --helper HELPER").about(shown(b.value))
}

func helperHangs(b behind) Finding {
	return problem(topicHelper, fmt.Sprintf("%s gave no answer within %s, and Git would wait for it as well", shown(b.value), span(lookMost)), selfTest(b)).about(shown(b.value))
}

func helperFails(b behind, a Answer) Finding {
	how := fmt.Sprintf("ended with exit status %d", a.Exit)
	if a.Exit < 0 {
		how = "was ended by a signal"
	}
	return warning(topicHelper, fmt.Sprintf("%s %s when it was asked for a credential", shown(b.value), how), selfTest(b)).about(shown(b.value))
}

// selfTest is how to find out what is wrong with a helper.
func selfTest(b behind) string {
	if name := helper.ProgramName(b.value); strings.HasPrefix(name, "manager") {
		return "let it look for the cause: git credential-" + name + " diagnose"
	}
	return "see what it says with: GIT_TRACE=1 git fetch"
}

func windowsHelperBehind(b behind, copied bool) Finding {
	text := fmt.Sprintf("%s is a Windows program, which takes long to start from the Windows Subsystem for Linux", shown(b.value))
	if copied {
		return ok(topicHelper, text+"; the keyring's copy spares most starts").about(shown(b.value))
	}
	return warning(topicHelper, text+", and without a keyring it is started for every Git command",
		"install a keyring in this distribution (gnome-keyring and dbus), so that the guard can keep a copy").about(shown(b.value))
}

func windowsManagerUnused() Finding {
	return warning(topicHelper, "Git for Windows has Git Credential Manager, and it is not used here",
		"put the guard in front of it: git credential-ado-guard configure --helper '"+managerOfWindows+"'")
}

// ---- keyring

func keyringWorks(hung bool) Finding {
	text := "takes a test entry, gives it back and removes it"
	if hung {
		text = "hung a while ago, and answers again: it " + text
	}
	return ok(topicKeyring, text)
}

func keyringNotUsed() Finding {
	return ok(topicKeyring, "is not used (--no-copy)")
}

const cacheInstead = "or keep tokens in memory for eight hours: git credential-ado-guard configure --helper 'cache --timeout=28800'"

func noKeyring(err error, need keeping, inner []behind, system string) Finding {
	why := "cannot be used: " + afterwards(err)
	switch {
	case need == tokens:
		return problem(topicKeyring, why+"; nothing else keeps tokens, so Git asks for them each time", openKeyring(system), cacheInstead)
	case need == copies && len(inner) > 0:
		return warning(topicKeyring, fmt.Sprintf("%s; so %s is started for every Git command", why, shown(inner[0].value)), openKeyring(system))
	default:
		return warning(topicKeyring, why, openKeyring(system))
	}
}

func openKeyring(system string) string {
	switch system {
	case "windows":
		return "look whether Windows' own Credential Manager works: control /name Microsoft.CredentialManager"
	case "darwin":
		return "unlock the login keychain: security unlock-keychain"
	default:
		return "unlock it, or log in to a desktop session where it is; if there is none, install gnome-keyring, KWallet or KeePassXC"
	}
}

func keyringHangs(need keeping) Finding {
	f := warning(topicKeyring, fmt.Sprintf("did not answer within %s, and is left alone for ten minutes", span(keyringMost)),
		"unlock it (it may be waiting in a window for its password), then run doctor again")
	if need == tokens {
		f.Mark = report.Problem
		f.Remedies = append(f.Remedies, cacheInstead)
	}
	return f
}

func keyringAlters() Finding {
	return problem(topicKeyring, "gives back something else than it was given", "look at it with the operating system's own program")
}

func keyringKeeps(err error) Finding {
	return warning(topicKeyring, fmt.Sprintf("does not remove the test entry: %s", afterwards(err)),
		fmt.Sprintf("remove the entry %q of ado-guard with the operating system's own program", testItem))
}

// ---- memory

func memoryFinding(err error, directory string) Finding {
	if err == nil {
		return ok(topicMemory, directory+" is yours alone").about(directory)
	}
	remedy := fmt.Sprintf("make %s a folder that is yours and closed to others, or remove it: the guard makes a new one", directory)
	if directory == "" {
		remedy = "set HOME (on Windows LocalAppData) to a folder of yours"
	}
	return problem(topicMemory, fmt.Sprintf("nothing can be remembered, so every Git command is checked anew and a dead token may be stored again: %s", cause(err)), remedy).about(directory)
}

// ---- remote

func remoteOverSSH(called string, a address) Finding {
	f := ok(topicRemote, called+" goes over SSH, where no token and no credential helper has a part").about(a.shown)
	f.Remedies = []string{
		fmt.Sprintf(`to test it: ssh -T %s; the good answer is "remote: Shell access is not supported."`, a.ssh.Login),
		fmt.Sprintf("if it is refused: register the key at %s, or ask whether the organization's policies allow SSH", keysPage(a.ssh.Organization)),
	}
	return f
}

func passwordInURL(called string, a address) Finding {
	return warning(topicRemote, called+" holds a password or token in its URL: Git sends that and asks no helper, so the guard has no part in it, and it lies in a file in clear text",
		"take it out of the URL: git remote set-url").about(a.shown)
}

func remoteOverHTTP(called string, a address) Finding {
	return warning(topicRemote, called+" goes over http, where a token travels in clear text: it is not guarded",
		"use https instead: git remote set-url").about(a.shown)
}

func serverUnnamed(called string, a address) Finding {
	return warning(topicRemote, called+" looks like an Azure DevOps Server, which is guarded only if its address is given",
		"git credential-ado-guard configure --url "+serverBase(a.shown)).about(a.shown)
}

// ---- network

func reached(hosts []string, r validate.Reachability, slowest time.Duration) Finding {
	text := fmt.Sprintf("%s: reached in %s", strings.Join(hosts, ", "), took(slowest))
	if r.Settings.Proxy != "" {
		text += " through the proxy " + r.Settings.Proxy
	}
	text += fmt.Sprintf(" (%s, %s", r.TLS, r.Protocol)
	if len(r.Issuers) > 0 {
		text += ", certificate by " + commonName(r.Issuers[0])
	}
	return ok(topicNetwork, text+")").about(hosts...)
}

func signedByAnother(hosts []string, box string) Finding {
	return warning(topicNetwork, fmt.Sprintf("%s: its certificate is signed by %s, not by Microsoft or DigiCert: something on the way opens the connection and could read tokens", each(hosts), commonName(box)),
		"nothing, if that is a proxy or virus scanner of your company's; else do not use this network").about(hosts...)
}

func slowNetwork(hosts []string, slowest, clock time.Duration) Finding {
	return warning(topicNetwork, fmt.Sprintf("%s: the way there took %s, and the guard gives a token up to %s to be proven alive: it may have to hand it over unchecked", strings.Join(hosts, ", "), took(slowest), span(clock)),
		fmt.Sprintf("git config --global adoguard.timeout %s", span(4*clock))).about(hosts...)
}

// unreached tells why a host gave no answer; the words are validate's.
func unreached(hosts []string, r validate.Reachability) Finding {
	words, proxy := r.Failure.Words, r.Settings.Proxy
	text := each(hosts) + ": " + words
	opened := r.Connect > 0 && !strings.HasPrefix(words, "TLS:")
	switch by, isProxy := strings.CutPrefix(words, "the proxy "); {
	case isProxy:
		text = each(hosts) + ": the proxy " + proxy + " " + by
	case proxy != "" && opened:
		text += ", although the proxy was reached (" + proxy + ")"
	case proxy != "":
		text += ", through the proxy " + proxy
	case opened:
		text += ", although a connection was opened"
	}
	return problem(topicNetwork, text+"; tokens are handed over unchecked meanwhile", wayOut(words, proxy)...).about(hosts...)
}

// wayOut is what helps when a host cannot be reached.
func wayOut(words, proxy string) []string {
	look := "look at the network connection, the VPN, the name server and the firewall"
	first, then := look, "if this network needs a proxy: git config --global http.proxy http://PROXY:PORT"
	if proxy != "" {
		first, then = "look whether that proxy is right and runs: git config --show-origin --get-all http.proxy, and https_proxy in the environment", look
	}
	switch {
	case strings.Contains(words, "refuses the user name"):
		return []string{"look whether they are right: git config --show-origin --get-all http.proxy, and https_proxy in the environment"}
	case strings.Contains(words, "407"):
		return []string{"give the proxy a user name and password, in http.proxy or https_proxy"}
	case strings.HasPrefix(words, "the proxy cannot be trusted"):
		return []string{"if that is your company's proxy, tell Git its certificate: git config --global http.proxySSLCAInfo FILE.pem"}
	case strings.Contains(words, "signed by nobody"), strings.Contains(words, "is not trusted"):
		return []string{
			"if that is a proxy or virus scanner of your company's, tell Git its certificate: git config --global http.sslCAInfo FILE.pem",
			"do not turn http.sslVerify off: then anybody could read the token, and the guard would send none",
		}
	case strings.Contains(words, "expired or is not valid yet"):
		return []string{"look at this machine's clock first: date -u", "if it is right, the server or a proxy needs a new certificate"}
	case strings.HasPrefix(words, "TLS:"):
		return []string{"something on the way answers instead: try another network, or ask those who run this one"}
	case strings.Contains(words, "fault in ado-guard"):
		return []string{"please report it with the output of: git credential-ado-guard doctor --json"}
	default:
		return []string{first, then}
	}
}

// nothingSent tells under which setting the guard asks nothing; the words are
// validate's, the line is where it stands.
func nothingSent(hosts []string, words string, line gitconfig.Entry) Finding {
	text := fmt.Sprintf("%s: no token is checked: %s", each(hosts), words)
	if file, ok := strings.CutPrefix(line.Origin, "file:"); ok {
		text += "; the line stands in " + file
	}
	return problem(topicNetwork, text, takeOut(words, line)...).about(hosts...)
}

// takeOut is how to undo a setting.
func takeOut(words string, line gitconfig.Entry) []string {
	unset := func() string {
		command := "git config"
		if line.Scope != "" { // before Git 2.26 it is not known
			command += " --" + line.Scope
		}
		key := strings.TrimSuffix(line.Key(), line.Name) + spelled(line.Name)
		return command + " --unset-all " + quoted(key)
	}
	variable, _, _ := strings.Cut(words, ":")
	switch {
	case line.Scope == "command":
		return []string{"that comes from the environment (GIT_CONFIG_COUNT) or from git -c: take it out there"}
	case line.Name == "sslverify":
		return []string{"take it out: " + unset(), "where a proxy signs certificates, tell Git its own instead: git config --global http.sslCAInfo FILE.pem"}
	case line.Name == "extraheader":
		return []string{"if that is not meant, take it out: " + unset()}
	case line.Name != "":
		return []string{"if it is not needed, take it out: " + unset()}
	case variable == "GIT_SSL_NO_VERIFY":
		return []string{"unset GIT_SSL_NO_VERIFY"}
	case strings.Contains(words, "proxy"):
		return []string{
			"a proxy without a sign-in, or with user name and password (Basic), can be used: http.proxy, https_proxy",
			"if this one takes Basic as well, tell Git to use that: git config --global http.proxyAuthMethod basic",
		}
	default:
		return []string{"see the settings: git config --show-origin --get-regexp '^http'"}
	}
}

// ---- clock

func clockRight(host string) Finding {
	return ok(topicClock, "agrees with that of "+host)
}

func clockWrong(skew time.Duration, host string) Finding {
	how := "ahead of"
	if skew < 0 {
		how = "behind"
	}
	return problem(topicClock, fmt.Sprintf("it is %s %s that of %s: tokens and certificates that are good look expired, or the other way round", report.Span(skew.Abs()), how, host),
		"set it by a time server: timedatectl set-ntp true (Linux), w32tm /resync (Windows), sntp -sS time.apple.com (macOS)")
}

// ---- service

const statusPage = "see https://status.dev.azure.com"

func serviceHealthy() Finding {
	return ok(topicService, "Azure DevOps reports no trouble")
}

func outage(where string, h validate.Health) Finding {
	return problem(topicService, fmt.Sprintf("Azure DevOps reports an outage: %s%s; no rejected token is held to be dead meanwhile", where, said(h)),
		statusPage, "wait until it is over, and make no new token")
}

func serviceTroubled(h validate.Health) Finding {
	var troubles []string
	for _, t := range h.Troubles {
		troubles = append(troubles, fmt.Sprintf("%s in %s is %s", t.Service, t.Geography, t.Health))
	}
	return warning(topicService, fmt.Sprintf("Azure DevOps reports trouble: %s%s", strings.Join(troubles, ", "), said(h)), statusPage)
}

// said is the status API's own sentence.
func said(h validate.Health) string {
	if h.Message == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", h.Message)
}

func serviceSilent(err error) Finding {
	return warning(topicService, fmt.Sprintf("whether Azure DevOps has an outage is not known: %v", err), statusPage)
}

// ---- any

func broken(topic string) Finding {
	return problem(topic, "this check broke: a fault in ado-guard", "please report it with the output of: git credential-ado-guard doctor --json")
}

func unfinished(topic string) Finding {
	return problem(topic, fmt.Sprintf("this check did not come to an end within %s", span(Most)), "run doctor again; if it stays so, something that this check needs hangs")
}

// Summary is the last line: how many problems there are, and what can be done next.
func (d Diagnosis) Summary() report.Line {
	problems, warnings := d.Count(report.Problem), d.Count(report.Warning)
	next := "is a token itself alive? git credential-ado-guard check"
	switch {
	case problems+warnings == 0:
		return report.Line{Text: "all is well", Remedies: []string{next}}
	case problems == 0:
		return report.Line{Text: "no problem, " + report.Count(warnings, "warning"), Remedies: []string{next}}
	case warnings == 0:
		return report.Line{Text: report.Count(problems, "problem")}
	default:
		return report.Line{Text: report.Count(problems, "problem") + ", " + report.Count(warnings, "warning")}
	}
}
