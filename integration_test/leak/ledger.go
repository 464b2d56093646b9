package leak

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Ledger is the environment variable with the path of the file into which a test
// run writes every secret that it makes, so that all it leaves behind can be
// searched for them. Without it nothing is written.
const Ledger = "ADO_GUARD_TEST_TOKENS"

// Note writes a secret into the ledger.
func Note(s Secret) error {
	path := os.Getenv(Ledger)
	if path == "" {
		return nil
	}
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}

// Noted reads the ledger.
func Noted(path string) ([]Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger of tokens: %w", err)
	}
	var all []Secret
	for line := range strings.Lines(string(text)) {
		var s Secret
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			return nil, fmt.Errorf("reading the ledger of tokens: %w", err)
		}
		all = append(all, s)
	}
	return all, nil
}
