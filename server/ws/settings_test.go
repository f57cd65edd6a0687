package ws

import (
	"sync"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// edit changes the merchant as an administrator's command does.
func (h *house) edit(change func(*ivr.Merchant)) {
	h.t.Helper()
	merchant, err := h.store.Merchant(h.t.Context(), "shop")
	h.must(err)
	change(&merchant)
	h.must(h.store.PutMerchant(h.t.Context(), merchant))
	h.must(h.identity.Refresh(h.t.Context(), audit.Actor{}, "shop"))
}

func TestSettingsArePushed(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	b, _ := h.loggedIn(boss)
	h.edit(func(m *ivr.Merchant) { m.MemberID, m.PasswordPolicy = false, ivr.PolicyPCI })
	settings := push[wire.Settings](d, wire.KindSettings)
	want := session.Merchant
	want.MemberID, want.PasswordShortest = false, 12
	if settings.Merchant != want || settings.User != session.User || settings.IdleLockSeconds != 900 {
		t.Errorf("got %+v, want %+v", settings, want)
	}
	if got := push[wire.Settings](b, wire.KindSettings); got.Merchant != want || got.User.ID != "boss" {
		t.Errorf("the supervisor got %+v", got)
	}
	d.beat() // the session goes on
}

// product.md section 3: a source address not allowed.
func TestWhoIsConnectedFromElsewhereIsToldSo(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.edit(func(m *ivr.Merchant) { m.Sources = []string{"192.0.2.0/24"} })
	if got := push[wire.LoggedOut](d, wire.KindLoggedOut); got.Message != message.AccessRestricted {
		t.Errorf("got %q, want %q", got.Message, message.AccessRestricted)
	}
	if _, ok := d.receive(); ok {
		t.Error("the connection goes on")
	}
}

func TestMonitoringIsSwitchedInTheMiddle(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	h.board.Append(ivr.Row{Call: "c1", Operator: suzuki, Number: 1, At: time.Now()})
	if change := push[wire.Change](d, wire.KindChange); change.Row == nil {
		t.Fatalf("got %+v, want the row", change)
	}
	h.edit(func(m *ivr.Merchant) { m.Monitoring = false })
	if push[wire.Settings](d, wire.KindSettings).Merchant.Monitoring {
		t.Error("monitoring is on still")
	}
	if snapshot := push[wire.Snapshot](d, wire.KindSnapshot); len(snapshot.Rows) != 0 {
		t.Errorf("rows are left: %+v", snapshot.Rows)
	}
	h.edit(func(m *ivr.Merchant) { m.Monitoring = true })
	push[wire.Settings](d, wire.KindSettings)
	if snapshot := push[wire.Snapshot](d, wire.KindSnapshot); len(snapshot.Rows) != 1 {
		t.Errorf("rows: got %+v, want the one of before", snapshot.Rows)
	}
}

func TestEditOfAUserIsPushedToThatUser(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	other, _ := h.loggedIn(tanaka)
	user, err := h.store.User(t.Context(), suzuki)
	h.must(err)
	user.Comment, user.IVRNumber = "鈴木 一郎", "05030009999"
	h.must(h.identity.EditUser(t.Context(), audit.Actor{}, user))
	if got := push[wire.Settings](d, wire.KindSettings).User; got.Comment != "鈴木 一郎" || got.IVRNumber != "050-3000-9999" {
		t.Errorf("got %+v", got)
	}
	other.beat()
	if len(other.pushed) != 0 {
		t.Errorf("another user was told: %+v", other.pushed)
	}
}

// However edits and the beginnings of sessions come together, whoever is logged in has
// the last word of the merchant's settings in the end, and rows only if it says so.
func TestSettingsAreNeverOld(t *testing.T) {
	h := newHouse(t)
	h.board.Append(ivr.Row{Call: "c1", Operator: suzuki, Number: 1, At: time.Now()})
	for range 20 {
		d := h.dial()
		var editing sync.WaitGroup
		editing.Go(func() {
			h.edit(func(m *ivr.Merchant) { m.Monitoring = !m.Monitoring })
		})
		id := d.tell(wire.KindLogin, loginOf(suzuki, "ws-suzuki"))
		session, err := read[wire.Session](d, d.answer(id), wire.KindSession)
		h.must(err)
		editing.Wait()
		merchant, err := h.store.Merchant(t.Context(), "shop")
		h.must(err)
		d.beat()
		monitoring, rows := session.Merchant.Monitoring, -1
		take := func(frame wire.Frame) {
			switch frame.Kind {
			case wire.KindSettings:
				settings, err := read[wire.Settings](d, frame, wire.KindSettings)
				h.must(err)
				monitoring = settings.Merchant.Monitoring
			case wire.KindSnapshot:
				snapshot, err := read[wire.Snapshot](d, frame, wire.KindSnapshot)
				h.must(err)
				rows = len(snapshot.Rows)
			}
		}
		want := 0
		if merchant.Monitoring {
			want = 1
		}
		for _, frame := range d.pushed {
			take(frame)
		}
		for monitoring != merchant.Monitoring || rows != want {
			frame, ok := d.receive() // fails the test when nothing comes
			if !ok {
				t.Fatal(d.link.Err())
			}
			take(frame)
		}
		_, err = ask[struct{}](d, wire.KindLogout, nil, wire.KindDone)
		h.must(err)
		d.cut()
	}
}
