package ws

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/board"
	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

func TestLoginThenSnapshotThenChanges(t *testing.T) {
	h := newHouse(t)
	h.desk.open(suzuki, "c1")
	d := h.dial()
	session, err := ask[wire.Session](d, wire.KindLogin, loginOf(suzuki, "ws1"), wire.KindSession)
	h.must(err)
	token := session.Token
	session.Token = ""
	want := wire.Session{
		User: wire.User{ID: "suzuki", Comment: "鈴木 花子", Entrance: wire.EntranceOperator, IVRNumber: "050-3000-1024"},
		Merchant: wire.Merchant{
			ID: "shop", Name: "つなぎ商店", LinkageMode: wire.LinkageNormal, MemberID: true, PaymentCountChoice: true,
			Monitoring: true, SecurityCode: true, SendWindowSeconds: 20, Channels: 3, Language: order.Japanese,
			PasswordShortest: 8,
		},
		ServerVersion: "1.2.3",
	}
	if session != want || len(token) != 43 {
		t.Errorf("session %+v\nwant %+v", session, want)
	}
	snapshot := push[wire.Snapshot](d, wire.KindSnapshot)
	if len(snapshot.Calls) != 1 || snapshot.Calls[0].State != wire.StateSendWindow {
		t.Errorf("snapshot %+v, want the call that waits", snapshot)
	}
	h.desk.open(tanaka, "c2") // not hers
	h.board.Put(suzuki, wire.Call{ID: "c1", State: wire.StateEnded})
	h.board.Append(ivr.Row{Call: "c1", Operator: suzuki, Number: 1, Point: string(message.EndedNG)})
	h.board.Notify(suzuki, wire.Notice{MessageID: string(message.F301), Message: message.F301.Text()})
	for i := range int64(3) {
		change := push[wire.Change](d, wire.KindChange)
		if change.Seq != snapshot.Seq+1+i {
			t.Errorf("change %d, want %d", change.Seq, snapshot.Seq+1+i)
		}
		if part := []bool{change.Call != nil, change.Row != nil, change.Notice != nil}; !part[i] {
			t.Errorf("change %d is %+v", i, change)
		}
	}
	if !h.identity.Online(suzuki) || h.identity.Online(tanaka) {
		t.Error("suzuki alone should be online")
	}
}

func TestSnapshotOnDemandGoesOnWithItsNumber(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	push[wire.Change](d, wire.KindChange)
	snapshot, err := ask[wire.Snapshot](d, wire.KindGetSnapshot, nil, wire.KindSnapshot)
	h.must(err)
	if len(snapshot.Calls) != 1 {
		t.Errorf("snapshot %+v, want one call", snapshot)
	}
	h.desk.open(suzuki, "c2")
	if change := push[wire.Change](d, wire.KindChange); change.Seq != snapshot.Seq+1 || change.Call.ID != "c2" {
		t.Errorf("change %+v after snapshot %d", change, snapshot.Seq)
	}
}

func TestSupervisorSeesTheMerchantAndTouchesNothing(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(boss)
	if session.User.Entrance != wire.EntranceSupervisor || session.User.IVRNumber != "" {
		t.Errorf("session of %+v", session.User)
	}
	for _, operator := range []ivr.UserKey{suzuki, tanaka} {
		h.desk.open(operator, ivr.CallID(operator.User))
		if change := push[wire.Change](d, wire.KindChange); change.Call.OperatorID != string(operator.User) {
			t.Errorf("change %+v, want the call of %s", change, operator)
		}
	}
	_, err := ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("suzuki", "k1"), wire.KindOrderSent)
	refusedWith(t, err, wire.CodeNotAllowed, message.E309.Text())
	_, err = ask[struct{}](d, wire.KindAsk, wire.Ask{CallID: "suzuki", What: wire.RequestAbort}, wire.KindDone)
	refusedWith(t, err, wire.CodeNotAllowed, message.E309.Text())
}

func TestWrongPasswordAndSecondLogin(t *testing.T) {
	h := newHouse(t)
	d := h.dial()
	wrong := loginOf(suzuki, "ws1")
	wrong.Password = "wrong-horse1"
	_, err := ask[wire.Session](d, wire.KindLogin, wrong, wire.KindSession)
	refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
	_, err = ask[wire.Session](d, wire.KindLogin, loginOf(suzuki, "ws1"), wire.KindSession)
	h.must(err) // on the same connection
	_, err = ask[wire.Session](d, wire.KindLogin, loginOf(tanaka, "ws1"), wire.KindSession)
	refusedWith(t, err, wire.CodeNotAllowed, message.E309.Text()) // someone is logged in here

	other := h.dial()
	_, err = ask[wire.Session](other, wire.KindLogin, loginOf(suzuki, "ws2"), wire.KindSession)
	refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
	_, err = ask[wire.Session](other, wire.KindResume, wire.Resume{Token: "made-up", Workstation: "ws2"}, wire.KindSession)
	refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
}

func TestLogoutLeadsBackToTheLogin(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	_, err := ask[struct{}](d, wire.KindLogout, nil, wire.KindDone)
	h.must(err)
	if h.identity.Online(suzuki) {
		t.Error("still online after the logout")
	}
	h.desk.open(suzuki, "c1") // of no concern to this connection any more
	_, err = ask[wire.Snapshot](d, wire.KindGetSnapshot, nil, wire.KindSnapshot)
	refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
	_, err = ask[wire.Session](d, wire.KindResume, wire.Resume{Token: session.Token, Workstation: "ws-suzuki"}, wire.KindSession)
	refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
	if len(d.pushed) != 0 {
		t.Errorf("pushed after the logout: %v", d.pushed)
	}
	_, err = ask[wire.Session](d, wire.KindLogin, loginOf(tanaka, "ws1"), wire.KindSession)
	h.must(err)
	if snapshot := push[wire.Snapshot](d, wire.KindSnapshot); len(snapshot.Calls) != 0 {
		t.Errorf("the next operator sees %+v", snapshot.Calls)
	}
}

func TestLostConnectionIsResumed(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	kept := h.log.expect(t, "connection lost, session kept")
	d.cut()
	kept()
	_, err := ask[wire.Session](h.dial(), wire.KindLogin, loginOf(suzuki, "ws2"), wire.KindSession)
	refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
	h.desk.open(suzuki, "c1") // while the desktop is away

	d, again, snapshot := h.resumed(session.Token, "ws-suzuki")
	if again.Token == session.Token || again.User != session.User {
		t.Errorf("resumed %+v of %+v", again, session)
	}
	if len(snapshot.Calls) != 1 || snapshot.Calls[0].ID != "c1" {
		t.Errorf("snapshot %+v, want the call that came meanwhile", snapshot)
	}
	_, err = ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	h.must(err)
}

func TestNewerConnectionOfTheWorkstationWins(t *testing.T) {
	h := newHouse(t)
	old, session := h.loggedIn(suzuki)
	d, _, _ := h.resumed(session.Token, "ws-suzuki")
	if _, ok := old.receive(); ok {
		t.Error("the older connection is told something")
	}
	if err := old.link.Err(); !strings.Contains(err.Error(), "1008") {
		t.Errorf("the older connection ended with %v, want close code 1008", err)
	}
	_, err := ask[wire.Snapshot](d, wire.KindGetSnapshot, nil, wire.KindSnapshot)
	h.must(err)
	if !h.identity.Online(suzuki) {
		t.Error("offline, though the newer connection stands")
	}
}

func TestForcedLogoutIsToldAndCloses(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	h.must(h.identity.ForceLogout(t.Context(), audit.Actor{}, suzuki))
	if got := push[wire.LoggedOut](d, wire.KindLoggedOut); got.Message != message.ForcedLogout {
		t.Errorf("told %q, want %q", got.Message, message.ForcedLogout)
	}
	if _, ok := d.receive(); ok {
		t.Error("the connection goes on")
	}
	_, err := ask[wire.Session](h.dial(), wire.KindResume,
		wire.Resume{Token: session.Token, Workstation: "ws-suzuki"}, wire.KindSession)
	refusedWith(t, err, wire.CodeSessionLost, message.ForcedLogout)
}

func TestFirstPasswordComesBeforeAnythingElse(t *testing.T) {
	h := newHouse(t)
	first, err := h.identity.Initialize(t.Context(), audit.Actor{}, suzuki, false)
	h.must(err)
	login := loginOf(suzuki, "ws1")
	login.Password = first
	d := h.dial()
	session, err := ask[wire.Session](d, wire.KindLogin, login, wire.KindSession)
	h.must(err)
	if !session.PasswordMustChange {
		t.Error("the session does not ask for a password")
	}
	h.desk.open(suzuki, "c1")
	_, err = ask[wire.Snapshot](d, wire.KindGetSnapshot, nil, wire.KindSnapshot)
	refusedWith(t, err, wire.CodePasswordRequired, message.E309.Text())
	_, err = ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	refusedWith(t, err, wire.CodePasswordRequired, message.E309.Text())
	_, err = ask[wire.Session](d, wire.KindSetPassword, wire.SetPassword{New: "short1", Repeat: "short1"}, wire.KindSession)
	refusedWith(t, err, wire.CodePasswordRefused, message.PasswordRule)
	if len(d.pushed) != 0 {
		t.Errorf("pushed before the password was set: %v", d.pushed)
	}
	set := wire.SetPassword{New: "my-own-pass1", Repeat: "my-own-pass1"}
	after, err := ask[wire.Session](d, wire.KindSetPassword, set, wire.KindSession)
	h.must(err)
	if after.PasswordMustChange || after.Token != session.Token {
		t.Errorf("session after the password was set: %+v", after)
	}
	if snapshot := push[wire.Snapshot](d, wire.KindSnapshot); len(snapshot.Calls) != 1 {
		t.Errorf("snapshot %+v, want the call", snapshot)
	}
	set.Current, set.New, set.Repeat = "my-own-pass1", "my-own-pass2", "my-own-pass2"
	_, err = ask[wire.Session](d, wire.KindSetPassword, set, wire.KindSession)
	h.must(err)
	h.desk.open(suzuki, "c2")
	push[wire.Change](d, wire.KindChange) // not a second snapshot
}

// TestServerRestart is that of an update at noon: desktops are told to come back,
// and do, over an order that was sent before.
func TestServerRestart(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	h.must(h.ws.Close(t.Context()))
	kept, err := h.store.SessionOf(t.Context(), suzuki)
	if err != nil || !kept.LostAt.IsZero() {
		t.Errorf("session %+v, %v: want one that the desktop did not lose", kept, err)
	}
	h.stop()
	if _, ok := d.receive(); ok {
		t.Error("told something before the close")
	}
	if err := d.link.Err(); !strings.Contains(err.Error(), "1012") {
		t.Errorf("the connection ended with %v, want close code 1012", err)
	}
	h.start()
	d, session, _ = h.resumed(session.Token, "ws-suzuki")
	d.beat()
	if session.User.ID != "suzuki" {
		t.Errorf("resumed as %+v", session.User)
	}
}

// A draining server stops when the last call ends: what that call has put on the board a
// moment before is told still.
func TestStoppingServerTellsWhatIsOnTheBoard(t *testing.T) {
	h := newHouse(t)
	for range 20 {
		d, _ := h.loggedIn(suzuki)
		h.board.Append(ivr.Row{Call: "c1", Operator: suzuki, Number: 1, At: time.Now(), Point: string(message.EndedOK)})
		h.must(h.ws.Close(t.Context()))
		if got := push[wire.Change](d, wire.KindChange); got.Row == nil || got.Row.Point != string(message.EndedOK) {
			t.Fatalf("got %+v, want the row", got)
		}
		if _, ok := d.receive(); ok {
			t.Error("the connection goes on")
		}
		h.stop()
		h.board = board.New()
		h.start()
		h.must(h.identity.ForceLogout(t.Context(), audit.Actor{}, suzuki))
	}
}

func TestStoppingServerTakesNoDesktops(t *testing.T) {
	h := newHouse(t)
	h.must(h.ws.Close(t.Context()))
	dialer := websocket.Dialer{TLSClientConfig: h.tls(), Subprotocols: []string{wire.Subprotocol}}
	_, response, err := dialer.DialContext(t.Context(), "wss://"+h.http.Listener.Addr().String()+wire.Path, nil)
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("dialled a stopping server: %v, %v, want 503", response, err)
	}
}

func TestPlaintextIsRefused(t *testing.T) {
	h := newHouse(t)
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://server"+wire.Path, nil)
	h.ws.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("answered with %d, want 403", w.Code)
	}
}

func TestTooManyLoginScreensCloseTheOldest(t *testing.T) {
	h := newHouse(t)
	h.ws.waitingMost = 2
	seated, _ := h.loggedIn(suzuki) // does not count
	screen := func() *desktop {
		d := h.dial()
		d.beat() // the server has counted it
		return d
	}
	first, second := screen(), screen()
	third := h.dial()
	if _, ok := first.receive(); ok {
		t.Error("told something before the close")
	}
	if err := first.link.Err(); !errors.Is(err, link.ErrClosed) || !strings.Contains(err.Error(), "1013") {
		t.Errorf("the oldest ended with %v, want close code 1013", err)
	}
	for _, d := range []*desktop{seated, second, third} {
		d.beat()
	}
}

func TestCloseGivesUpWithItsContext(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.desk.hold()
	h.desk.open(suzuki, "c1")
	d.tell(wire.KindSendOrder, goodOrder("c1", "k1"))
	<-h.desk.arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.ws.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("close with an order on its way: %v, want %v", err, context.Canceled)
	}
	h.desk.release()
	h.must(h.ws.Close(t.Context())) // waits for the order now
	if got := h.desk.orders(); got != "c1 T-1" {
		t.Errorf("orders bound: %s, want the one on its way", got)
	}
}
