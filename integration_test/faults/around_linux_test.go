package faults

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// innerCells are inner helpers in trouble.
func innerCells() []cell {
	var cells []cell
	for _, trouble := range []string{"early-exit", "crash", "crash-after", "hang", "hang-tree", "garbage", "half", "huge",
		"crash-after store", "crash store", "early-exit erase", "crash erase"} {
		cells = append(cells, cell{"inner helper", trouble, func(_ *room, p *program) error {
			p.env = append(p.env, "STANDIN_TROUBLE="+trouble)
			p.git = true
			if strings.HasPrefix(trouble, "hang") {
				p.patience = 4 * time.Second
			}
			return nil
		}})
	}
	values := map[string]string{
		"is not there":             "no-such-helper",
		"is a file that is none":   "/etc/passwd",
		"is a directory":           "/tmp",
		"is no command at all":     "'!(('",
		"says nothing":             "'!true'",
		"talks without end":        "'!yes >&2 | head -c 1000000 >&2; true'",
		"closes its streams":       "'!exec 0<&- 1>&- 2>&-; true'",
		"is killed":                "'!kill -9 $$; true'",
		"answers and is killed":    "'!f() { echo username=a; kill -9 $$; }; f'",
		"leaves a daemon":          "'!f() { sleep 3 & echo username=a; }; f'",
		"answers a line that ends": "'!f() { printf username=a; }; f'",
	}
	for failure, value := range values {
		cells = append(cells, cell{"inner helper", failure, func(_ *room, p *program) error {
			p.git = true
			p.inner = value
			return nil
		}})
	}
	return cells
}

// gitCells put in Git's place, for what the guard asks of it, one that fails. The
// guard is asked without Git, whose configuration it then cannot read; so the way
// to Azure DevOps stands in the environment too.
func gitCells() []cell {
	var cells []cell
	for failure, script := range map[string]string{
		"is not there":                       "exit 127",
		"crashes":                            "kill -SEGV $$",
		"fails":                              "echo fatal: bad config >&2; exit 128",
		"prints nothing":                     "exit 0",
		"prints garbage":                     `printf '\000\377\033[31m\nno key here\000'`,
		"prints half":                        `printf 'http.proxy\nhttp://127'`,
		"prints 100 MB":                      `head -c 100000000 /dev/zero`,
		"prints without end":                 `exec yes a.b`,
		"hangs":                              "exec sleep 30",
		"hangs after a byte":                 "printf h; exec sleep 30",
		"leaves a process with its output":   `PATH=${PATH#*:}; sleep 30 & exec git "$@"`,
		"is slow":                            `sleep 0.3; PATH=${PATH#*:}; exec git "$@"`,
		"closes its output and stays behind": "exec >&- 2>&-; exec sleep 30",
	} {
		cells = append(cells, cell{"Git", failure, func(r *room, p *program) error {
			if err := os.MkdirAll(r.path("trouble"), 0o700); err != nil {
				return err
			}
			text := "#!/bin/sh\nif [ \"$1\" = config ]; then\n" + script + "\nexit\nfi\nPATH=${PATH#*:}\nexec git \"$@\"\n"
			p.env = append(p.env, "PATH="+r.path("trouble")+":"+os.Getenv("PATH"))
			p.env = append(p.env, r.Server.Environ()...)
			p.limit = 5 * time.Second // nobody could tell the guard another
			return os.WriteFile(r.path("trouble/git"), []byte(text), 0o700)
		}})
	}
	return cells
}

// configurationCells are values of the guard's own keys that cannot be.
func configurationCells() []cell {
	var cells []cell
	with := func(failure, lines string) {
		cells = append(cells, cell{"configuration", failure, func(_ *room, p *program) error {
			p.config += lines
			p.git = true
			p.limit = 5 * time.Second
			return nil
		}})
	}
	for _, key := range []string{"timeout", "recheckAfter", "copyFor", "erase"} {
		for failure, value := range map[string]string{
			" is a word": " = soon", " is empty": " =", " has no value": "", " is negative": " = -5s", " is huge": " = 99999999999999999999h",
			" is nothing": " = 0", " has control bytes": " = \"\\t\\b\x1b[31m\"", " is long": " = " + strings.Repeat("9", 5000),
		} {
			if key == "timeout" && value == " = "+strings.Repeat("9", 5000) {
				continue // 292 years, as ordered
			}
			with(key+failure, "[adoguard]\n\t"+key+value+"\n")
		}
	}
	with("repeats itself", strings.Repeat("[adoguard]\n\ttimeout = 1s\n", 2000))
	with("has thousands of lines", strings.Repeat("[http \"https://a.example\"]\n\tproxy = x\n", 5000))
	with("includes what is not there", "[include]\n\tpath = /nonexistent/file\n")
	return cells
}

// streamCells take away, cut and block the standard streams. Without Git: it
// always gives its helpers good ones.
func streamCells() []cell {
	var cells []cell
	with := func(thing, failure string, wire func(r *room, p *program, c *exec.Cmd)) {
		cells = append(cells, cell{thing, failure, func(r *room, p *program) error {
			p.wire = func(c *exec.Cmd) { wire(r, p, c) }
			return nil
		}})
	}
	redirect := func(thing, failure, redirection string) {
		cells = append(cells, cell{thing, failure, func(_ *room, p *program) error {
			p.shell = "exec " + redirection + ";"
			return nil
		}})
	}
	whole := newProgram(nil).input
	text := func(failure, input string) {
		with("stdin", failure, func(_ *room, _ *program, c *exec.Cmd) { c.Stdin = strings.NewReader(input) })
	}
	// Without a request the stand-in prompts for a host without a name. The guard
	// answers nothing, as Git's own helpers do (CVE-2020-11008).
	none := func(failure, redirection string) {
		cells = append(cells, cell{"stdin", failure, func(_ *room, p *program) error {
			p.shell, p.inner = "exec "+redirection+";", "store"
			return nil
		}})
	}
	none("is closed", "0<&-")
	none("is empty", "0</dev/null")
	redirect("stdin", "is a directory", "0</")
	redirect("stdin", "may only be written to", "0>/dev/null")
	text("has no blank line at its end", strings.TrimSuffix(whole, "\n"))
	text("ends within a line", whole[:len(whole)-5])
	text("has CRLF", strings.ReplaceAll(whole, "\n", "\r\n"))
	text("goes on for 10 MB behind its end", whole+strings.Repeat("x=y\n", 2500000))
	with("stdin", "never ends, after a whole request", func(_ *room, p *program, c *exec.Cmd) {
		c.Stdin = endlessReader(p, whole)
	})
	with("stdin", "never ends, within a request", func(_ *room, p *program, c *exec.Cmd) {
		p.patience = 4 * time.Second
		c.Stdin = endlessReader(p, whole[:len(whole)-5])
	})
	for _, stream := range []struct{ name, number string }{{"stdout", "1"}, {"stderr", "2"}} {
		redirect(stream.name, "is closed", stream.number+">&-")
		redirect(stream.name, "is a full disk", stream.number+">/dev/full")
		redirect(stream.name, "may only be read from", stream.number+"</dev/null")
		for failure, config := range map[string]string{
			"is a pipe that nobody reads":         "",
			"is one, and there is a thing to say": "[adoguard]\n\trecheckAfter = soon\n",
		} {
			cells = append(cells, cell{stream.name, failure, func(_ *room, p *program) error {
				p.config += config
				reader, writer, err := os.Pipe()
				if err != nil {
					return err
				}
				p.clean = append(p.clean, func() { writer.Close() })
				p.wire = func(c *exec.Cmd) {
					if stream.name == "stdout" {
						c.Stdout = writer
					} else {
						c.Stderr = writer
					}
				}
				return reader.Close()
			}})
		}
	}
	return cells
}

// endlessReader gives a text and then nothing, until the cell is over.
func endlessReader(p *program, text string) io.Reader {
	reader, writer, err := os.Pipe()
	if err != nil {
		return strings.NewReader(text)
	}
	fmt.Fprint(writer, text)
	p.clean = append(p.clean, func() { reader.Close(); writer.Close() })
	return reader
}

// signalCells send signals at random moments to the guard alone or to all that Git
// started. What the one that got it does is its own business; the next command
// must work, and the token be where it was.
func signalCells() []cell {
	var cells []cell
	for _, s := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGPIPE, syscall.SIGALRM,
		syscall.SIGUSR1, syscall.SIGWINCH, syscall.SIGXFSZ, syscall.SIGXCPU,
	} {
		for _, all := range []bool{true, false} {
			whom := "the guard"
			if all {
				whom = "all of them"
			}
			cells = append(cells, cell{"signal", fmt.Sprintf("%v to %s", s, whom), func(r *room, p *program) error {
				p.git, p.again = all, true
				p.during = func(pid int) {
					time.Sleep(rand.N(150 * time.Millisecond))
					if all {
						pid = -pid
					}
					_ = syscall.Kill(pid, s) // it may have ended meanwhile
				}
				return nil
			}})
		}
	}
	cells = append(cells, cell{"signal", "stopped and let go on", func(_ *room, p *program) error {
		p.again = true
		p.during = func(pid int) {
			time.Sleep(rand.N(50 * time.Millisecond))
			_ = syscall.Kill(-pid, syscall.SIGSTOP)
			time.Sleep(200 * time.Millisecond)
			_ = syscall.Kill(-pid, syscall.SIGCONT)
		}
		return nil
	}})
	return cells
}
