package integration

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestALateEraseNeverTakesTheNewerToken lets one process erase an old token
// while another stores the one that came after it. GCM's issue #24 is about what
// happens when the erase comes second.
func TestALateEraseNeverTakesTheNewerToken(t *testing.T) {
	for name, helper := range map[string]string{
		"GCM on Windows and macOS": "standin",
		"GCM with libsecret":       "standin",
		"git-credential-store":     "store",
		"git-credential-cache":     "cache",
		"alone":                    "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := testWorld(t)
			var arguments []string
			environment := w.Environ()
			switch name {
			case "GCM with libsecret":
				if err := w.Standin.Set("erase", "all"); err != nil {
					t.Fatal(err)
				}
			case "git-credential-cache":
				t.Cleanup(func() { w.Command("git", "credential-cache", "exit").Run() })
			case "alone":
				environment = append(environment, withKeyring(t, w))
			}
			if helper != "" {
				arguments = []string{"--helper", helper}
			}
			guard := func(action, password string) (string, error) {
				input := "protocol=https\nhost=dev.azure.com\npath=contoso/web/_git/web\n"
				if password != "" {
					input += "username=alice\npassword=" + password + "\n"
				}
				c := w.Command("git-credential-ado-guard", append(arguments, action)...)
				c.Env, c.Stdin = environment, strings.NewReader(input+"\n")
				output, err := c.CombinedOutput()
				return string(output), err
			}
			w.Server.Organization("contoso")
			rounds := often(200)
			old := w.live("token-0")
			if output, err := guard("store", old); err != nil || output != "" {
				t.Fatalf("store: %v, %s", err, output)
			}
			for i := range rounds {
				newer := w.live(fmt.Sprint("token-", i+1))
				var race sync.WaitGroup
				race.Go(func() { guard("erase", old) })
				race.Go(func() { guard("store", newer) })
				race.Wait()
				output, err := guard("get", "")
				if err != nil || !strings.Contains(output, "password="+newer+"\n") {
					t.Fatalf("round %d: the newer token is lost: %v\n%s", i, err, w.WithNames(output))
				}
				old = newer
			}
		})
	}
}
