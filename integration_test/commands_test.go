package integration

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/lookalike"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// commands are what the scripts use beside testscript's own. Tokens go by names,
// and nothing shows a secret; {name} stands for it.
//
// Azure DevOps:
//
//	organization NAME [public-projects] [BEHAVIOUR]   there is one; it behaves so, whoever asks
//	repository ORGANIZATION/PROJECT/NAME              there is one, with a commit
//	commit ORGANIZATION/PROJECT/NAME FILE             somebody pushes a commit with the file
//	token NAME BEHAVIOUR [endpoint=BEHAVIOUR]…        there is one, or it changes
//	answer ENDPOINT BEHAVIOUR                         the endpoint says so to everybody
//	fault ENDPOINT FAULT                              the endpoint is in trouble
//	heal ENDPOINT                                     no answer, no fault any more
//	health SERVICE HEALTH                             what the status API says
//
// The person and the inner helper:
//
//	keep ORGANIZATION USER TOKEN                      the stand-in has stored it long ago
//	types USER TOKEN                                  the person types it at the next dialog
//	standin KEY VALUE                                 a setting of the stand-in
//	answers FILE                                      what it prints in mode verbatim
//	helpers TOPOLOGY [LINE]…                          Git's configuration names the helpers so; more lines of it
//	keyring                                           there is a Secret Service from now on
//	askpass                                           Git asks the person itself (what `types` queued)
//
// Running something:
//
//	git ARGUMENT…                                     Git
//	talk FILE PROGRAM [ARGUMENT]…                     a program with the file as its input
//	by-hand PROGRAM [ARGUMENT]…                       in a process group of its own, as a shell does
//	at-once N PROGRAM [ARGUMENT]…                     N times at once, {} is 1 to N; prints how many succeeded
//	within DURATION                                   the last at-once took no longer
//
// What is expected; N may be a range such as 1..2:
//
//	[!] holds ORGANIZATION TOKEN                      the stand-in has it
//	prompts N                                         so many dialogs have opened
//	calls ACTION N                                    the stand-in was called so often
//	requests ENDPOINT|all|probes [TOKEN] N            so many came, with the token; probes are
//	                                                  those to profile and connection
//	seen-by TOKEN [HOST]…                             these hosts have seen it, no other has
//	stdout-is FILE                                    the last output is that, byte for byte
//	last-input FILE                                   what the stand-in read last is that
//	forget                                            requests so far count no more
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"organization": arrange(1, 3, func(w *world, args []string) error {
		o := w.Server.Organization(args[0])
		for _, word := range args[1:] {
			if word == "public-projects" {
				o.AllowPublicProjects()
				continue
			}
			b, err := lookalike.ParseBehaviour(word)
			if err != nil {
				return err
			}
			o.Behave(b)
		}
		return nil
	}),
	"repository": arrange(1, 1, func(w *world, args []string) error {
		_, err := w.Repository(args[0])
		return err
	}),
	"commit": arrange(2, 2, func(w *world, args []string) error {
		r, err := w.Repository(args[0])
		if err == nil {
			r.Commit("main", args[1], "This is "+args[1]+".\n")
		}
		return err
	}),
	"token": arrange(2, 9, func(w *world, args []string) error {
		b, err := lookalike.ParseBehaviour(strings.Join(args[1:], " "))
		if err == nil {
			w.Server.Token(args[0], b)
		}
		return err
	}),
	"answer": arrange(2, 2, func(w *world, args []string) error {
		e, err := lookalike.ParseEndpoint(args[0])
		if err != nil {
			return err
		}
		b, err := lookalike.ParseBehaviour(args[1])
		if err == nil {
			w.Server.Endpoint(e).Answer(b)
		}
		return err
	}),
	"fault": arrange(2, 3, func(w *world, args []string) error {
		e, err := lookalike.ParseEndpoint(args[0])
		if err != nil {
			return err
		}
		f, err := lookalike.ParseFault(strings.Join(args[1:], " "))
		if err == nil {
			w.Server.Endpoint(e).Fault(f)
		}
		return err
	}),
	"heal": arrange(1, 1, func(w *world, args []string) error {
		e, err := lookalike.ParseEndpoint(args[0])
		if err == nil {
			w.Server.Endpoint(e).Reset()
		}
		return err
	}),
	"health": arrange(2, 2, func(w *world, args []string) error {
		w.Server.Health(args[0], args[1])
		return nil
	}),
	"forget": arrange(0, 0, func(w *world, _ []string) error {
		w.Server.Forget()
		return nil
	}),
	"keep":    arrange(3, 3, func(w *world, args []string) error { return w.Keep(args[0], args[1], args[2]) }),
	"types":   arrange(2, 2, func(w *world, args []string) error { return w.Types(args[0], args[1]) }),
	"standin": arrange(2, 2, func(w *world, args []string) error { return w.Standin.Set(args[0], args[1]) }),
	"helpers": arrange(1, 9, func(w *world, args []string) error {
		return w.Configure(args[0], strings.Join(args[1:], "\n")+"\n")
	}),

	"within": arrange(1, 1, func(w *world, args []string) error {
		limit, err := time.ParseDuration(args[0])
		if err == nil && w.lasted > limit {
			err = fmt.Errorf("it took %v", w.lasted)
		}
		return err
	}),

	"answers": func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, args, 1, 1)
		ts.Check(of(ts).Standin.Answer(of(ts).WithSecrets(ts.ReadFile(args[0]))))
	},
	"stdout-is": func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, args, 1, 1)
		same(ts, ts.ReadFile(args[0]), ts.ReadFile("stdout"))
	},
	"last-input": func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, args, 1, 1)
		calls, err := of(ts).Standin.Calls()
		ts.Check(err)
		if len(calls) == 0 {
			ts.Fatalf("the stand-in was not called")
		}
		same(ts, ts.ReadFile(args[0]), of(ts).WithNames(calls[len(calls)-1].Input))
	},

	"git":     runGit,
	"by-hand": runByHand,
	"talk":    runTalk,
	"at-once": runAtOnce,
	"keyring": startKeyring,
	"askpass": useAskpass,

	"holds": func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, args, 2, 2)
		held, err := of(ts).Holds(args[0], args[1])
		ts.Check(err)
		if held == neg {
			ts.Fatalf("the stand-in holds %s for %s: %t", args[1], args[0], held)
		}
	},
	"prompts": expect(func(w *world, _ []string) (int, error) { return w.Prompts() }),
	"calls": expect(func(w *world, args []string) (int, error) {
		calls, err := w.Standin.Calls()
		n := 0
		for _, c := range calls {
			if c.Action == args[0] {
				n++
			}
		}
		return n, err
	}),
	"requests": expect(func(w *world, args []string) (int, error) {
		found := w.Server.Requests()
		switch args[0] {
		case "all":
		case "probes":
			found = append(found.At(lookalike.Profile), found.At(lookalike.Connection)...)
		default:
			e, err := lookalike.ParseEndpoint(args[0])
			if err != nil {
				return 0, err
			}
			found = found.At(e)
		}
		if len(args) > 1 {
			found = found.Carrying(args[1])
		}
		return len(found), nil
	}),
	"seen-by": func(ts *testscript.TestScript, neg bool, args []string) {
		if hosts := of(ts).Server.Requests().Carrying(args[0]).Hosts(); neg || !slices.Equal(hosts, slices.Sorted(slices.Values(args[1:]))) {
			ts.Fatalf("the token %s was seen by %q", args[0], hosts)
		}
	},
}

func of(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

func need(ts *testscript.TestScript, args []string, least, most int) {
	if len(args) < least || len(args) > most {
		ts.Fatalf("%d arguments, want %d to %d", len(args), least, most)
	}
}

// arrange makes a command that changes the world.
func arrange(least, most int, do func(w *world, args []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, args, least, most)
		if neg {
			ts.Fatalf("this command cannot be negated")
		}
		ts.Check(do(of(ts), args))
	}
}

// expect makes a command whose last argument is what count must return.
func expect(count func(w *world, args []string) (int, error)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, args, 1, 3)
		first, last, ranged := strings.Cut(args[len(args)-1], "..")
		least, err := strconv.Atoi(first)
		ts.Check(err)
		most := least
		if ranged {
			most, err = strconv.Atoi(last)
			ts.Check(err)
		}
		got, err := count(of(ts), args[:len(args)-1])
		ts.Check(err)
		if (least <= got && got <= most) == neg {
			ts.Fatalf("there were %d\nrequests:\n%s", got, of(ts).Server.Requests())
		}
	}
}

func same(ts *testscript.TestScript, want, got string) {
	if d := cmp.Diff(want, got); d != "" {
		ts.Fatalf("-want +got:\n%s", d)
	}
}
