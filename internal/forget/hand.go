package forget

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ado-guard/git-credential-ado-guard/helper"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// addresses are the two addresses of an organization of Azure DevOps Services.
func addresses(t validate.Target) (modern, old string) {
	organization := strings.ToLower(t.Organization)
	return "https://" + servicesHost + "/" + organization, "https://" + organization + ".visualstudio.com"
}

// ownItem is how to remove the guard's own keyring item by hand: go-keyring's names.
func (r Report) ownItem(item string) string {
	switch r.goos {
	case "windows":
		return windows("ado-guard:" + item)
	case "darwin":
		return "remove it by hand: security delete-generic-password -s ado-guard -a " + item
	default:
		return "remove it by hand where the keyring works: secret-tool clear service ado-guard username " + item
	}
}

// byHand is how to remove by hand what a helper still holds. The names are those
// that each helper gives its entries.
func (r Report) byHand(h helperState) []string {
	host, left := r.target.Host, h.addresses
	if len(left) == 0 {
		left = []string{r.target.OrganizationURL()}
	}
	// From the Windows Subsystem for Linux, a Windows helper keeps its entries there.
	onWindows := r.goos == "windows" || strings.Contains(strings.ToLower(h.place.Value), ".exe")
	var all []string
	switch name := h.place.Name; {
	case name == "manager" || name == "manager-core":
		for _, address := range left {
			all = append(all, r.managerEntry("git:"+address, onWindows))
		}
	case name == "wincred":
		all = append(all, windows("git:https://"+host))
	case name == "osxkeychain":
		all = append(all, "remove it by hand (with all organizations'): security delete-internet-password -s "+host)
	case name == "libsecret":
		all = append(all, "remove it by hand (with all organizations'): secret-tool clear protocol https server "+host)
	case name == "store":
		all = append(all, "remove the line with "+host+" from ~/.git-credentials, or from the file of its --file")
	case name == "cache":
		all = append(all, "end it, with all that it holds: git credential-cache exit")
	default:
		all = append(all, "remove it from the own store of "+name)
	}
	if unbind := helper.QuirksOf(h.place.Value).Unbind; unbind != "" && !r.target.Server {
		// An access token comes from a cache of accounts, which the entry has no part in.
		all = append(all, fmt.Sprintf("in OAuth mode, let go of the account: %s %s", unbind, r.target.Organization))
		if h.left.Credential.Secret.Kind() == secret.AccessToken {
			slices.Reverse(all)
		}
	}
	return all
}

// managerEntry is how to remove an entry of Git Credential Manager's.
func (r Report) managerEntry(entry string, onWindows bool) string {
	switch {
	case onWindows:
		return windows(entry)
	case r.goos == "darwin":
		return "remove it by hand: security delete-generic-password -s " + entry
	default:
		return fmt.Sprintf("remove %q by hand from the store that credential.credentialStore names", entry)
	}
}

func windows(entry string) string {
	return fmt.Sprintf("remove %q in the Windows Credential Manager (Windows Credentials), or with: cmdkey /delete:%s", entry, entry)
}
