package lookalike

import (
	"net/http"
	"strings"
)

// question is one request and all that is known about it.
type question struct {
	*http.Request
	server           *Server
	host             string // host:port, as the CONNECT said it
	endpoint         Endpoint
	organizationName string        // as the URL says it, in lower case
	organization     *Organization // nil if it is unknown
	repository       *GitRepository
	service          string // info/refs, git-upload-pack or git-receive-pack
	user             string
}

// serve answers every request that came through a tunnel.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		panic(http.ErrAbortHandler)
	}
	defer s.work.Done()

	host := r.Context().Value(authorityKey{}).(string)
	q := s.understand(r, host)
	entry := s.record(r, q.endpoint, host, "https://"+r.Host+r.URL.RequestURI())
	s.mu.Lock()
	entry.Organization = q.organizationName
	q.user = entry.User
	s.mu.Unlock()

	w = &statusWriter{ResponseWriter: w, note: func(status int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		entry.Status = status
	}}
	say, fault := s.decide(q)
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, q) })
	if fault.respond != nil {
		fault.respond(s.running, w, r, answer)
		return
	}
	answer(w, r)
}

// understand finds out what a request asks, from its host and path.
func (s *Server) understand(r *http.Request, host string) *question {
	q := &question{Request: r, server: s, host: host, endpoint: Elsewhere}
	if host == signInHost+":443" || r.URL.Path == "/_signin" {
		q.endpoint = SignIn
		return q
	}
	s.mu.Lock()
	stranger := s.strangers[host]
	s.mu.Unlock()
	if stranger {
		return q
	}
	if host == "status.dev.azure.com:443" {
		if r.URL.Path == "/_apis/status/health" {
			q.endpoint = Status
		}
		return q
	}

	var rest string
	q.organization, q.organizationName, rest = s.locate(host, r.URL.Path)
	if host == "vssps.dev.azure.com:443" {
		if strings.EqualFold(rest, "_apis/profile/profiles/me") {
			q.endpoint = Profile
		}
		return q
	}
	if strings.EqualFold(rest, "_apis/connectionData") {
		q.endpoint = Connection
	} else if match := gitPath.FindStringSubmatch(rest); match != nil {
		q.endpoint = Repository
		q.service = match[3]
		project, name := match[1], match[2]
		if project == "" { // short for the project's repository of the same name
			project = name
		}
		if q.organization != nil {
			s.mu.Lock()
			q.repository = q.organization.repositories[repositoryKey(project, name)]
			s.mu.Unlock()
		}
	}
	return q
}

// decide chooses the answer and the trouble, in the order that the package's
// comment gives.
func (s *Server) decide(q *question) (answer, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch q.endpoint {
	case SignIn:
		if q.host == signInHost+":443" {
			return SignInPage.says[Repository], Fault{}
		}
		return HTML200.says[Repository], Fault{}
	case Profile, Connection, Repository, Status:
	default:
		if s.strangers[q.host] {
			return foreign(http.StatusOK, "hello\n"), Fault{}
		}
		return NotFound.says[Connection], Fault{}
	}
	state := s.endpoints[q.endpoint]
	var fault Fault
	if state.fault != nil {
		fault = *state.fault
	}
	return s.behaviour(q, state).says[q.endpoint], fault
}

// behaviour finds the one that decides. The caller holds s.mu.
func (s *Server) behaviour(q *question, state endpointState) Behaviour {
	switch {
	case state.answer != nil:
		return *state.answer
	case q.endpoint == Status:
		return Live
	case q.organization == nil:
		return NotFound
	case q.organization.is != nil:
		return *q.organization.is
	}
	c, _ := authorization(q.Header.Get("Authorization"))
	if token := s.tokens[s.nameOf(c.secret)]; token != nil {
		if b, ok := token.in[strings.ToLower(q.organization.name)]; ok {
			return b
		}
		return token.is
	}
	switch {
	case c.malformed:
		return SignInPage // vsts-rest-api-specs#97
	case c.secret == "" && q.repository != nil && q.repository.public && q.service != "git-receive-pack" &&
		q.URL.Query().Get("service") != "git-receive-pack":
		return Live
	}
	return Revoked // unknown, or nobody: the same words
}

// publicProjects reports whether the organization allows public projects.
func (q *question) publicProjects() bool {
	if q.organization == nil {
		return false
	}
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	return q.organization.public
}

// statusWriter notes the status of the answer that is written.
type statusWriter struct {
	http.ResponseWriter
	note func(status int)
	done bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.done {
		w.done = true
		w.note(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
