package ws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"tsunagi/server"
	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

func goodOrder(call, key string) wire.SendOrder {
	return wire.SendOrder{CallID: call, Key: key, Form: order.Form{TransactionID: "T-1", Amount: "36500", PaymentCount: "1"}}
}

func TestOrderIsBoundAndSeen(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	push[wire.Change](d, wire.KindChange)
	sent, err := ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	h.must(err)
	if sent.CallID != "c1" || h.desk.orders() != "c1 T-1" {
		t.Errorf("answered %+v, bound %s", sent, h.desk.orders())
	}
	if change := push[wire.Change](d, wire.KindChange); change.Call.State != wire.StateHandover {
		t.Errorf("change %+v, want the handover", change)
	}
}

func TestOrderIsRefusedByField(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	bad := goodOrder("c1", "k1")
	bad.Form.TransactionID, bad.Form.Amount = "あ", "0"
	_, err := ask[wire.OrderSent](d, wire.KindSendOrder, bad, wire.KindOrderSent)
	_, want := order.Parse(bad.Form, order.Rules{MemberID: true, PaymentCountChoice: true})
	refusal := refusedWith(t, err, wire.CodeOrderRefused, want[0].Message)
	if len(want) != 2 || !reflect.DeepEqual(refusal.Refusals, want) {
		t.Errorf("refusals %+v, want %+v", refusal.Refusals, want)
	}
	// Mended, it is sent under the same key: the window is the same.
	_, err = ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	h.must(err)
}

func TestOrderWithoutAWindow(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.open(tanaka, "c2")
	for _, call := range []string{"no-such-call", "c2"} {
		_, err := ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder(call, "k1"), wire.KindOrderSent)
		if refusal := refusedWith(t, err, wire.CodeNoWindow, message.F303.Text()); refusal.MessageID != "F303" {
			t.Errorf("opens dialog %q, want F303", refusal.MessageID)
		}
	}
}

func TestRepeatedKeyGetsTheFirstAnswer(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	other := goodOrder("c1", "k1")
	other.Form.TransactionID = "T-2"
	for _, repeated := range []wire.SendOrder{goodOrder("c1", "k1"), goodOrder("c1", "k1"), other} {
		sent, err := ask[wire.OrderSent](d, wire.KindSendOrder, repeated, wire.KindOrderSent)
		h.must(err)
		if sent.CallID != "c1" {
			t.Errorf("answered %+v", sent)
		}
	}
	if got := h.desk.orders(); got != "c1 T-1" {
		t.Errorf("bound %s, want the first alone", got)
	}
	_, err := ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k2"), wire.KindOrderSent)
	refusedWith(t, err, wire.CodeNoWindow, message.F303.Text())
}

// TestOrderOutlivesItsConnection: the plug is pulled while an order is on its way;
// the desktop comes back, repeats it, and gets the answer of the one order.
func TestOrderOutlivesItsConnection(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	h.desk.hold()
	d.tell(wire.KindSendOrder, goodOrder("c1", "k1"))
	<-h.desk.arrived
	d.cut()
	d, _, _ = h.resumed(session.Token, "ws-suzuki")
	id := d.tell(wire.KindSendOrder, goodOrder("c1", "k1"))
	h.desk.release()
	sent, err := read[wire.OrderSent](d, d.answer(id), wire.KindOrderSent)
	h.must(err)
	if sent.CallID != "c1" || h.desk.orders() != "c1 T-1" {
		t.Errorf("answered %+v, bound %s", sent, h.desk.orders())
	}
}

func TestButtonsOnACall(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	_, err := ask[struct{}](d, wire.KindAsk, wire.Ask{CallID: "c1", What: wire.RequestAgain}, wire.KindDone)
	h.must(err)
	_, err = ask[struct{}](d, wire.KindAsk, wire.Ask{CallID: "c9", What: wire.RequestAbort}, wire.KindDone)
	refusedWith(t, err, wire.CodeNotAllowed, "not now")
	_, err = ask[struct{}](d, wire.KindAsk, wire.Ask{CallID: "c1", What: "explode"}, wire.KindDone)
	refusedWith(t, err, wire.CodeBadRequest, message.E309.Text())
	if got := strings.Join(h.desk.asked, ", "); got != "c1 again" {
		t.Errorf("asked %s, want c1 again", got)
	}
}

func TestUnexpectedErrorCrossesAsReference(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.fail(errors.New("open /secret/place: disk on fire"))
	_, err := ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	refusal := refusedWith(t, err, wire.CodeInternal, message.E309.Text())
	line := ""
	for candidate := range strings.Lines(h.log.String()) {
		if strings.Contains(candidate, refusal.Reference) {
			line = candidate
		}
	}
	if len(refusal.Reference) != 8 || !strings.Contains(line, "disk on fire") || !strings.Contains(line, "user=shop/suzuki") {
		t.Errorf("reference %q leads to %q, want the error and the user", refusal.Reference, line)
	}
}

func TestBeforeALoginNothingIsAnswered(t *testing.T) {
	h := newHouse(t)
	d := h.dial()
	for kind, body := range map[wire.Kind]any{
		wire.KindLogout: nil, wire.KindGetSnapshot: nil,
		wire.KindSetPassword: wire.SetPassword{New: "abcdefg1", Repeat: "abcdefg1"},
		wire.KindSendOrder:   goodOrder("c1", "k1"),
		wire.KindAsk:         wire.Ask{CallID: "c1", What: wire.RequestAbort},
	} {
		_, err := ask[struct{}](d, kind, body, "none")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
	}
	before := time.Now().UnixMilli()
	beat, err := ask[wire.Heartbeat](d, wire.KindHeartbeat, wire.Heartbeat{SentAtMs: 42}, wire.KindHeartbeat)
	h.must(err)
	if beat.SentAtMs != 42 || beat.ServerAtMs < before || beat.ServerAtMs > time.Now().UnixMilli() {
		t.Errorf("heartbeat %+v", beat)
	}
}

func TestFrameThatCannotBeReadIsAnsweredAndTheConnectionLives(t *testing.T) {
	h := newHouse(t)
	dialer := websocket.Dialer{TLSClientConfig: h.tls(), Subprotocols: []string{wire.Subprotocol}}
	conn, _, err := dialer.DialContext(t.Context(), "wss://"+h.http.Listener.Addr().String()+wire.Path, nil)
	h.must(err)
	defer conn.Close()
	tests := []struct {
		name, frame string
		id          int64
	}{
		{"empty", ``, 0},
		{"no JSON", `{"kind":`, 0},
		{"no object", `[1,2]`, 0},
		{"no kind", `{"id":5}`, 5},
		{"unknown kind", `{"kind":"4111111111111111","id":6}`, 6},
		{"a server's kind", `{"kind":"snapshot","id":7}`, 7},
		{"no number", `{"kind":"heartbeat","body":{"sentAtMs":1}}`, 0},
		{"unknown field", `{"kind":"heartbeat","id":8,"extra":1}`, 8},
		{"no body", `{"kind":"login","id":9}`, 9},
		{"body of another kind", `{"kind":"login","id":10,"body":{"token":"x"}}`, 10},
		{"wrong type", `{"kind":"login","id":11,"body":{"merchantId":1}}`, 11},
		{"two values", `{"kind":"heartbeat","id":12}{}`, 12},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h.must(conn.WriteMessage(websocket.TextMessage, []byte(test.frame)))
			h.must(conn.SetReadDeadline(time.Now().Add(patience)))
			var frame wire.Frame
			h.must(conn.ReadJSON(&frame))
			refusal, err := link.Decode[wire.Error](frame)
			h.must(err)
			if frame.Kind != wire.KindError || frame.ID != test.id || refusal.Code != wire.CodeBadRequest {
				t.Errorf("answered %s %d %s, want error %d bad_request", frame.Kind, frame.ID, refusal.Code, test.id)
			}
		})
	}
	h.must(conn.WriteMessage(websocket.TextMessage, []byte(`{"kind":"heartbeat","id":99,"body":{"sentAtMs":1}}`)))
	var frame wire.Frame
	h.must(conn.ReadJSON(&frame))
	if frame.Kind != wire.KindHeartbeat || frame.ID != 99 {
		t.Errorf("answered %s %d, want heartbeat 99", frame.Kind, frame.ID)
	}
	if strings.Contains(h.log.String(), "4111111111111111") {
		t.Error("the log repeats what a bad frame had in it")
	}
}

func TestFrameThatIsTooLargeClosesWith1009(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	cut := h.log.expect(t, "desktop cut off")
	big := goodOrder("c1", "k1")
	big.Form.TransactionID = strings.Repeat("9", wire.MaxFrameBytes)
	d.tell(wire.KindSendOrder, big)
	if _, ok := d.receive(); ok {
		t.Error("a frame that is too large was answered")
	}
	if err := d.link.Err(); !strings.Contains(err.Error(), "1009") {
		t.Errorf("the connection ended with %v, want close code 1009", err)
	}
	cut()
	if log := h.log.String(); !strings.Contains(log, "frame is too large") || strings.Contains(log, "99999999") {
		t.Error("the log should name the reason and nothing of the frame")
	}
	h.resumed(session.Token, "ws-suzuki")
}

// TestReaderThatFallsBehindStartsAgain: a desktop that takes nothing from its
// socket is cut off, others see every change, and it resumes with a snapshot.
func TestReaderThatFallsBehindStartsAgain(t *testing.T) {
	h := newHouse(t)
	h.ws.Limits.QueueLength = 8
	dialer := websocket.Dialer{
		TLSClientConfig: h.tls(), Subprotocols: []string{wire.Subprotocol},
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			if err == nil {
				err = conn.(*net.TCPConn).SetReadBuffer(4 << 10) // what the network holds of a slow reader's
			}
			return conn, err
		},
	}
	slow, _, err := dialer.DialContext(t.Context(), "wss://"+h.http.Listener.Addr().String()+wire.Path, nil)
	h.must(err)
	defer slow.Close()
	h.must(slow.WriteJSON(map[string]any{"kind": wire.KindLogin, "id": 1, "body": loginOf(suzuki, "ws1")}))
	var frame wire.Frame
	h.must(slow.ReadJSON(&frame))
	session, err := link.Decode[wire.Session](frame)
	h.must(err)

	watching, _ := h.loggedIn(boss)
	kept := h.log.expect(t, "connection lost, session kept")
	cut := h.log.expect(t, "peer reads too slowly")
	row := ivr.Row{Call: "c1", Operator: suzuki, At: time.Now(), Message: strings.Repeat("詰まる", 1000)}
	for row.Number < wire.MaxRows && !strings.Contains(h.log.String(), "peer reads too slowly") {
		row.Number++
		h.board.Append(row)
		if change := push[wire.Change](watching, wire.KindChange); change.Row == nil || change.Row.Number != row.Number {
			t.Fatalf("the one who reads got %+v, want row %d", change, row.Number)
		}
	}
	cut()
	kept()
	_, _, snapshot := h.resumed(session.Token, "ws1")
	if len(snapshot.Rows) == 0 || snapshot.Rows[len(snapshot.Rows)-1].Number != row.Number {
		t.Errorf("the snapshot has %d rows and not the last, %d", len(snapshot.Rows), row.Number)
	}
}

func TestMonitoringOffSendsNoRows(t *testing.T) {
	h := newHouse(t)
	merchant := ivr.DefaultMerchant("shop", "つなぎ商店")
	merchant.Monitoring = false
	h.must(h.store.PutMerchant(t.Context(), merchant))
	h.board.Append(ivr.Row{Call: "c1", Operator: suzuki, Number: 1, At: time.Now()})
	d := h.dial()
	session, err := ask[wire.Session](d, wire.KindLogin, loginOf(suzuki, "ws1"), wire.KindSession)
	h.must(err)
	if snapshot := push[wire.Snapshot](d, wire.KindSnapshot); session.Merchant.Monitoring || len(snapshot.Rows) != 0 {
		t.Errorf("monitoring %v, rows %v, want neither", session.Merchant.Monitoring, snapshot.Rows)
	}
	h.board.Append(ivr.Row{Call: "c1", Operator: suzuki, Number: 2, At: time.Now()})
	h.desk.open(suzuki, "c1")
	if change := push[wire.Change](d, wire.KindChange); change.Seq != 1 || change.Call == nil {
		t.Errorf("change %+v, want the call as the first", change)
	}
}

// TestNothingTypedIsWritten: passwords, tokens and a card number in the wrong field
// are in no log and no database.
func TestNothingTypedIsWritten(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	card := goodOrder("c1", "k1")
	card.Form.TransactionID, card.Form.MemberID = "4111111111111111", "378282246310005"
	_, err := ask[wire.OrderSent](d, wire.KindSendOrder, card, wire.KindOrderSent)
	refusal := refusedWith(t, err, wire.CodeOrderRefused, order.IDIsCard)
	crossed := fmt.Sprintf("%+v", refusal)
	_, err = ask[wire.Session](d, wire.KindSetPassword,
		wire.SetPassword{Current: "typed-wrong1", New: "typed-new-1", Repeat: "typed-new-1"}, wire.KindSession)
	refusedWith(t, err, wire.CodePasswordRefused, message.PasswordWrong)

	written := h.log.String() + crossed
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(h.path + suffix)
		h.must(err)
		written += string(data)
	}
	for _, secret := range []string{
		"4111111111111111", "378282246310005", password, "typed-wrong1", "typed-new-1", session.Token,
	} {
		if strings.Contains(written, secret) {
			t.Errorf("%q was written", secret)
		}
	}
	if !strings.Contains(written, "shop") {
		t.Error("nothing was searched")
	}
}
