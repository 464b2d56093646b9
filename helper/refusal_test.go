package helper

import (
	"testing"
)

// Git asks by itself where the inner helpers gave nothing, and stores what it got.
func TestARefusalEndsWithWhatGitStores(t *testing.T) {
	for _, asked := range []string{"", "username=alice\n"} {
		manager := helperWith("manager", map[string]string{})
		w := newWorld(t, Wrap, manager)
		w.azure["N"] = live
		expect(t, "first, Git asks the person itself", w.do("get", contoso+asked), "")
		w.do("store", contoso+given("N"))
		expect(t, "second, in the same process group", w.do("get", contoso+asked), given("N"))
		expect(t, "said", w.said(), "")
	}
}

// The Clone button writes https://contoso@dev.azure.com, people write it without.
func TestARefusalHoldsForBothFormsOfAnAddress(t *testing.T) {
	w := newWorld(t, Wrap, helperWith("manager", map[string]string{}))
	expect(t, "first", w.do("get", contoso), "")
	expect(t, "the same account", w.do("get", contoso+"username=contoso\n"), "quit=1\n")
	expect(t, "another account", w.do("get", contoso+"username=bob\n"), "")
}

// A helper may know the username and leave the password to Git's own prompt.
func TestAPartOfAnAnswerIsNoRefusal(t *testing.T) {
	w := newWorld(t, Wrap, partial{"username=alice\n"}.helper())
	expect(t, "first", w.do("get", contoso), "username=alice\n")
	expect(t, "second, in the same process group", w.do("get", contoso), "username=alice\n")
	expect(t, "said", w.said(), "")
}
