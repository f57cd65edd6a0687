package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"tsunagi/desktop/server"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// operator is one person at one desktop, in the order login, then pay or
// setPassword, then logout and stop. It is used by one goroutine.
type operator struct {
	client  *server.Client
	session wire.Session
	events  chan server.Event
	out     io.Writer

	callID string // of the call whose window the order went to
	state  wire.State
	row    int // number of the last row printed
}

// eventsLength is far more than a call brings. Where it does not suffice the program
// stands still, and nothing is gained by waiting.
const eventsLength = 4096

func startOperator(address, fingerprint string, log *slog.Logger, out io.Writer) *operator {
	o := &operator{events: make(chan server.Event, eventsLength), out: out}
	o.client = server.Start(server.Options{
		Address:     address,
		Pins:        pin(fingerprint),
		Tokens:      noTokens{},
		Workstation: "operator-" + rand.Text(),
		Log:         log,
		Notify: func(e server.Event) {
			select {
			case o.events <- e:
			default:
				log.Error("too many events: one was dropped")
			}
		},
	})
	return o
}

func (o *operator) stop() { o.client.Stop() }

// login waits for the connection and opens a session.
func (o *operator) login(ctx context.Context, login wire.Login) error {
	for connected := false; !connected; {
		e, err := o.next(ctx)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		connected = e.Link != nil && e.Link.Phase == server.PhaseConnected
	}
	session, err := o.client.Login(ctx, login)
	var refused *wire.Error
	switch {
	case errors.As(err, &refused) && refused.Code == wire.CodeOneTimeCodeRequired:
		return fmt.Errorf("log in: %w: name it with --one-time-code, or set TSUNAGI_ONE_TIME_CODE", err)
	case err != nil:
		return fmt.Errorf("log in: %w", err)
	}
	o.session = session
	o.print(time.Now(), "logged in as "+session.User.ID+", IVR number "+session.User.IVRNumber)
	return nil
}

// logout is the polite end; a server that is gone keeps the session for a while.
func (o *operator) logout() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_ = o.client.Logout(ctx)
}

func (o *operator) setPassword(ctx context.Context, current, new string) error {
	if o.session.PasswordMustChange {
		current = "" // it was given at the login
	}
	if _, err := o.client.SetPassword(ctx, wire.SetPassword{Current: current, New: new, Repeat: new}); err != nil {
		return fmt.Errorf("set the password: %w", err)
	}
	o.print(time.Now(), "password set")
	return nil
}

// pay sends the order in the first send window and returns the row that ends the
// call.
func (o *operator) pay(ctx context.Context, form order.Form) (end string, err error) {
	if o.session.PasswordMustChange {
		return "", errors.New("a first password must be set: use --set-password")
	}
	if o.session.OneTimeCodeMustEnrol {
		return "", errors.New("an authenticator must be enrolled: log in with the desktop once")
	}
	rules := order.Rules{MemberID: o.session.Merchant.MemberID, PaymentCountChoice: o.session.Merchant.PaymentCountChoice}
	if _, refusals := order.Parse(form, rules); len(refusals) > 0 {
		return "", refused(refusals)
	}
	o.print(time.Now(), "waiting for a send window")
	for end == "" {
		e, err := o.next(ctx)
		if err != nil {
			return "", err
		}
		if end, err = o.take(ctx, e, form); err != nil {
			return "", err
		}
	}
	return end, nil
}

// next waits for an event, and fails for one that leaves nothing to wait for.
func (o *operator) next(ctx context.Context) (server.Event, error) {
	select {
	case e := <-o.events:
		if e.LoggedOut != nil {
			return e, fmt.Errorf("logged out by the server: %s", e.LoggedOut.Message)
		}
		if l := e.Link; l != nil {
			switch {
			case l.Certificate != nil:
				return e, fmt.Errorf("the server's certificate has the fingerprint %s, not that of --trust", l.Certificate.Fingerprint)
			case l.Phase == server.PhaseRefused:
				return e, errors.New(l.Message)
			}
		}
		return e, nil
	case <-ctx.Done():
		return server.Event{}, context.Cause(ctx)
	}
}

// take handles one event. It returns the row that ends the call, once it is there.
func (o *operator) take(ctx context.Context, e server.Event, form order.Form) (end string, err error) {
	if l := e.Link; l != nil {
		o.print(time.Now(), "link "+string(l.Phase))
	}
	if s := e.Snapshot; s != nil {
		return o.look(ctx, s.Calls, s.Rows, form)
	}
	c := e.Change
	if c == nil {
		return "", nil
	}
	if n := c.Notice; n != nil && n.CallID == o.callID {
		o.print(time.UnixMilli(c.ServerAtMs), n.MessageID+" "+n.Message)
		if n.MessageID == string(message.F301) {
			return "", errors.New(n.Message)
		}
	}
	var calls []wire.Call
	var rows []wire.Row
	if c.Call != nil {
		calls = []wire.Call{*c.Call}
	}
	if c.Row != nil {
		rows = []wire.Row{*c.Row}
	}
	return o.look(ctx, calls, rows, form)
}

// look sends the order where a window is open, and prints what is new of its call.
func (o *operator) look(ctx context.Context, calls []wire.Call, rows []wire.Row, form order.Form) (end string, err error) {
	for _, call := range calls {
		if o.callID == "" && call.State == wire.StateSendWindow {
			if err := o.send(ctx, call, form); err != nil {
				return "", err
			}
		}
		if call.ID != o.callID || call.State == o.state {
			continue
		}
		o.state = call.State
		o.print(time.UnixMilli(call.StateAtMs), "state "+string(call.State))
		if call.State == wire.StateEnded && !o.session.Merchant.Monitoring {
			end = string(endWithoutRows(call.Outcome)) // no row will come
		}
	}
	rows = slices.SortedStableFunc(slices.Values(rows), func(a, b wire.Row) int { return a.Number - b.Number })
	for _, row := range rows {
		if row.CallID != o.callID || row.Number <= o.row {
			continue
		}
		o.row = row.Number
		o.print(time.UnixMilli(row.AtMs), strings.Join(strings.Fields(row.Point+" "+row.Result+" "+row.Code+" "+row.Message), " "))
		if row.Ends {
			end = row.Point
		}
	}
	return end, nil
}

func (o *operator) send(ctx context.Context, call wire.Call, form order.Form) error {
	o.callID, o.state = call.ID, call.State
	o.print(time.UnixMilli(call.StateAtMs), "state "+string(call.State))
	if err := o.client.SendOrder(ctx, call.ID, rand.Text(), form); err != nil {
		var refusal *wire.Error
		if errors.As(err, &refusal) && len(refusal.Refusals) > 0 {
			return refused(refusal.Refusals)
		}
		return fmt.Errorf("send the order: %w", err)
	}
	o.print(time.Now(), "order "+form.TransactionID+" sent")
	return nil
}

func refused(refusals []order.Refusal) error {
	var words []string
	for _, refusal := range refusals {
		words = append(words, string(refusal.Field)+": "+refusal.Message)
	}
	return errors.New("the order is refused: " + strings.Join(words, " "))
}

func endWithoutRows(outcome wire.Outcome) message.Point {
	if outcome == wire.OutcomeOK {
		return message.EndedOK
	}
	return message.EndedNG
}

// paid tells a row that ends a paid call.
func paid(end string) bool {
	return end == string(message.EndedOK) || end == string(message.TransferFailedOK)
}

func (o *operator) print(at time.Time, words string) {
	fmt.Fprintf(o.out, "%s  %s\n", at.Format("15:04:05.000"), words)
}

// pin is the only one this program knows.
type pin string

func (p pin) Pin(string) (string, error)  { return string(p), nil }
func (p pin) SetPin(string, string) error { return errors.New("pins are given by --trust") }
func (p pin) RemovePin(string) error      { return errors.New("pins are given by --trust") }

// noTokens keeps none: the session ends with the program.
type noTokens struct{}

func (noTokens) Current(string) (o server.Owner, token string, err error) { return o, "", nil }
func (noTokens) Token(server.Owner) (string, error)                       { return "", nil }
func (noTokens) SetToken(server.Owner, string) error                      { return nil }
func (noTokens) RemoveToken(server.Owner) error                           { return nil }
func (noTokens) Tidy(string) (time.Time, error)                           { return time.Time{}, nil }
