// Package store is the guard's memory: what was found out about a credential,
// what must not be asked twice, and the copy of a credential in the operating
// system's keyring.
//
// # Two places
//
// The state directory holds small files and no secret. They name a secret by its
// [Fingerprint], an HMAC under a random key of this user, so that whoever reads
// them can neither find a token nor test a guess. [State] is the door to it:
//
//	key                        32 random bytes, mode 0600
//	records/FINGERPRINT/NAME   verdicts and settled marks, by secret and organization
//	outcomes/NAME              what the last holder of a lock found
//	marks/NAME                 short-lived facts: a host is down, the keyring hung
//	organizations/NAME         the organizations seen so far
//	items/NAME                 the keyring items that exist
//	locks/NAME, holders/NAME   one lock per organization, and who holds it
//	new/                       files that are being written
//
// The keyring holds secrets and nothing else does. [Copies] keeps all accounts
// of an organization in one item of a [Ring], and [Keyring] is the Ring of the
// operating system, through github.com/zalando/go-keyring.
//
// # Rules
//
//   - Nothing here makes a Git command fail. A State whose directory cannot be
//     used (absent home, read-only disk, another owner) works without memory:
//     questions are answered "not known", and what should be kept is dropped.
//     [State.Problem] says why.
//   - A record is believed or it is not there. It is one line, sealed by an HMAC
//     under the user's key over its place and its content, and is put in place by
//     a rename. So a file that is half-written, planted, moved or damaged is as
//     good as absent, and many processes need no lock to read and write.
//   - A record carries its own end, so reading it needs no configuration, and it
//     is not believed when it was written in the future or ends later than its
//     kind may: a clock that moved makes the guard forget, never remember.
//   - Names of files are hashes. They are safe on every file system whatever an
//     organization is called, they cannot lead out of the directory, and finding
//     one record among thousands costs the opening of one file.
package store
