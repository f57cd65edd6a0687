package native

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/desktop/server"
	"tsunagi/desktop/server/servertest"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

func TestTokensAreKeptByServerAndUser(t *testing.T) {
	for name, secrets := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			wantCurrent(t, secrets, hostA, server.Owner{}, "")
			must(t, secrets.SetToken(sato, "of sato"), secrets.SetToken(satoB, "of sato at b"))
			wantCurrent(t, secrets, hostA, sato, "of sato")
			must(t, secrets.SetToken(suzuki, "of suzuki"))
			wantSecret(t, "of sato", secrets.Token, sato)
			wantCurrent(t, secrets, hostA, suzuki, "of suzuki")
			wantCurrent(t, secrets, hostB, satoB, "of sato at b")
			must(t, secrets.RemoveToken(suzuki))
			wantCurrent(t, secrets, hostA, server.Owner{}, "") // sato is not there: only the password brings him back
			wantSecret(t, "of sato", secrets.Token, sato)
			must(t, secrets.RemoveToken(sato), secrets.RemoveToken(satoB))
			wantNoTokens(t, secrets)
		})
	}
}

func TestTokensOfThoseWhoLeftGoWithTime(t *testing.T) {
	for name, secrets := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				again := func(address string, want time.Duration) {
					t.Helper()
					at, err := secrets.Tidy(address)
					got := time.Duration(0)
					if !at.IsZero() {
						got = time.Until(at).Round(time.Second)
					}
					if err != nil || got != want {
						t.Errorf("tidied: more to do in %v, %v, want %v", got, err, want)
					}
				}
				must(t, secrets.SetToken(satoB, "of sato at b"), secrets.SetToken(sato, "of sato"))
				again(hostB, leftFor) // sato at a has gone to b
				<-time.After(time.Minute)
				again(hostA, leftFor) // and back
				must(t, secrets.SetToken(sato, "of sato"))
				<-time.After(time.Minute)
				must(t, secrets.SetToken(suzuki, "of suzuki"))
				again(hostA, leftFor-time.Minute)
				<-time.After(leftFor - time.Minute)
				again(hostA, time.Minute)
				wantSecret(t, "", secrets.Token, satoB)
				wantSecret(t, "of sato", secrets.Token, sato)
				<-time.After(time.Minute)
				again(hostA, 0)
				wantSecret(t, "", secrets.Token, sato)
				<-time.After(24 * time.Hour)
				again(hostA, 0)
				wantCurrent(t, secrets, hostA, suzuki, "of suzuki") // whether it is still good, the server knows
				must(t, secrets.RemoveToken(suzuki))
				wantNoTokens(t, secrets)
			})
		})
	}
}

func TestIndexFitsIntoAnEntry(t *testing.T) {
	secrets := kinds(t)["keyring"]
	long := strings.Repeat("x", 30) // the longest ID
	owner := func(n int) server.Owner {
		return server.Owner{Address: strings.Repeat("a", 100) + ":8443", Merchant: long, User: fmt.Sprintf("%s%02d", long[2:], n)}
	}
	for n := range 3 * mostTokens {
		must(t, secrets.SetToken(owner(n), strings.Repeat("t", 43)))
	}
	text, err := secrets.tokens.store.get(indexKey)
	if err != nil || len(text) > 2560 {
		t.Errorf("the index has %d bytes, %v", len(text), err)
	}
	wantSecret(t, "", secrets.Token, owner(0))
	if value, _ := secrets.tokens.store.get(tokenKey(owner(0))); value != "" {
		t.Error("the oldest token is left, unlisted")
	}
	wantSecret(t, strings.Repeat("t", 43), secrets.Token, owner(3*mostTokens-1))
}

// The real keyrings' lists are tested with the real ones.
func TestTokensOfEarlierVersionsAreTakenOver(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, pinFile, `{"pin `+hostA+`":"pin a","token `+hostA+`":"old a","token `+hostB+`":"old b"}`)
	secrets := FileSecrets(folder)
	if damaged, err := secrets.Mend(); damaged || err != nil {
		t.Errorf("damaged %t, %v", damaged, err)
	}
	wantSecret(t, "pin a", secrets.Pin, hostA)
	wantCurrent(t, secrets, hostA, before, "old a")
	wantCurrent(t, secrets, hostB, server.Owner{Address: hostB}, "old b")
	if keys, err := secrets.pins.keys(); len(keys) != 1 || err != nil {
		t.Errorf("beside the pins: %q, %v", keys, err)
	}
	must(t, secrets.SetToken(sato, "new"), secrets.RemoveToken(before))
	if _, err := secrets.Mend(); err != nil {
		t.Error(err)
	}
	wantCurrent(t, secrets, hostA, sato, "new")
}

func TestDamagedIndexTakesNoPins(t *testing.T) {
	for name, secrets := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			must(t, secrets.SetPin(hostA, "pin"), secrets.SetToken(sato, "token"), secrets.tokens.store.set(indexKey, "{\"entries\":7}"))
			if damaged, _ := secrets.Mend(); !damaged { // the fake keyring cannot list what earlier versions kept
				t.Error("nobody was told")
			}
			wantSecret(t, "pin", secrets.Pin, hostA)
			wantNoTokens(t, secrets)
			if value, err := secrets.tokens.store.get(tokenKey(sato)); value != "" || err != nil {
				t.Errorf("a token is left that no index lists: %q, %v", value, err)
			}
			must(t, secrets.SetToken(sato, "again"))
			wantCurrent(t, secrets, hostA, sato, "again")
		})
	}
}

func TestTokenThatCannotBeOneIsNone(t *testing.T) {
	secrets := FileSecrets(t.TempDir())
	must(t, secrets.SetToken(sato, "token"), secrets.tokens.store.set(tokenKey(sato), strings.Repeat("x", 1<<20)))
	wantCurrent(t, secrets, hostA, sato, "")
	wantSecret(t, "", secrets.Token, sato)
}

func FuzzParseIndex(f *testing.F) {
	f.Add(`{"entries":[{"address":"a:1","merchant":"m","user":"u","current":true}]}`)
	f.Add(`{"entries":null,"torn":true}`)
	f.Fuzz(func(t *testing.T, text string) {
		read, whole := parseIndex(text)
		if !whole {
			return
		}
		again, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if back, whole := parseIndex(string(again)); !whole || back.Torn != read.Torn || !slices.Equal(back.Entries, read.Entries) {
			t.Errorf("read %+v, then %+v", read, back)
		}
	})
}

// takesOverAndLeavesNothing is a day with a real keyring: an update of the program, two
// users, and the end.
func takesOverAndLeavesNothing(t *testing.T, secrets Secrets) {
	t.Helper()
	must(t, secrets.pins.set("token "+hostA, "of an earlier version"))
	if damaged, err := secrets.Mend(); damaged || err != nil {
		t.Errorf("damaged %t, %v", damaged, err)
	}
	wantSecret(t, "", secrets.pins.get, "token "+hostA)
	wantCurrent(t, secrets, hostA, before, "of an earlier version")
	must(t, secrets.SetToken(sato, "of sato"), secrets.RemoveToken(before), secrets.SetToken(suzuki, "of suzuki"))
	wantCurrent(t, secrets, hostA, suzuki, "of suzuki")
	wantSecret(t, "of sato", secrets.Token, sato)
	must(t, secrets.RemoveToken(suzuki), secrets.RemoveToken(sato))
	if keys, err := keyringKeys(tokenService); err != nil || slices.ContainsFunc(keys, func(key string) bool { return strings.Contains(key, hostA) }) {
		t.Errorf("in the keyring: %q, %v", keys, err)
	}
	sessionsLeaveNothing(t, secrets)
}

// sessionsLeaveNothing plays the ends of a session: however it ends, its token goes.
func sessionsLeaveNothing(t *testing.T, secrets Secrets) {
	t.Helper()
	desk := &servertest.Desk{
		Session:  wire.Session{Token: "token-1", User: wire.User{ID: "sato"}, Merchant: wire.Merchant{ID: "demo"}},
		Farewell: true, // an order ends with a forced logout
	}
	desk.Start(t)
	must(t, secrets.SetPin(desk.Address, desk.Fingerprint))
	kept := func() (keys []string) {
		all, err := keyringKeys(tokenService)
		must(t, err)
		for _, key := range all {
			if strings.Contains(key, desk.Address) {
				keys = append(keys, key)
			}
		}
		return keys
	}
	var client *server.Client
	start := func() (told chan server.Event) {
		told = make(chan server.Event, 1000)
		client = server.Start(server.Options{
			Address: desk.Address, Pins: secrets, Tokens: secrets, Workstation: "ws", Notify: func(e server.Event) { told <- e },
		})
		return told
	}
	wait := func(told chan server.Event, what string, is func(server.Event) bool) {
		t.Helper()
		late := time.After(10 * time.Second)
		for {
			select {
			case e := <-told:
				if is(e) {
					return
				}
			case <-late:
				t.Fatalf("%s did not come: %+v", what, client.State().Link)
			}
		}
	}
	connected := func(e server.Event) bool { return e.Link != nil && e.Link.Phase == server.PhaseConnected }
	login := func() {
		t.Helper()
		_, err := client.Login(t.Context(), wire.Login{MerchantID: "demo", UserID: "sato", Password: servertest.Password})
		must(t, err)
		if len(kept()) != 1 {
			t.Fatalf("while the session lasts: %q", kept())
		}
	}
	gone := func(after string) {
		t.Helper()
		if left := kept(); len(left) > 0 {
			t.Errorf("after %s: %q", after, left)
		}
	}

	told := start()
	wait(told, "the connection", connected)
	login()
	must(t, client.Logout(t.Context()))
	gone("a logout")

	login()
	must(t, client.SendOrder(t.Context(), "c", "k", order.Form{}))
	wait(told, "the forced logout", func(e server.Event) bool { return e.LoggedOut != nil })
	client.Stop() // waits for what it was doing
	gone("a forced logout")

	told = start()
	wait(told, "the connection", connected)
	login()
	client.Stop() // a crash
	told = start()
	wait(told, "the resumed session", func(e server.Event) bool { return e.Session != nil })
	client.Stop()
	must(t, secrets.SetToken(server.Owner{Address: desk.Address, Merchant: "demo", User: "sato"}, "expired"))
	told = start()
	wait(told, "the connection", connected)
	client.Stop()
	gone("the end of the five minutes")
	must(t, secrets.RemovePin(desk.Address))
}

func wantCurrent(t *testing.T, s Secrets, address string, owner server.Owner, token string) {
	t.Helper()
	if gotOwner, gotToken, err := s.Current(address); gotOwner != owner || gotToken != token || err != nil {
		t.Errorf("current at %s: got %v %q, %v, want %v %q", address, gotOwner, gotToken, err, owner, token)
	}
}

// wantNoTokens looks at what an index would list too.
func wantNoTokens(t *testing.T, s Secrets) {
	t.Helper()
	text, err := s.tokens.store.get(indexKey)
	if text != "" || err != nil {
		t.Errorf("left: %s, %v", text, err)
	}
	for _, owner := range []server.Owner{sato, suzuki, satoB, before} {
		if value, err := s.tokens.store.get(tokenKey(owner)); value != "" || err != nil {
			t.Errorf("left of %v: %q, %v", owner, value, err)
		}
	}
}
