package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// gitStore, gitCache, libsecret, oauth and gcm are other people's credential helpers
// as they are asked in this home. All but oauth, which stores nothing and is asked
// for a host that it does not know, are made to hold the credential by prime.

func (h *home) gitStore() *contender { return h.peer("git", "", "credential-store") }

func (h *home) gitCache() *contender {
	h.closing = append(h.closing, func() {
		h.run(context.Background(), "", "git", "credential-cache", "exit") //nolint:errcheck // it ends by itself in a day
	})
	return h.peer("git", "", "credential-cache", "--timeout", "86400")
}

func (h *home) libsecret() *contender {
	path, missing := h.adopt("git-credential-libsecret", "ADO_GUARD_TEST_LIBSECRET", "libsecret")
	if missing == "" {
		missing = h.noRing
	}
	return h.peer(path, missing)
}

func (h *home) oauth() *contender {
	path, missing := h.adopt("git-credential-oauth", "ADO_GUARD_TEST_OAUTH", "debian")
	c := h.peer(path, missing)
	c.input, c.answer = otherHost, ""
	return c
}

func (h *home) gcm() *contender {
	path, missing := locate("git-credential-manager", "ADO_GUARD_TEST_GCM", "gcm")
	c := h.peer(path, missing)
	c.environ = gcmEnviron
	return c
}

// gcmEnviron keeps the real Git Credential Manager on this machine and its store in
// the home directory.
var gcmEnviron = []string{"GCM_CREDENTIAL_STORE=plaintext", "GCM_INTERACTIVE=never", "GCM_AUTODETECT_TIMEOUT=0"}

// peer is a credential helper that is asked for this home's credential.
func (h *home) peer(program, missing string, args ...string) *contender {
	return &contender{
		name: strings.Join(append([]string{filepath.Base(program)}, args...), " "), home: h, input: h.request(), answer: h.answer(), missing: missing,
		args: slices.Concat([]string{program}, args, []string{"get"}),
	}
}

// prime stores the credential in helpers.
func prime(ctx context.Context, helpers ...*contender) error {
	for _, c := range helpers {
		if c.missing != "" {
			continue
		}
		store := *c
		store.args = append(slices.Clone(c.args[:len(c.args)-1]), "store")
		store.input, store.answer, store.before = c.home.credential(), "", nil
		if _, err := store.run(ctx); err != nil {
			return err
		}
	}
	return nil
}
