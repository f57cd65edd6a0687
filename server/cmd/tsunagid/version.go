package main

import (
	"fmt"

	"tsunagi/server/prompt"
	"tsunagi/shared/version"
)

type versionCommand struct{}

// Run prints the version and the attribution that the voice's licence asks for.
func (versionCommand) Run(s streams) error {
	fmt.Fprintf(s.out, "tsunagid %s\n\n%s\n", version.String(), prompt.Attribution())
	return nil
}
