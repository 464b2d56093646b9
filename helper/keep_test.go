package helper

import (
	"strings"
	"testing"
	"time"
)

func TestADeadTokenIsNotStoredAgain(t *testing.T) {
	for _, topology := range []Topology{Wrap, Chain, Alone} {
		t.Run(topology.String(), func(t *testing.T) {
			manager := helperWith("manager", map[string]string{"alice": "D"})
			w := newWorld(t, topology, manager)
			if topology == Alone {
				w.inner = nil
				w.do("store", contoso+given("D"))
			}
			w.azure["D"] = rejected
			expect(t, "answer", w.do("get", contoso), "")
			w.said()
			w.do("store", contoso+given("D")) // Git takes a sign-in page for a success
			if said := w.said(); strings.Count(said, "\n") != 2 || !strings.Contains(said, "took the answer for a success") ||
				topology == Chain && strings.Contains(said, "stored") { // Git itself tells the others

				t.Errorf("said %q", said)
			}
			expect(t, "held", manager.held("alice") == "D" && topology == Wrap, false)
			expect(t, "keyring", len(w.ring.Items()), 0)

			w.wait(2 * time.Minute) // a proof does not hold for ever
			w.do("store", contoso+given("D"))
			expect(t, "said later", w.said(), "")
		})
	}
}

func TestStoreIsPassedOnOnceToWhoeverMayNotHoldIt(t *testing.T) {
	manager := helperWith("manager", map[string]string{})
	w := newWorld(t, Wrap, manager)
	w.do("store", contoso+given("L"))
	w.do("store", contoso+given("L"))
	expect(t, "same credential", manager.took(), "store")
	w.do("store", contoso+"username=bob\npassword=L\n")
	expect(t, "another account", manager.took(), "store")
	w.do("erase", contoso+given("L"))
	manager.took()
	w.do("store", contoso+given("L"))
	expect(t, "after an erase", manager.took(), "store")

	cache := helperWith("cache", map[string]string{})
	w = newWorld(t, Wrap, cache)
	w.do("store", contoso+given("L"))
	w.do("store", contoso+given("L"))
	expect(t, "the cache, which forgets", cache.took(), "store store")
}

func TestAStoreThatFailedIsPassedOnAgain(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "D"})
	manager.types = typing("alice N")
	manager.fails = true
	w := newWorld(t, Wrap, manager)
	w.azure["D"], w.azure["N"] = expired, live
	w.do("get", contoso)
	expect(t, "inner helper, told of the replacement", manager.took(), "get look erase get store")
	w.do("store", contoso+given("N"))
	expect(t, "told again", manager.took(), "store")
	manager.fails = false
	w.do("store", contoso+given("N"))
	expect(t, "and again", manager.took(), "store")
	w.do("store", contoso+given("N"))
	expect(t, "until it holds it", manager.took(), "")
}

func TestWhatTheInnerHelperLostIsStoredAgain(t *testing.T) {
	keeper := helperWith("store", map[string]string{})
	w := newWorld(t, Wrap, keeper)
	w.noCopy = true
	w.do("store", contoso+given("L"))
	keeper.holds = map[string]string{} // removed behind the guard's back
	w.wait(time.Second)
	expect(t, "answer", w.do("get", contoso), "")
	keeper.took()
	w.do("store", contoso+given("L")) // Git prompted, and the person gave the same token
	expect(t, "inner helper", keeper.took(), "store")
}

func TestStoreAndEraseAreNotPassedOnInChain(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Chain, manager)
	w.azure["L"] = live
	w.do("get", contoso)
	manager.took()
	w.do("store", contoso+given("L"))
	w.do("erase", contoso+given("L"))
	expect(t, "inner helper", manager.took(), "")
	expect(t, "copies after the erase", len(w.ring.Items()), 0)
}

func TestAnOldEraseDoesNotRemoveANewerToken(t *testing.T) {
	for _, topology := range []Topology{Wrap, Alone} {
		t.Run(topology.String(), func(t *testing.T) {
			manager := helperWith("manager", map[string]string{})
			manager.rude = true
			w := newWorld(t, topology, manager)
			if topology == Alone {
				w.inner = nil
			}
			w.azure["N"] = live
			w.do("store", contoso+given("N"))
			manager.took()
			w.do("erase", contoso+given("O"))
			if topology == Wrap {
				expect(t, "inner helper", manager.took(), "look")
			}
			if got := w.do("get", contoso); !strings.HasPrefix(got, given("N")) {
				t.Errorf("the newer token is gone: %q", got)
			}
			w.do("erase", contoso+given("N"))
			expect(t, "erased when it is meant", w.do("get", contoso), "")
		})
	}
}

func TestAnEraseIsNeverSecondGuessed(t *testing.T) {
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.azure["L"] = live
	w.do("get", contoso)
	w.asked()
	w.do("erase", contoso+given("L"))
	expect(t, "asked", w.asked(), nil)
	expect(t, "held", manager.held("alice"), "")
	expect(t, "keyring", len(w.ring.Items()), 0)

	manager.holds["alice"] = "L"
	w.do("get", contoso)
	expect(t, "judged anew after the erase", w.asked(), []string{"L"})
}

func TestAnEraseOfTheWholeHostRemovesEveryOrganization(t *testing.T) {
	w := newWorld(t, Alone)
	w.do("store", contoso+given("A"))
	w.do("store", strings.Replace(contoso, "contoso", "fabrikam", 1)+given("B"))
	expect(t, "items", len(w.ring.Items()), 2)
	w.do("erase", "protocol=https\nhost=dev.azure.com\n")
	expect(t, "items", len(w.ring.Items()), 0)
}

func TestTheOrganizationOfAStoreIsFoundByItsSecret(t *testing.T) {
	const clone = "protocol=https\nhost=dev.azure.com\nusername=contoso\n" // https://contoso@dev.azure.com, no path
	const later = "protocol=https\nhost=dev.azure.com\n"
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.azure["L"] = live
	expect(t, "answer, without the path that only the helper was given", w.do("get", clone), given("L")+"\n")
	expect(t, "path told to get", manager.seen[0].Get("path"), "contoso")
	manager.seen = nil

	w.do("store", later+given("L"))
	expect(t, "path told to store", manager.seen[0].Get("path"), "contoso")
	manager.seen = nil
	w.do("erase", later+given("L"))
	expect(t, "path told to erase", manager.seen[len(manager.seen)-1].Get("path"), "contoso")
	manager.seen = nil

	w.do("store", later+given("never seen"))
	expect(t, "an account is not taken for an organization", manager.seen[0].Has("path"), false)
}

func TestWhereTheOrganizationIsUnknownNoCopyIsMadeThatNobodyWouldUse(t *testing.T) {
	manager := helperWith("manager", map[string]string{})
	w := newWorld(t, Wrap, manager)
	w.do("store", "protocol=https\nhost=dev.azure.com\n"+given("L"))
	expect(t, "inner helper", manager.took(), "store")
	expect(t, "items", len(w.ring.Items()), 0)
}

func TestATokenThatAStoreKeepsForAnotherPathIsFound(t *testing.T) {
	const api = "protocol=https\nhost=dev.azure.com\npath=contoso/shop/_git/api\n"
	keeper := helperWith("store", map[string]string{"alice": "L"})
	keeper.path = "contoso/shop/_git/web"
	w := newWorld(t, Wrap, keeper)
	w.azure["L"] = live
	expect(t, "answer", w.do("get", api), given("L")+"\n")

	// For another organization the same token looks rejected. It is not touched.
	w.azure["L"] = rejected
	expect(t, "answer", w.do("get", strings.Replace(api, "contoso", "fabrikam", 1)), "")
	expect(t, "held", keeper.held("alice"), "L")
	expect(t, "said", w.said(), "")
}

// Git's configuration could not be read for once: nobody knows who stands behind.
func TestAStoreToNobodyKnownIsNoSettlement(t *testing.T) {
	w := newWorld(t, Chain)
	w.do("store", contoso+given("L"))
	expect(t, "items", len(w.ring.Items()), 0)
	w.topology = Alone
	w.do("store", contoso+given("L"))
	expect(t, "items, when it can be read again", len(w.ring.Items()), 1)
}

// One token for all accessible organizations, at https://contoso@dev.azure.com and
// https://fabrikam@dev.azure.com: Git's erase names neither.
func TestAnEraseWithoutAnOrganizationForgetsEveryVerdict(t *testing.T) {
	const host = "protocol=https\nhost=dev.azure.com\n"
	manager := helperWith("manager", map[string]string{"alice": "L"})
	w := newWorld(t, Wrap, manager)
	w.noCopy = true
	w.azure["L"] = live
	for _, organization := range []string{"contoso", "fabrikam"} {
		manager.holds = map[string]string{organization: "L"}
		w.do("get", host+"username="+organization+"\n")
	}
	w.asked()
	w.do("erase", host+given("L"))
	for _, organization := range []string{"contoso", "fabrikam"} {
		manager.holds = map[string]string{organization: "L"} // GCM erases nothing without a path (#1619)
		w.do("get", host+"username="+organization+"\n")
	}
	expect(t, "judged anew", w.asked(), []string{"L", "L"})
}
