// Command empty does nothing, with the libraries linked in that the guard is made
// of. What it costs is the least that a program with them can cost.
package main

import (
	"os"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/rs/zerolog"
	"github.com/zalando/go-keyring"
)

func main() {
	if len(os.Args) < 99 {
		return
	}
	// Never reached, but the linker does not know that, and keeps the libraries.
	text, err := keyring.Get("", "")
	if err == nil {
		_, err = retryablehttp.NewClient().Get(text)
	}
	log := zerolog.New(os.Stderr)
	log.Err(err).Send()
}
