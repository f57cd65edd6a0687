//go:build !windows

package main

// platformCommands are those of one system alone. On Linux systemd has the unit in
// build/systemd.
//
//lint:ignore U1000 the parser of the command line walks into it
type platformCommands struct{}
