package doctor

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/gitconfig"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// skewMost is how far this machine's clock may be from the servers': tokens and
// certificates are good between two points in time.
const skewMost = 5 * time.Minute

// networkMost is how long a host may take to answer.
const networkMost = 10 * time.Second

// addresses are the URLs to be reached: one for each host that the guard asks, the
// Services' own two always.
func addresses(places []place) []string {
	urls := map[string]string{}
	for _, p := range places {
		if u := p.target.OrganizationURL(); u != "" && urls[p.target.Host] == "" {
			urls[p.target.Host] = u + "/_apis/connectionData"
		} else if p.target.Server && urls[p.target.Host] == "" {
			urls[p.target.Host] = "https://" + p.target.Host + p.target.Base + "/"
		}
	}
	all := []string{cmp.Or(urls["dev.azure.com"], "https://dev.azure.com/"), "https://vssps.dev.azure.com/"}
	for _, p := range places { // in their order
		if u := urls[p.target.Host]; u != "" && !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all
}

// tried is a URL and how far it was reached.
type tried struct {
	url string
	validate.Reachability
}

func reachAll(ctx context.Context, w World, urls []string) []tried {
	all := make([]tried, len(urls))
	var wait sync.WaitGroup
	for i, url := range urls {
		wait.Go(func() { all[i] = tried{url, w.Reach(ctx, url)} })
	}
	wait.Wait()
	return all
}

// networkFindings tells how far the hosts were reached. Those with the same story
// are told together.
func networkFindings(all []tried, c gitconfig.Config, clock time.Duration) []Finding {
	var found []Finding
	for _, group := range groups(all) {
		first := group[0]
		hosts := hostsOf(group)
		switch failure := first.Failure; {
		case failure == nil:
			found = append(found, reached(hosts, first.Reachability, slowest(group)))
			if box := middleBox(first.Reachability); box != "" && !serverOf(first) {
				found = append(found, signedByAnother(hosts, box))
			}
			if slow := slowest(group); slow > clock/2 {
				found = append(found, slowNetwork(hosts, slow, clock))
			}
		case failure.Reason == validate.ReasonNothingSent:
			found = append(found, nothingSent(hosts, failure.Words, origin(c, failure.Words, first.url)))
		default:
			found = append(found, unreached(hosts, first.Reachability))
		}
	}
	return found
}

// groups puts together what was reached in the same way, or not for the same reason.
func groups(all []tried) [][]tried {
	var found [][]tried
	for _, t := range all {
		i := slices.IndexFunc(found, func(g []tried) bool { return sameStory(g[0], t) })
		if i < 0 {
			found = append(found, []tried{t})
			continue
		}
		found[i] = append(found[i], t)
	}
	return found
}

func sameStory(a, b tried) bool {
	if a.Failure != nil || b.Failure != nil {
		return a.Failure != nil && b.Failure != nil && a.Failure.Words == b.Failure.Words &&
			(a.Connect > 0) == (b.Connect > 0) && a.Settings.Proxy == b.Settings.Proxy
	}
	return a.Settings.Proxy == b.Settings.Proxy && a.TLS == b.TLS && a.Protocol == b.Protocol &&
		middleBox(a.Reachability) == middleBox(b.Reachability) && serverOf(a) == serverOf(b)
}

func hostsOf(group []tried) []string {
	var hosts []string
	for _, t := range group {
		hosts = append(hosts, t.Host)
	}
	return hosts
}

func slowest(group []tried) time.Duration {
	var most time.Duration
	for _, t := range group {
		most = max(most, t.Resolve+t.Connect+t.Handshake)
	}
	return most
}

// serverOf reports whether the host is an Azure DevOps Server, whose certificate
// anybody may have signed.
func serverOf(t tried) bool {
	_, services := validate.Recognize(validate.Request{Protocol: "https", Host: t.Host}, nil)
	return !services && !strings.HasSuffix(t.Host, ".dev.azure.com")
}

// middleBox is who signed a certificate of Azure DevOps Services if it was neither
// Microsoft nor DigiCert, who sign all of Azure's
// (https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details): a proxy
// or virus scanner that opens connections on the way. Else it is "".
func middleBox(r validate.Reachability) string {
	for _, issuer := range r.Issuers {
		for attribute := range strings.SplitSeq(issuer, ",") {
			if attribute == "O=Microsoft Corporation" || attribute == "O=DigiCert Inc" {
				return ""
			}
		}
	}
	if len(r.Issuers) == 0 {
		return ""
	}
	return r.Issuers[len(r.Issuers)-1]
}

// clockFindings compares this machine's clock with that of the first server that
// told its own.
func clockFindings(all []tried) []Finding {
	for _, t := range all {
		if t.Date.IsZero() {
			continue
		}
		if skew := t.At.Sub(t.Date); skew.Abs() > skewMost {
			return []Finding{clockWrong(skew, t.Host)}
		}
		return []Finding{clockRight(t.Host)}
	}
	return nil
}

// serviceFindings tells what Azure DevOps says of its own health. If it could not be
// asked, that is worth a line only where everything else was reached.
func serviceFindings(h validate.Health, err error, all []tried) []Finding {
	if err != nil {
		if slices.ContainsFunc(all, func(t tried) bool { return t.Failure != nil }) {
			return nil
		}
		return []Finding{serviceSilent(err)}
	}
	if where := h.Outage(); where != "" {
		return []Finding{outage(where, h)}
	}
	if len(h.Troubles) > 0 {
		return []Finding{serviceTroubled(h)}
	}
	return []Finding{serviceHealthy()}
}
