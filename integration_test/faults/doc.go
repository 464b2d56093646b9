// Package faults breaks everything that the guard depends on, in every way that a
// thing can fail, and holds what happens against the same command without the
// guard.
//
// # The model
//
// A [cell] is one thing (the profile API, the keyring, the lock, Git itself, …)
// that fails in one way. It is tried twice: with a token that lives and with one
// that was revoked. Each time the command runs without the guard and then with it,
// in a [room]: a look-alike Azure DevOps, a home directory and a stand-in for Git
// Credential Manager that holds the token for contoso and another, which lives,
// for fabrikam. What must hold:
//
//   - a live token: the command ends as it does without the guard, and the token is
//     where it was;
//   - a revoked token: either it is handed over as without the guard, or it is
//     replaced; nothing else is answered;
//   - either way: fabrikam's token is where it was, and the guard took no more
//     than adoguard.timeout and one second longer.
//
// The command is `git ls-remote`, or the guard and the stand-in themselves with
// the request that Git would write, where Git would meet the same fault and so
// fail with or without the guard.
//
// # Time
//
// A busy machine is slow for both. So the guard may take as long as the command
// without it took at that moment, ten times (it starts several programs where Git
// starts one), and the promised time on top; and a cell that is late is tried
// again, for being late three times running is no accident.
package faults
