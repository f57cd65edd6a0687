package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"github.com/alecthomas/kong"

	"tsunagi/server/scrub"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// withoutNumbers is what was wrong with a command line, without repeating a long
// number: it may be a card's.
func withoutNumbers(err error) string {
	return regexp.MustCompile(`[0-9]{12,}`).ReplaceAllString(err.Error(), "…")
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	errOut = scrub.Writer(errOut) // what commands complain of, and the server's log
	var table commands
	exit := -1
	parser, err := kong.New(&table,
		kong.Name("tsunagid"),
		kong.Description("IVR server for card payments by telephone that the operator never hears or sees."),
		kong.Writers(out, errOut),
		kong.Exit(func(code int) { exit = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams{in, out, errOut}),
		kong.UsageOnError(),
	)
	if err != nil {
		panic(err) // the table itself is wrong
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		fmt.Fprintf(errOut, "tsunagid: %s\nTry 'tsunagid --help'.\n", withoutNumbers(err))
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintf(errOut, "tsunagid: %v\n", err)
		return exitStatus(err)
	}
	return 0
}
