package link

import (
	"encoding/json"
	"errors"
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

func TestBadFrames(t *testing.T) {
	tests := []struct {
		name    string
		message string
		want    BadFrame
	}{
		{"not JSON", `login`, BadFrame{0, "not JSON at byte 1"}},
		{"empty", ``, BadFrame{0, "not JSON: ends too early"}},
		{"cut off", `{"kind":"login"`, BadFrame{0, "not JSON: ends too early"}},
		{"no kind", `{"id":3}`, BadFrame{3, "kind is missing"}},
		{"null", `null`, BadFrame{0, "kind is missing"}},
		{"negative id", `{"kind":"login","id":-1}`, BadFrame{0, "id is negative"}},
		{"text as id", `{"kind":"login","id":"4111111111111111"}`, BadFrame{0, "wrong type, want int64, at byte 39"}},
		{"huge id", `{"kind":"login","id":41111111111111111111}`, BadFrame{0, "wrong type, want int64, at byte 41"}},
		{"unknown field", `{"kind":"login","id":4,"pan":"4111111111111111"}`, BadFrame{4, "unknown field or value"}},
		{"two frames", `{"kind":"login","id":5}{}`, BadFrame{5, "more than one value"}},
		{"a list", `[{"kind":"login"}]`, BadFrame{0, "wrong type, want wire.Frame, at byte 1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stranger, server := newSite(t, ServerLimits()).stranger(t)
				for _, message := range []string{test.message, `{"kind":"logout","id":9}`} {
					if err := stranger.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
						t.Fatal(err)
					}
				}
				_, err := server.Receive()
				var bad *BadFrame
				if !errors.As(err, &bad) || *bad != test.want {
					t.Errorf("got %v, want %+v", err, test.want)
				}
				if frame := receive(t, server); frame.ID != 9 {
					t.Errorf("next frame: got id %d, want 9", frame.ID)
				}
			})
		})
	}
}

func TestBinaryFrameIsBad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stranger, server := newSite(t, ServerLimits()).stranger(t)
		if err := stranger.WriteMessage(websocket.BinaryMessage, []byte(`{"kind":"logout"}`)); err != nil {
			t.Fatal(err)
		}
		var bad *BadFrame
		if _, err := server.Receive(); !errors.As(err, &bad) || bad.Problem != "not a text frame" {
			t.Errorf("got %v, want a BadFrame", err)
		}
	})
}

func TestDecode(t *testing.T) {
	tests := []struct {
		name string
		body string
		want string // problem; empty where the body is good
	}{
		{"good", `{"token":"t","workstation":"w"}`, ""},
		{"a field left out", `{"token":"t"}`, ""},
		{"none", ``, "body is missing"},
		{"null", ` null `, "body is missing"},
		{"unknown field", `{"tokens":"t"}`, "body: unknown field or value"},
		{"number as text", `{"token":4111111111111111}`, "body: wrong type, want string, at byte 25"},
		{"cut off", `{"token":"t`, "body: not JSON: ends too early"},
		{"two bodies", `{}{}`, "body: more than one value"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode[wire.Resume](wire.Frame{Kind: wire.KindResume, ID: 8, Body: json.RawMessage(test.body)})
			var bad *BadFrame
			if test.want == "" && err != nil {
				t.Errorf("got %v, want it read", err)
			}
			if test.want != "" && (!errors.As(err, &bad) || *bad != (BadFrame{8, test.want})) {
				t.Errorf("got %v, want %q about frame 8", err, test.want)
			}
		})
	}
}

// longNumber is what an error may never hold: a position in a frame has at most
// seven digits, a card number has twelve or more.
var longNumber = regexp.MustCompile(`[0-9]{8}`)

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"kind":"sendOrder","id":1,"body":{"callId":"c","key":"k","form":{"amount":"1"}}}`))
	f.Add([]byte(`{"kind":"sendOrder","id":1,"body":{"form":{"amount":4111111111111111}}}`))
	f.Add([]byte(`{"kind":"sendOrder","4111111111111111":1}`))
	f.Add([]byte(`{"kind":1e999}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := parse(data)
		if err == nil && (frame.Kind == "" || frame.ID < 0) {
			t.Errorf("accepted a frame of kind %q with id %d", frame.Kind, frame.ID)
		}
		var order wire.SendOrder
		if err == nil {
			order, err = Decode[wire.SendOrder](frame)
		}
		if err != nil {
			var bad *BadFrame
			if !errors.As(err, &bad) || longNumber.MatchString(err.Error()) {
				t.Errorf("got %v, want a BadFrame that repeats nothing", err)
			}
			return
		}
		written, err := json.Marshal(order)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode[wire.SendOrder](wire.Frame{Kind: frame.Kind, Body: written})
		if err != nil || again != order {
			t.Errorf("written and read again: got %+v, %v, want %+v", again, err, order)
		}
	})
}
