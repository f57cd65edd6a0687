package main

import "errors"

// commands is the table of everything tsunagid can be told.
type commands struct {
	Serve    serveCommand      `cmd:"" help:"Run the server until it is told to stop (SIGTERM or Ctrl+C)."`
	Init     initCommand       `cmd:"" help:"Make a configuration, a certificate and an empty database."`
	Check    checkCommand      `cmd:"" help:"Say what is wrong with the configuration, the certificate, the prompts or the ports."`
	Status   statusCommand     `cmd:"" help:"Say how the running server is."`
	Merchant merchantCommand   `cmd:"" help:"Merchants and their settings: list, show, add, edit."`
	User     userCommand       `cmd:"" help:"Operators, supervisors and auditors: list, add, edit, disable, init-password, unlock, logout, export, import."`
	Audit    auditCommand      `cmd:"" help:"The audit log: list, export, verify."`
	Payment  paymentCommand    `cmd:"" help:"Payments: list, show, inquire, capture, cancel, resolve, reconcile."`
	Backup   backupCommand     `cmd:"" help:"Copy the database, while the server works."`
	Restore  restoreCommand    `cmd:"" help:"Put a backup in the place of the database, while no server works."`
	Phone    phoneCommand      `cmd:"" help:"A scripted telephone: operator and customer of a call, for demonstrations, tests and load."`
	Gateway  gatewaySimCommand `cmd:"" name:"gateway-sim" help:"A simulated VeriTrans4G gateway, for demonstrations and tests."`
	Version  versionCommand    `cmd:"" help:"Print the version and the attributions."`

	Platform platformCommands `embed:""`
}

// configFile is the option that every command working on a server has.
type configFile struct {
	Config string `short:"c" default:"tsunagid.toml" type:"path" help:"The server's configuration (${default})."`
}

// statusError is an error with an exit status of its own.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

func exitStatus(err error) int {
	var s *statusError
	if errors.As(err, &s) {
		return s.status
	}
	return 1
}
