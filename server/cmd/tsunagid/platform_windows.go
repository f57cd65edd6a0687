package main

// platformCommands are those of one system alone.
type platformCommands struct {
	Service serviceCommand `cmd:"" help:"The server as a service of Windows: install, uninstall, start, stop."`
}
