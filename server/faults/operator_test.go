package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tsunagi/server/phone"
	"tsunagi/shared/link"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// operator is a person at a desktop, who comes back after each death of the server.
// Nothing here fails a test: the server may die at any moment.
type operator struct {
	site                   *site
	user, number, password string
	token                  string
	conn                   *link.Conn
	id                     int64
	seen                   []string // calls already met
}

var errAnswer = errors.New("another answer than asked for")

// connect opens the WebSocket and takes the session up again, or begins one.
func (o *operator) connect(ctx context.Context) error {
	conn, err := link.Dial(ctx, "wss://"+o.site.Desktop+wire.Path, o.site.trust)
	if err != nil {
		return err
	}
	o.conn = conn
	if o.token != "" {
		frame, err := o.ask(wire.KindResume, wire.Resume{Token: o.token, Workstation: o.user})
		if err == nil && frame.Kind == wire.KindSession {
			return o.session(frame)
		}
	}
	frame, err := o.ask(wire.KindLogin, wire.Login{
		MerchantID: "shop", UserID: o.user, Password: o.password, Entrance: wire.EntranceOperator, Workstation: o.user,
	})
	if err != nil {
		return err
	}
	if err := o.session(frame); err != nil {
		return err
	}
	session, _ := link.Decode[wire.Session](frame)
	if !session.PasswordMustChange {
		return nil
	}
	fresh := "Sakura-2026-" + o.user
	frame, err = o.ask(wire.KindSetPassword, wire.SetPassword{New: fresh, Repeat: fresh})
	if err != nil {
		return err
	}
	o.password = fresh
	return o.session(frame)
}

func (o *operator) session(frame wire.Frame) error {
	if frame.Kind != wire.KindSession {
		return fmt.Errorf("%w: %s %s", errAnswer, frame.Kind, frame.Body)
	}
	session, err := link.Decode[wire.Session](frame)
	if err == nil {
		o.token = session.Token
	}
	return err
}

// ask sends a request and reads frames until its answer.
func (o *operator) ask(kind wire.Kind, body any) (wire.Frame, error) {
	o.id++
	if err := o.conn.Send(kind, o.id, body); err != nil {
		return wire.Frame{}, err
	}
	for {
		frame, err := o.conn.Receive()
		if err != nil || frame.ID == o.id {
			return frame, err
		}
	}
}

// window waits for a new call that waits for an order.
func (o *operator) window() (wire.Call, error) {
	for {
		frame, err := o.conn.Receive()
		if err != nil {
			return wire.Call{}, err
		}
		for _, call := range callsIn(frame) {
			if call.State == wire.StateSendWindow && !slices.Contains(o.seen, call.ID) {
				o.seen = append(o.seen, call.ID)
				return call, nil
			}
		}
	}
}

func callsIn(frame wire.Frame) []wire.Call {
	switch frame.Kind {
	case wire.KindChange:
		if change, err := link.Decode[wire.Change](frame); err == nil && change.Call != nil {
			return []wire.Call{*change.Call}
		}
	case wire.KindSnapshot:
		if snapshot, err := link.Decode[wire.Snapshot](frame); err == nil {
			return snapshot.Calls
		}
	}
	return nil
}

// serve takes one call with one order and returns what the customer heard.
func (o *operator) serve(ctx context.Context, form order.Form, card phone.Card) phone.Call {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	done := make(chan phone.Call, 1)
	go func() {
		result, err := phone.Run(ctx, phone.Script{
			Server: o.site.SIP, Numbers: []string{o.number}, Cards: []phone.Card{card}, Voice: o.site.voice,
			Keying: phone.DuringIt, Pace: keyPace,
		}, discard{})
		if err != nil || len(result.Calls) != 1 {
			result.Calls = []phone.Call{{Outcome: phone.Failed, Why: fmt.Sprint(err)}}
		}
		done <- result.Calls[0]
	}()
	stop := context.AfterFunc(ctx, func() { _ = o.conn.Close(1000, "") })
	defer stop()
	call, err := o.window()
	if err == nil {
		var frame wire.Frame
		frame, err = o.ask(wire.KindSendOrder, wire.SendOrder{CallID: call.ID, Key: "key-" + call.ID, Form: form})
		if err == nil && frame.Kind != wire.KindOrderSent {
			hangUp() // refused: a paid or open order
		}
	}
	if err != nil {
		hangUp()
	}
	return <-done
}

// leave closes the connection, without logging out.
func (o *operator) leave() {
	if o.conn != nil {
		_ = o.conn.Close(1000, "")
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
