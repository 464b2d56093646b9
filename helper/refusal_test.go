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
