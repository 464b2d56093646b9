// Git is a git.exe for Wine that has the Git of this machine answer: it passes its
// arguments on to the address in ADO_GUARD_TEST_GIT. A program under Wine can start
// one of this machine by itself, but cannot wait for it.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
)

func main() {
	output, complaints, status, err := ask(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "fatal:", err)
		os.Exit(128)
	}
	os.Stdout.WriteString(output)
	os.Stderr.WriteString(complaints)
	os.Exit(status)
}

func ask(arguments []string) (output, complaints string, status int, err error) {
	conn, err := net.Dial("tcp", os.Getenv("ADO_GUARD_TEST_GIT"))
	if err != nil {
		return "", "", 0, err
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(arguments); err != nil {
		return "", "", 0, err
	}
	err = json.NewDecoder(conn).Decode(&[]any{&output, &complaints, &status})
	return output, complaints, status, err
}
