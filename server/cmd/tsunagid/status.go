package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"tsunagi/server/config"
	"tsunagi/server/control"
	"tsunagi/shared/version"
)

// opStatus asks a server how it is.
const opStatus control.Operation[control.None, status] = "status"

// status is how a server is.
type status struct {
	Version string    `json:"version"`
	Process int       `json:"process"`
	Since   time.Time `json:"since"`
	Desktop string    `json:"desktop"` // address
	SIP     string    `json:"sip"`     // address; empty until calls can come
	Calls   int       `json:"calls"`   // in progress
	Refuses string    `json:"refuses"` // why no call is taken; empty: they are
	PBXs    []pbx     `json:"pbxs"`    // that send us calls; empty until calls can come
}

type statusCommand struct {
	configFile
	Wait time.Duration `placeholder:"TIME" help:"Wait for so long until the server takes calls."`
}

// askAgainAfter is between two questions while status waits.
const askAgainAfter = 50 * time.Millisecond

// Run prints how the server is; it is an error where none runs or none takes calls.
func (c statusCommand) Run(ctx context.Context, s streams) error {
	conf, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	var st status
	for until := time.Now().Add(c.Wait); ; {
		st, err = askStatus(ctx, conf.DataDir)
		if err == nil && st.takesCalls() || time.Now().After(until) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(askAgainAfter):
		}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Running        %s, process %d, since %s\nDesktops       %s\nSIP            %s\nCalls          %d\n",
		st.Version, st.Process, st.Since.Local().Format(time.DateTime), st.Desktop, st.SIP, st.Calls)
	for _, p := range st.PBXs {
		fmt.Fprintln(s.out, p)
	}
	if st.Refuses != "" {
		return fmt.Errorf("the server refuses calls: %s", st.Refuses)
	}
	if st.SIP == "" {
		return errors.New("the server does not take calls yet")
	}
	return nil
}

// takesCalls reports whether calls can come: every PBX has been asked to send them.
func (s status) takesCalls() bool {
	return s.SIP != "" && s.Refuses == "" && !slices.ContainsFunc(s.PBXs, pbx.unasked)
}

func askStatus(ctx context.Context, folder string) (status, error) {
	client, err := control.Dial(ctx, folder)
	if err != nil {
		return status{}, err
	}
	st, err := control.Call(ctx, client, opStatus, control.None{})
	return st, errors.Join(err, client.Close())
}

// startControl lets commands reach this server.
func (d *daemon) startControl() error {
	since := time.Now()
	control.Register(&d.operations, opStatus, func(context.Context, control.None) (status, error) {
		st := status{
			Version: version.String(), Process: os.Getpid(), Since: since,
			Desktop: d.desktop.Addr().String(), Calls: d.calls.Live(),
		}
		if sip := d.telephone.Load(); sip != nil {
			st.SIP = sip.Addr().String()
			st.PBXs = pbxs(sip, d.conf.SIP)
		}
		if err := d.ready(); err != nil {
			st.Refuses = err.Error()
		}
		return st, nil
	})
	listener, err := control.Listen(d.conf.DataDir)
	if err != nil {
		return err
	}
	server := control.Serve(listener, &d.operations, d.log)
	d.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		return server.Close(ctx)
	})
	return nil
}
