package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
)

// many is how many organizations one person is taken to have at most.
const many = 5000

// otherHost is what Git asks for a host that is not Azure DevOps.
const otherHost = "protocol=https\nhost=git.example\n\n"

// hot measures what happens on nearly every call: a request for another host, and one
// for a token that was proven a while ago. All of that takes milliseconds, so there
// are more rounds of it.
func hot(ctx context.Context, w *world, rounds int) ([]row, error) {
	here, err := w.home("hot", "")
	if err != nil {
		return nil, err
	}
	crowded, err := w.home("crowded", "")
	if err != nil {
		return nil, err
	}
	offline, err := w.home("offline", "[http]\n\tproxy = http://127.0.0.1:1\n")
	if err != nil {
		return nil, err
	}
	for _, h := range []*home{here, crowded, offline} {
		if err := h.remember(ctx); err != nil {
			return nil, err
		}
	}
	crowded.crowd()

	elsewhere := here.elsewhere("the guard, other host")
	remembered, among, refused := here.get("the guard, remembered"), crowded.get("the guard, crowded"), offline.get("the guard, offline")
	refused.before = offline.forget
	nothing := &contender{name: "/bin/true", home: here, args: []string{"true"}}
	empty := &contender{name: "empty", home: here, args: []string{w.program("empty")}}
	read := &contender{
		name: "keyring read", home: here, answer: `"entries"`, missing: w.noRing,
		args: []string{w.program("keyringread"), "ado-guard", here.item()},
	}
	gitStore, gitCache, libsecret, oauth, gcm := here.gitStore(), here.gitCache(), here.libsecret(), here.oauth(), here.gcm()
	gcm.every = 20
	if err := prime(ctx, gitStore, gitCache, libsecret, gcm); err != nil {
		return nil, err
	}
	const get, other = "get, copy and verdict remembered", "get, other host"
	return w.compare(ctx, "hot", 4*rounds, []comparison{
		ratio(other, "an empty Go program with the same three libraries", elsewhere, empty, 1.10),
		ratio(get, "a bare go-keyring read", remembered, read, 1.15),
		ratio(get, "git-credential-libsecret", remembered, libsecret, 0.60),
		ratio(fmt.Sprintf("get, remembered, %d records", many), "the same with 1 record", among, remembered, 1.05),
		added("get, offline (refused at once)", "get without need of the network", refused, remembered, 20, milliseconds, time.Millisecond),
		ratio(other, "`/bin/true`", elsewhere, nothing, 0),
		ratio(other, "git-credential-oauth, likewise", elsewhere, oauth, 0),
		ratio(get, "`/bin/true`", remembered, nothing, 0),
		ratio(get, "`git credential-store`", remembered, gitStore, 0),
		ratio(get, "`git credential-cache`", remembered, gitCache, 0),
		ratio(get, "Git Credential Manager itself", remembered, gcm, 0),
	})
}

// crowd makes the guard remember many organizations: half of them with the token at
// hand, each other with a token of its own.
func (h *home) crowd() {
	state := h.state()
	for i := range many {
		organization, token := fmt.Sprintf("organization-%d", i), secret.New(h.token)
		if i%2 == 1 {
			token = secret.New(fmt.Sprint("token ", i))
		}
		now := time.Now()
		state.Remember(organization, state.Fingerprint(token), store.Remembered{Finding: store.Live, Proven: now, Until: now.Add(12 * time.Hour)})
		state.Know(store.Known{Key: organization, Host: "dev.azure.com", Organization: organization})
	}
}
