package lookalike

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// A GitRepository is a bare repository that a real git http-backend serves.
type GitRepository struct {
	organization *Organization
	project      string
	name         string
	public       bool // guarded by server.mu
}

// Repository returns the repository of that name, which exists from now on with
// one commit on main: a file README.md.
func (o *Organization) Repository(project, name string) *GitRepository {
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	key := repositoryKey(project, name)
	r := o.repositories[key]
	if r == nil {
		r = &GitRepository{organization: o, project: project, name: name}
		must("making a directory", os.MkdirAll(r.Dir(), 0o700))
		r.git("", "init", "--quiet", "--bare", "--initial-branch=main")
		r.commit("main", "README.md", "The repository "+name+" of the project "+project+".\n")
		o.repositories[key] = r
	}
	return r
}

func repositoryKey(project, name string) string { return strings.ToLower(project + "/" + name) }

// Publish makes the repository part of a public project: anybody may read it,
// with no token. A dead token is refused nevertheless; it is not known what
// Azure DevOps does there. Revoked.At(Repository, Live) is the other answer.
func (r *GitRepository) Publish() {
	r.organization.server.mu.Lock()
	defer r.organization.server.mu.Unlock()
	r.public = true
}

// URL returns the repository's URL as the Clone button gives it, without the
// user name.
func (r *GitRepository) URL() string { return r.organization.URL() + r.path() }

// LegacyURL returns the repository's URL at visualstudio.com.
func (r *GitRepository) LegacyURL() string { return r.organization.LegacyURL() + r.path() }

func (r *GitRepository) path() string {
	return "/" + url.PathEscape(r.project) + "/_git/" + url.PathEscape(r.name)
}

// Dir returns the bare repository's directory.
func (r *GitRepository) Dir() string {
	return filepath.Join(r.organization.directory, r.project, r.name+".git")
}

// Commit adds a commit to the branch that sets one file, and makes the branch
// if need be.
func (r *GitRepository) Commit(branch, file, content string) {
	r.organization.server.mu.Lock()
	defer r.organization.server.mu.Unlock()
	r.commit(branch, file, content)
}

func (r *GitRepository) commit(branch, file, content string) {
	from := "from refs/heads/" + branch + "^0\n"
	if r.git("", "for-each-ref", "refs/heads/"+branch) == "" {
		from = ""
	}
	r.git(fmt.Sprintf("commit refs/heads/%s\ncommitter Look-alike <look@alike.invalid> 1767225600 +0000\ndata <<END\nSet %s\nEND\n%sM 100644 inline %s\ndata %d\n%s\n",
		branch, file, from, file, len(content), content), "fast-import", "--quiet")
}

// Head returns the commit's name at the tip of the branch.
func (r *GitRepository) Head(branch string) string {
	return r.git("", "rev-parse", "refs/heads/"+branch)
}

func (r *GitRepository) git(input string, arguments ...string) string {
	command := exec.Command("git", append([]string{"-C", r.Dir()}, arguments...)...)
	command.Env = gitEnvironment()
	command.Stdin = strings.NewReader(input)
	output, err := command.CombinedOutput()
	must("git "+arguments[0]+" in "+r.Dir()+": "+string(output), err)
	return strings.TrimSpace(string(output))
}

// gitEnvironment is all that the server's own Git sees: no configuration of the
// machine, and no upkeep in the background that would outlive the server.
func gitEnvironment() []string {
	environment := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_COUNT=3",
		"GIT_CONFIG_KEY_0=gc.auto", "GIT_CONFIG_VALUE_0=0",
		"GIT_CONFIG_KEY_1=maintenance.auto", "GIT_CONFIG_VALUE_1=false",
		"GIT_CONFIG_KEY_2=receive.autogc", "GIT_CONFIG_VALUE_2=false",
	}
	if root := os.Getenv("SYSTEMROOT"); root != "" { // without it no Windows program opens a socket
		environment = append(environment, "SYSTEMROOT="+root)
	}
	return environment
}

// gitPath takes apart what follows the organization in a Git request:
// [DefaultCollection/][project/]_git/[_full/|_optimized/]repository/service.
var gitPath = regexp.MustCompile(`^(?i:DefaultCollection/)?(?:([^/]+)/)?_git/(?:_full/|_optimized/)?([^/]+)/(info/refs|git-upload-pack|git-receive-pack)$`)

// gitBackend serves Git's smart HTTP protocol by git http-backend.
func (q *question) gitBackend(w http.ResponseWriter) {
	git, err := exec.LookPath("git")
	must("finding git", err)
	// A CGI program is told the length of its input beforehand, so a chunked
	// body (a push over http.postBuffer) is read to its end first.
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // the client broke off
	}
	r := q.Clone(q.Context())
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	r.Header.Del("Authorization") // would become a variable of the program's environment
	r.URL.Path = "/" + q.service
	backend := cgi.Handler{
		Path: git,
		Args: []string{"http-backend"},
		Root: "/",
		Env: append(gitEnvironment(), "GIT_PROJECT_ROOT="+q.repository.Dir(), "GIT_HTTP_EXPORT_ALL=1",
			"REMOTE_USER="+cmp.Or(q.user, "alice")),
		Stderr: io.Discard, // tells of clients that broke off
	}
	backend.ServeHTTP(w, r)
}
