// Package validate finds out what Azure DevOps says of a credential.
//
// The model, in the order in which the words build on each other:
//
//   - A [Target] is what Git's request is about: which server, which organization
//     and how surely it is known, which repository. [Recognize] makes it, and says
//     a firm no to every host that is not Azure DevOps.
//   - A [Probe] is one HTTP question about a credential. An [Answer] is what came
//     back, and its [Evidence] is what that proves: the token lives, it was
//     rejected, it has expired, or nothing. [Weigh] is the rule.
//   - A [Verdict] is live, dead or unknown, with a [Reason] that a person can read.
//     [Decide] is the rule that makes it of the evidence.
//   - A [Validator] asks. [Settings] tell it how Git itself would reach the server.
//
// Three promises shape the package. Only a proven death is called dead: outages,
// proxies, portals, throttling and missing permissions are unknown. The secret goes
// to the request's own host and to vssps.dev.azure.com/{organization} and nowhere
// else, over TLS verified as Git would verify it, and is found in no error, trace or
// answer. And nothing that the network, a server or this package does keeps the
// caller longer than its context allows.
package validate
