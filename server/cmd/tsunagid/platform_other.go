//go:build !windows

package main

// platformCommands are those of one system alone. On Linux systemd has the unit in
// build/systemd.
type platformCommands struct{}
