package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// A Directory is where a stand-in keeps everything. It is made when something
// is put into it. Any number of processes may use it at once.
type Directory string

// A Credential is one that is stored.
type Credential struct {
	Service  string // https://dev.azure.com/organization, or protocol://host elsewhere
	Username string
	Password string
}

// contents is the file of what is stored.
type contents struct {
	Credentials []Credential
	Cached      map[string]Credential // OAuth mode: the token cache, by service
}

// find returns the index of the first credential of the service, with the
// account unless that is empty; -1 if there is none.
func (c *contents) find(service, account string) int {
	return slices.IndexFunc(c.Credentials, func(k Credential) bool {
		return k.Service == service && (account == "" || k.Username == account)
	})
}

// Credentials returns what is stored, oldest first, and in OAuth mode what is
// in the token cache.
func (d Directory) Credentials() ([]Credential, error) {
	c, err := d.contents()
	for _, cached := range c.Cached {
		c.Credentials = append(c.Credentials, cached)
	}
	return c.Credentials, err
}

// Store adds a credential, or replaces the one of the same service and user.
func (d Directory) Store(given Credential) error {
	return d.change(func(c *contents) {
		for i, kept := range c.Credentials {
			if kept.Service == given.Service && kept.Username == given.Username {
				c.Credentials[i] = given
				return
			}
		}
		c.Credentials = append(c.Credentials, given)
	})
}

// Clear removes everything that is stored.
func (d Directory) Clear() error {
	return d.change(func(c *contents) { *c = contents{Cached: map[string]Credential{}} })
}

// Cache puts a token into the cache of OAuth mode.
func (d Directory) Cache(given Credential) error {
	return d.change(func(c *contents) { c.Cached[given.Service] = given })
}

// unbind is `azure-repos unbind`: the next get of the organization asks again.
func (d Directory) unbind(service string) error {
	return d.change(func(c *contents) { delete(c.Cached, strings.ToLower(service)) })
}

// Queue adds what a person will type into the next dialog that is still free.
func (d Directory) Queue(username, password string) error {
	return d.locked(func() error { return d.add("queue", username+" "+password+"\n") })
}

// next returns the head of the queue, and takes it off if told so. Nobody there
// is a person who cancels.
func (d Directory) next(take bool) (head Credential, err error) {
	err = d.locked(func() error {
		text, err := d.read("queue")
		line, rest, found := strings.Cut(text, "\n")
		if err != nil {
			return err
		}
		if !found {
			return cancelled
		}
		head.Username, head.Password, _ = strings.Cut(line, " ")
		if !take {
			return nil
		}
		return d.replace("queue", rest)
	})
	return head, err
}

// Answer sets what mode "verbatim" prints at get.
func (d Directory) Answer(text string) error {
	return d.locked(func() error { return d.replace("answer", text) })
}

func (d Directory) copyAnswer(out io.Writer) error {
	text, err := d.read("answer")
	if err == nil {
		_, err = io.WriteString(out, text)
	}
	return err
}

func (d Directory) contents() (contents, error) {
	c := contents{Cached: map[string]Credential{}}
	text, err := d.read("store")
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &c)
	}
	if err != nil {
		err = fmt.Errorf("reading the stand-in's store: %w", err)
	}
	return c, err
}

// change reads what is stored, lets a function change it and writes it back,
// while no other process does.
func (d Directory) change(change func(*contents)) error {
	return d.locked(func() error {
		c, err := d.contents()
		if err != nil {
			return err
		}
		change(&c)
		text, err := json.MarshalIndent(c, "", "  ")
		if err != nil {
			return err
		}
		return d.replace("store", string(text))
	})
}

func (d Directory) locked(work func() error) error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	lock := flock.New(d.file("lock"))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("locking the stand-in's directory: %w", err)
	}
	return errors.Join(work(), lock.Close())
}

func (d Directory) file(name string) string { return filepath.Join(string(d), name) }

// read returns a file's text; no file has none.
func (d Directory) read(name string) (string, error) {
	text, err := os.ReadFile(d.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// replace writes a file so that a reader sees the old text or the new one.
func (d Directory) replace(name, text string) error {
	fresh := d.file(name + ".new")
	if err := os.WriteFile(fresh, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, d.file(name))
}

// add appends to a file with a single write, so that lines never mix.
func (d Directory) add(name, text string) error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(d.file(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}
