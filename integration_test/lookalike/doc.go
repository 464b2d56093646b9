// Package lookalike is an Azure DevOps that runs on 127.0.0.1 under its real
// host names, for tests, benchmarks and the demonstration.
//
// # The model
//
// A [Server] is an HTTP CONNECT proxy. It ends TLS itself, with certificates of
// a certificate authority that it makes up when it starts, and plays the hosts
// behind the tunnel: dev.azure.com, vssps.dev.azure.com, status.dev.azure.com,
// {organization}.visualstudio.com and the sign-in host that Azure DevOps
// redirects to. Any other host is refused, and the attempt is recorded. A
// client needs no override to come here, only Git's own http.proxy and
// http.sslCAInfo ([Server.GitConfig]) or their like in the environment
// ([Server.Environ]).
//
// Four endpoints ([Endpoint]) answer: Profile, Connection (connectionData),
// Repository (Git's smart HTTP, by a real git http-backend) and Status. What
// one of them says is a [Behaviour], and who decides it is, first match wins:
//
//  1. the endpoint itself:      s.Endpoint(Profile).Answer(NotFound)
//  2. the organization:         s.Organization("contoso").Behave(Error503)
//  3. the token, there:         s.Token("old", Live).In("contoso", Revoked)
//  4. the token:                s.Token("old", Expired)
//
// A token that was never declared is answered as Revoked, no token at all as
// Azure DevOps answers anonymous requests. An organization or repository that
// was never declared is a 404.
//
// A Behaviour covers all endpoints; [Behaviour.At] makes one of them differ:
//
//	Revoked.At(Repository, SignInPage) // dead, and Git is shown the sign-in page
//
// Its name, "revoked repository=sign-in-page", is what [ParseBehaviour] reads,
// so that scripts and Go say the same. [Behaviours] lists all of them.
//
// A [Fault] is trouble below the answer, set per endpoint: slow, hanging, cut
// off, huge, a refused tunnel, a wrong certificate. [Server.RoundTrip] gives
// every connection a latency.
//
// # Use
//
//	s := lookalike.Start()
//	defer s.Close()
//	repository := s.Organization("contoso").Repository("web", "web")
//	old := s.Token("old", lookalike.Expired)
//	… run git with s.GitConfig() in ~/.gitconfig and old.Secret() as password
//	s.Requests().At(lookalike.Profile)       // what was asked of it
//	s.Requests().Carrying("old").Hosts()     // who ever saw the token
//
// All methods may be called at any time from any goroutine. Set-up that cannot
// be done (no port, no git program) panics, as net/http/httptest does. A record
// names tokens and never holds one, so it can be printed.
package lookalike
