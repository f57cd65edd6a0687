// Package config reads the server's one TOML file into a checked struct.
//
// Every key has a default and a comment, both of which stand in Config: Default
// gives the first, Write the file with the second. Read reports every mistake of a
// file at once, each with its line: a key nobody knows, a value of the wrong kind, a
// value out of its bounds, two keys that contradict each other. Nothing is opened or
// bound here: whether a port is free is found out by serve.
//
// Durations are written as in Go ("20s", "1m30s"), addresses as host:port, paths
// relative to the file's own folder. Secrets have no place in this file.
package config
