package main

import (
	"context"
	"database/sql"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
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
			env.Setenv("GORACE", os.Getenv("GORACE")) // as whoever runs the tests has it
			return startPBXs(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"bound": bound, "copied": copied, "issued": issued},
	})
}

// copied FOLDER SQL copies the folder "site" and changes the copy's database as someone
// would who can write the file: past the triggers that forbid it.
func copied(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copied FOLDER SQL")
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.CopyFS(folder, os.DirFS(ts.MkAbs("site"))))
	db, err := sql.Open("sqlite", filepath.Join(folder, "data", "tsunagi.db"))
	ts.Check(err)
	_, err = db.Exec("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; " + args[1])
	ts.Check(err)
	ts.Check(db.Close())
}

// issued CERTIFICATE KEY DAYS makes a pair for 127.0.0.1 that ends in so many days, in place
// of the one that is there.
func issued(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: issued CERTIFICATE KEY DAYS")
	}
	days, err := strconv.Atoi(args[2])
	ts.Check(err)
	certificate, key := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(os.Remove(certificate))
	ts.Check(os.Remove(key))
	made := time.Now().Add(time.Duration(days)*24*time.Hour - certificateLife)
	ts.Check(makeSIPCertificate(certificate, key, []string{"127.0.0.1", "localhost"}, made))
}
