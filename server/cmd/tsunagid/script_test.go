package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tsunagid": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}})
}

// TestCommands plays the scripts: each command as its user types it.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			tcp, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			env.Defer(func() { _ = tcp.Close() })
			udp, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			env.Defer(func() { _ = udp.Close() })
			env.Setenv("USED_TCP", tcp.Addr().String())
			env.Setenv("USED_UDP", udp.LocalAddr().String())
			return startPBXs(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"bound": bound},
	})
}
