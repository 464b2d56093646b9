package faults

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
	"github.com/ado-guard/git-credential-ado-guard/internal/secret"
	"github.com/ado-guard/git-credential-ado-guard/store"
	"github.com/ado-guard/git-credential-ado-guard/validate"
)

// keyringCells are session buses that are not what they should be. What a real
// Secret Service does is in hang_linux_test.go and in package store.
func keyringCells() []cell {
	bus := func(failure, address string) cell {
		return cell{"keyring", failure, func(_ *room, p *program) error {
			p.git = true
			p.env = append(p.env, "DBUS_SESSION_BUS_ADDRESS="+address)
			return nil
		}}
	}
	cells := []cell{
		bus("has no bus", ""),
		bus("has a bus that is gone", "unix:path=/nonexistent/bus"),
		bus("has a bus that is to be started", "autolaunch:"),
		bus("has a bus of no known kind", "carrier-pigeon:coop=3"),
		bus("has a bus whose address is none", "\x01;;==,"),
		bus("has a bus that is a directory", "unix:path=/"),
		bus("has a bus that is a file", "unix:path=/etc/passwd"),
		bus("has a bus that refuses", "tcp:host=127.0.0.1,port=1"),
	}
	for failure, serve := range map[string]func(net.Conn){
		"hangs":                drain,
		"closes at once":       func(net.Conn) {},
		"answers with garbage": func(c net.Conn) { _, _ = c.Write([]byte("\x00\xff\x1b\r\nDATA\r\n")); drain(c) },
		"rejects us":           func(c net.Conn) { _, _ = c.Write([]byte("REJECTED EXTERNAL\r\n")); drain(c) },
		"hangs after the login": func(c net.Conn) {
			_, _ = c.Write([]byte("REJECTED EXTERNAL\r\nOK 0123456789abcdef0123456789abcdef\r\n"))
			drain(c)
		},
		"answers without end":  endless,
		"answers byte by byte": func(c net.Conn) { drip(c, "REJECTED EXTERNAL\r\nOK 0123456789abcdef\r\n") },
	} {
		cells = append(cells, cell{"keyring", failure, func(r *room, p *program) error {
			p.git = true
			p.limit = 2 * time.Second                  // what the keyring may take: Git's configuration is not read before
			directory, err := os.MkdirTemp("", "bus-") // a socket's path is short
			if err != nil {
				return err
			}
			l, err := net.Listen("unix", filepath.Join(directory, "bus"))
			if err != nil {
				return err
			}
			stop := rig.ServeOn(l, serve)
			p.clean = append(p.clean, func() { stop(); os.RemoveAll(directory) })
			p.env = append(p.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+l.Addr().String())
			return nil
		}})
	}
	return cells
}

// stateDir is the state directory below the home.
const stateDir = ".cache/ado-guard"

// used makes a state directory that has been used, and returns the state. What it
// remembers is of other organizations.
func used(r *room, now func() time.Time) *store.State {
	s := store.Open(r.path(stateDir), now, zerolog.Nop())
	fp := s.Fingerprint(secret.New("of a token that nobody has"))
	s.Remember("adventure", fp, store.Remembered{Finding: store.Live, Until: now().Add(time.Minute), Proven: now()})
	s.SetOutcome("adventure\n", store.Outcome{Finding: store.Live})
	s.Mark("anything", time.Minute)
	s.Know(store.Known{Key: "adventure", Host: "dev.azure.com", Organization: "adventure"})
	unlock, _, _ := s.Lock(context.Background(), "contoso") // only to have the file; a problem shows in the cell
	unlock()
	return s
}

// stateCells break the state directory and everything in it.
func stateCells() []cell {
	var cells []cell
	add := func(failure string, arrange func(r *room, p *program, dir string) error) {
		cells = append(cells, cell{"state directory", failure, func(r *room, p *program) error {
			used(r, time.Now)
			return arrange(r, p, r.path(stateDir))
		}})
	}
	instead := func(path string, put func() error) error { return errors.Join(os.RemoveAll(path), put()) }
	as := map[string]func(r *room, path string) error{
		"is a file":              func(_ *room, path string) error { return os.WriteFile(path, []byte("x"), 0o600) },
		"is a link into nowhere": func(_ *room, path string) error { return os.Symlink("/nonexistent/place", path) },
		"is a link to itself":    func(_ *room, path string) error { return os.Symlink(path, path) },
		"is a pipe":              func(_ *room, path string) error { return syscall.Mkfifo(path, 0o600) },
		"is a device":            func(_ *room, path string) error { return os.Symlink("/dev/full", path) },
		"belongs to another user": func(_ *room, path string) error {
			return errors.Join(os.Mkdir(path, 0o700), os.Chown(path, 12345, 12345))
		},
		"may be used by nobody": func(_ *room, path string) error { return os.Mkdir(path, 0) },
	}
	for failure, put := range as {
		add("itself "+failure, func(r *room, _ *program, dir string) error {
			return instead(dir, func() error { return put(r, dir) })
		})
		for _, part := range []string{"records", "outcomes", "marks", "organizations", "items", "locks", "holders", "new", "key"} {
			add(part+" "+failure, func(r *room, _ *program, dir string) error {
				return instead(filepath.Join(dir, part), func() error { return put(r, filepath.Join(dir, part)) })
			})
		}
	}
	for failure, text := range map[string]string{"key is empty": "", "key is too short": "abc", "key is huge": strings.Repeat("k", 1<<20)} {
		add(failure, func(_ *room, _ *program, dir string) error {
			return os.WriteFile(filepath.Join(dir, "key"), []byte(text), 0o600)
		})
	}
	add("key may be read by all", func(_ *room, _ *program, dir string) error { return os.Chmod(filepath.Join(dir, "key"), 0o644) })
	add("itself may be read by all", func(_ *room, _ *program, dir string) error { return os.Chmod(dir, 0o755) })
	add("every record is garbage", func(_ *room, _ *program, dir string) error { return overwrite(dir, "\x00\xff{garbage") })
	add("every record is empty", func(_ *room, _ *program, dir string) error { return overwrite(dir, "") })
	add("every record is huge", func(_ *room, _ *program, dir string) error { return overwrite(dir, strings.Repeat("x", 1<<20)) })
	add("is not there and cannot be", func(r *room, _ *program, _ string) error {
		return instead(r.path(".cache"), func() error { return os.WriteFile(r.path(".cache"), nil, 0o600) })
	})
	add("there is no home", func(r *room, p *program, _ string) error {
		p.env = append(p.env, "STANDIN_DIR="+filepath.Dir(string(r.Standin)))
		p.env = append(p.env, r.Server.Environ()...)
		p.shell = "unset XDG_CACHE_HOME HOME;"
		return nil
	})
	add("is named by no absolute path", func(_ *room, p *program, _ string) error {
		p.env = append(p.env, "XDG_CACHE_HOME=relative/path")
		return nil
	})
	// The inner helper needs room of its own, so here it is one that only reads.
	add("is on a disk that is full", fullDisk)
	add("is on a disk that is full and new", func(r *room, p *program, dir string) error {
		return errors.Join(os.RemoveAll(dir), fullDisk(r, p, dir))
	})
	add("has few file descriptors left", func(_ *room, p *program, _ string) error {
		p.shell = "ulimit -n 24;"
		return nil
	})
	return cells
}

// fullDisk lets no file grow. git-credential-store answers without writing.
func fullDisk(r *room, p *program, _ string) error {
	path := r.path("trouble-credentials")
	p.clean = append(p.clean, func() { os.Remove(path) })
	p.inner = "store --file=" + path
	p.shell = "ulimit -f 0;"
	return os.WriteFile(path, []byte("https://alice:"+r.Secret(r.token)+"@dev.azure.com/contoso/web/_git/web\n"), 0o600)
}

// overwrite replaces the content of every file below a directory but the key.
func overwrite(dir, text string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "key" {
			return err
		}
		return os.WriteFile(path, []byte(text), 0o600)
	})
}

// lockCells are locks that others left, hold, or put something else in the place of.
func lockCells() []cell {
	file := func(r *room) (string, error) {
		s := used(r, time.Now)
		target, _ := validate.Recognize(validate.Request{Protocol: "https", Host: "dev.azure.com", Path: "contoso/web/_git/web"}, nil)
		unlock, _, err := s.Lock(context.Background(), target.Key())
		unlock()
		files, _ := filepath.Glob(r.path(stateDir + "/locks/*"))
		if len(files) == 0 {
			err = errors.Join(err, errors.New("there is no lock file"))
		}
		return strings.Join(files, "\n"), err
	}
	each := func(failure string, change func(path string) error) cell {
		return cell{"lock", failure, func(r *room, p *program) error {
			files, err := file(r)
			for path := range strings.SplitSeq(files, "\n") {
				err = errors.Join(err, os.Remove(path), change(path))
			}
			return err
		}}
	}
	held := func(failure string, hold time.Duration) cell {
		return cell{"lock", failure, func(r *room, p *program) error {
			files, err := file(r)
			if err != nil {
				return err
			}
			p.limit += hold
			var holders []*os.File
			for path := range strings.SplitSeq(files, "\n") {
				f, err := os.Open(path)
				if err != nil {
					return err
				}
				if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
					return err
				}
				holders = append(holders, f)
			}
			p.during = func(int) {
				time.AfterFunc(hold, func() {
					for _, f := range holders {
						f.Close()
					}
				})
			}
			return nil
		}}
	}
	return []cell{
		each("is stale: its holder was killed", func(path string) error { return os.WriteFile(path, nil, 0o600) }),
		each("was left by another version", func(path string) error { return os.WriteFile(path, []byte("4711\n"), 0o600) }),
		each("is a directory", func(path string) error { return os.Mkdir(path, 0o700) }),
		each("is a pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }),
		each("is a link into nowhere", func(path string) error { return os.Symlink("/nonexistent/place", path) }),
		each("is a link to a file", func(path string) error { return os.Symlink("/etc/passwd", path) }),
		each("belongs to another user", func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, 12345, 12345))
		}),
		each("may be opened by nobody", func(path string) error { return os.WriteFile(path, nil, 0) }),
		held("is held for a moment", 100*time.Millisecond),
		held("is held for two seconds", 2*time.Second),
	}
}

// clockCells plant what a clock that was wrong by a year has left behind, either
// way: the guard takes the time from the operating system, which no test may turn.
func clockCells() []cell {
	const year = 365 * 24 * time.Hour
	var cells []cell
	for name, off := range map[string]time.Duration{"a year ahead": year, "a year behind": -year, "ten minutes ahead": 10 * time.Minute} {
		now := func() time.Time { return time.Now().Add(off) }
		plant := func(what string, write func(s *store.State, key string, fp store.Fingerprint)) {
			cells = append(cells, cell{"clock", "was " + name + ": " + what, func(r *room, p *program) error {
				s := used(r, now)
				target, _ := validate.Recognize(validate.Request{Protocol: "https", Host: "dev.azure.com", Path: "contoso/web/_git/web"}, nil)
				write(s, target.Key(), s.Fingerprint(secret.New(r.Secret(r.token))))
				return s.Problem()
			}})
		}
		plant("it was dead", func(s *store.State, key string, fp store.Fingerprint) {
			s.Remember(key, fp, store.Remembered{Finding: store.Dead, Reason: string(validate.ReasonExpired), Until: now().Add(time.Minute)})
		})
		plant("it was live", func(s *store.State, key string, fp store.Fingerprint) {
			s.Remember(key, fp, store.Remembered{Finding: store.Live, Proven: now(), Until: now().Add(5 * time.Minute)})
		})
		plant("a prompt was refused", func(s *store.State, key string, fp store.Fingerprint) {
			s.SetOutcome(key+"\n", store.Outcome{Finding: store.Refused, Group: syscall.Getpgrp()})
		})
		plant("hosts were down", func(s *store.State, _ string, _ store.Fingerprint) {
			s.Mark("down dev.azure.com", 30*time.Second)
			s.Mark("down vssps.dev.azure.com", 30*time.Second)
		})
		plant("it was settled", func(s *store.State, key string, fp store.Fingerprint) {
			s.Settle(key, fp, "dev.azure.com\nalice\nstandin", now().Add(time.Hour))
		})
	}
	return cells
}
