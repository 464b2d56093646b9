package faults

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
)

// allCells is the matrix.
func allCells() []cell {
	return slices.Concat(networkCells(), answerCells(), proxyCells(), tlsCells(),
		keyringCells(), stateCells(), lockCells(), innerCells(), gitCells(), configurationCells(),
		clockCells(), streamCells(), signalCells())
}

var endpoints = []lookalike.Endpoint{lookalike.Profile, lookalike.Connection, lookalike.Repository, lookalike.Status}

// slow and tooSlow are on either side of adoguard.timeout.
const (
	slow    = 100 * time.Millisecond
	tooSlow = 5 * time.Second
)

// networkFaults are all that can go wrong below an answer, once each.
func networkFaults() []lookalike.Fault {
	return append(lookalike.Faults(slow), lookalike.DelayHeaders(tooSlow), lookalike.DelayBody(tooSlow))
}

// networkCells put every fault below HTTP on each endpoint, and on all at once.
func networkCells() []cell {
	var cells []cell
	for _, fault := range networkFaults() {
		for _, e := range endpoints {
			cells = append(cells, cell{e.String(), fault.String(), func(r *room, p *program) error {
				r.Server.Endpoint(e).Fault(fault)
				// Git itself asks neither the profile nor the status API.
				p.git = e == lookalike.Profile
				return nil
			}})
		}
		cells = append(cells, cell{"the whole network", fault.String(), func(r *room, _ *program) error {
			for _, e := range endpoints {
				r.Server.Endpoint(e).Fault(fault)
			}
			return nil
		}})
	}
	return cells
}

// answerCells let each endpoint lie, in turn, in every way that is known.
func answerCells() []cell {
	var cells []cell
	for _, b := range lookalike.Behaviours() {
		for _, e := range endpoints {
			cells = append(cells, cell{e.String() + " lies", b.String(), func(r *room, _ *program) error {
				r.Server.Endpoint(e).Answer(b)
				return nil
			}})
		}
	}
	return cells
}

// proxyCells are proxies that are not what they should be. DNS is one of them:
// with a proxy, its own name is the only one that is looked up.
func proxyCells() []cell {
	with := func(thing, failure, proxy string) cell {
		return cell{thing, failure, func(_ *room, p *program) error {
			p.config += "[http]\n\tproxy = " + proxy + "\n"
			return nil
		}}
	}
	cells := []cell{
		with("DNS", "does not know the name", "http://proxy.invalid:3128"),
		with("DNS", "is given no name", "http://:3128"),
		with("DNS", "is given a name that is none", "http://-..-:3128"),
		with("DNS", "is given a name that is too long", "http://"+string(slices.Repeat([]byte("a"), 300))+":3128"),
		with("proxy", "refuses", "http://127.0.0.1:1"),
		with("proxy", "has a port that is none", "http://127.0.0.1:123456"),
		with("proxy", "speaks a protocol nobody knows", "gopher://127.0.0.1:1"),
		with("proxy", "is no URL", "http://[::1"),
	}
	for failure, serve := range map[string]func(net.Conn){
		"closes at once":           func(net.Conn) {},
		"hangs":                    func(c net.Conn) { drain(c) },
		"hangs after a byte":       func(c net.Conn) { fmt.Fprint(c, "H"); drain(c) },
		"hangs within its header":  func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nX-A: b\r\n"); drain(c) },
		"answers with garbage":     func(c net.Conn) { fmt.Fprint(c, "\x00\xff\x1b]0;title\a\r\n\r\n"); drain(c) },
		"answers with a web page":  func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n<html>"); drain(c) },
		"answers without end":      func(c net.Conn) { endless(c) },
		"wants a password":         func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n") },
		"wants a ticket":           func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\n\r\n") },
		"answers one byte a while": func(c net.Conn) { drip(c, "HTTP/1.1 200 Connection established\r\n\r\n") },
	} {
		cells = append(cells, cell{"proxy", failure, func(_ *room, p *program) error {
			address, stop, err := rig.Listen(serve)
			p.clean = append(p.clean, stop)
			p.config += "[http]\n\tproxy = http://" + address + "\n"
			return err
		}})
	}
	slices.SortStableFunc(cells, func(a, b cell) int { return strings.Compare(a.failure, b.failure) })
	return cells
}

// tlsCells are what Git's configuration can say of TLS that cannot be.
func tlsCells() []cell {
	with := func(failure, key, value string) cell {
		return cell{"TLS", failure, func(r *room, p *program) error {
			files := r.path("trouble")
			if err := os.MkdirAll(files, 0o700); err != nil {
				return err
			}
			for name, text := range map[string]string{"empty": "", "garbage": "\x00-----BEGIN CERTIFICATE-----\nAAAA\n", "huge": string(make([]byte, 50<<20))} {
				if err := os.WriteFile(files+"/"+name, []byte(text), 0o600); err != nil {
					return err
				}
			}
			p.config += "[http]\n\t" + key + " = " + os.Expand(value, func(string) string { return files }) + "\n"
			return nil
		}}
	}
	return []cell{
		with("sslCAInfo is not there", "sslCAInfo", "$dir/absent"),
		with("sslCAInfo is a directory", "sslCAInfo", "$dir"),
		with("sslCAInfo is empty", "sslCAInfo", "$dir/empty"),
		with("sslCAInfo is garbage", "sslCAInfo", "$dir/garbage"),
		with("sslCAInfo has 50 MB", "sslCAInfo", "$dir/huge"),
		with("sslCAInfo never ends", "sslCAInfo", "/dev/zero"),
		with("sslCAPath is not there", "sslCAPath", "$dir/absent"),
		with("sslCAPath is a file", "sslCAPath", "$dir/garbage"),
		with("sslCert is not there", "sslCert", "$dir/absent"),
		with("sslCert is garbage", "sslCert", "$dir/garbage"),
		with("sslKey stands alone", "sslKey", "$dir/garbage"),
		with("sslVersion is none", "sslVersion", "tlsv9"),
		with("sslVerify is off", "sslVerify", "false"),
		with("sslVerify is neither", "sslVerify", "perhaps"),
		with("an Authorization is fixed", "extraHeader", "Authorization: Basic AAAA"),
	}
}
