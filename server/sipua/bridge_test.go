package sipua

import (
	"errors"
	"testing"
)

// An operator's extension is called where the customer's leg has its next hop.
func TestPeerAddress(t *testing.T) {
	for name, row := range map[string]struct {
		contact string
		routes  string
		want    string
	}{
		"the Contact":                   {"<sip:pbx@192.0.2.1:5062>", "", "192.0.2.1:5062"},
		"without a port":                {"<sip:pbx.example>", "", "pbx.example"},
		"by TCP":                        {"<sip:192.0.2.1:5062;transport=tcp>", "", "192.0.2.1:5062;transport=tcp"},
		"by TLS":                        {"<sips:pbx.example:5061>", "", "pbx.example:5061;transport=tls"},
		"IPv6":                          {"<sip:[2001:db8::1]:5062>", "", "[2001:db8::1]:5062"},
		"a proxy that stays on the way": {"<sip:pbx@192.0.2.1>", "<sip:192.0.2.9:5070;lr>", "192.0.2.9:5070"},
	} {
		t.Run(name, func(t *testing.T) {
			ls := make(legs, 1)
			w := dialWire(t, serve(t, Config{}, ls))
			headers := map[string]string{"Contact": row.contact}
			if row.routes != "" {
				headers["Record-Route"] = row.routes
			}
			w.send("INVITE", headers, offer)
			leg := ls.next(t)
			got, err := leg.PeerAddress()
			if err != nil || got != row.want {
				t.Fatalf("got %q, %v, want %q", got, err, row.want)
			}
			if _, route, err := (DialParams{To: "101", Proxy: got}).destination(); err != nil || route != nil {
				t.Errorf("it cannot be dialled: route %v, %v", route, err)
			}
			leg.Bye()
			if _, err := leg.PeerAddress(); !errors.Is(err, ErrEnded) {
				t.Errorf("of a leg that is gone: got %v", err)
			}
		})
	}
}

// A PBX at which we have an account knows us by the account, whoever the call is for.
func TestWhoCallsAccordingToFrom(t *testing.T) {
	e := serve(t, Config{UserAgent: "tsunagi", Accounts: []Account{
		{Registrar: "pbx.example:5070", User: "5000", Static: true}, {Registrar: "pbx.example", User: "5001", Static: true},
	}}, nil)
	for name, row := range map[string]struct{ pbx, number, user, shown string }{
		"a trunk":                {"192.0.2.1", "09011112222", "09011112222", ""},
		"a trunk, nobody":        {"192.0.2.1", "", "tsunagi", ""},
		"an account":             {"PBX.example", "09011112222", "5000", "09011112222"},
		"that account by number": {"pbx.example", "5001", "5001", ""},
	} {
		if got := e.caller(row.pbx, row.number); got.Address.User != row.user || got.DisplayName != row.shown {
			t.Errorf("%s: got %q %s", name, got.DisplayName, got.Address.User)
		}
	}
}
