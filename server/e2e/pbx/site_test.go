package pbx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tsunagi/server"
	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// The acquirer's test card. No part of it that is longer than its last four digits may
// be found anywhere afterwards.
const (
	cardNumber = "4111111111111111"
	cardExpiry = "1230"
	cardCode   = "123"
)

// office is a site with its PBX and everybody in it.
type office struct {
	t        *testing.T
	network  string
	peer     string // the server as Asterisk's log names it
	server   *site.Server
	pbx      *asterisk
	desktop  *site.Operator // of "sato"
	operator *telephone     // 101; its calls to the IVR have their media through the PBX
	direct   *telephone     // 102; theirs go from telephone to server
	customer *telephone
	known    []string // calls that were
}

// newOffice opens an office: "sato" is logged in, all telephones are plugged in.
func newOffice(t *testing.T) *office {
	t.Helper()
	return newOfficeWith(t, arrangement{})
}

// arrangement is what is different in an office.
type arrangement struct {
	settings site.Settings
	edit     func(*ivr.Merchant, *ivr.User)
	trunk    string // a line more in the trunk's section of pjsip.conf
	hurry    bool   // the greeting is beeps
	link     link
	accounts map[string]string // of the server at the PBX: user → password
}

// link is how PBX and server are connected.
type link string

const (
	trunk      link = ""           // by address, UDP
	encrypted  link = "encrypted"  // by address, TLS with SRTP, each checks the other's certificate
	registered link = "registered" // the server has an account at the PBX, UDP
)

// peer is the server as Asterisk's log names it.
func (l link) peer(network string) string {
	switch l {
	case encrypted:
		return "TLS:" + network + ".3:5061"
	case registered:
		return "UDP:" + network + ".4:5060"
	}
	return "UDP:" + network + ".2:5060"
}

// prepare makes the server of a link.
func (l link) prepare(t *testing.T, network string, settings site.Settings) *site.Server {
	t.Helper()
	_, address, _ := strings.Cut(l.peer(network), ":")
	if l == encrypted {
		return site.PrepareEncrypted(t, address, settings)
	}
	return site.Prepare(t, address, settings)
}

func newOfficeWith(t *testing.T, a arrangement) *office {
	t.Helper()
	needPBX(t)
	network := freeNetwork(t)
	f := &office{t: t, network: network, peer: a.link.peer(network)}
	f.server = a.link.prepare(t, network, a.settings)
	f.pbx = newAsterisk(t, network, a.trunk, f.server)
	f.operator = newTelephone(t, network, "101", "101")
	f.direct = newTelephone(t, network, "102", "102")
	f.customer = newTelephone(t, network, "201", "09011112222")
	if a.link == encrypted {
		f.server.Change(site.Settings{
			"sip.tls.roots": "'" + filepath.Join(f.pbx.dir, "keys", "pbx.pem") + "'", "sip.tls.client_certificates": "true",
		})
	}
	for user, password := range a.accounts {
		f.addAccount(user, password)
	}
	if a.edit != nil {
		f.server.Edit(a.edit)
	}
	if a.hurry {
		f.server.Hurry(site.Preamble...)
	}
	f.server.Start()
	f.desktop = site.FirstLogin(t, f.server)
	return f
}

// addAccount gives the server an account at the PBX.
func (f *office) addAccount(user, password string) {
	f.t.Helper()
	file := filepath.Join(f.server.Dir, user+".password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		f.t.Fatal(err)
	}
	f.server.Append("[[sip.accounts]]\nregistrar = '" + f.network + ".1'\ntransport = 'udp'\nuser = '" + user + "'\npassword_file = '" + file + "'\n")
}

func form(transaction string) order.Form {
	return order.Form{TransactionID: transaction, Amount: "4980", PaymentCount: "1"}
}

// in is the office in a part of its test.
func (f *office) in(t *testing.T) *office {
	part := *f
	part.t = t
	return &part
}

// sendOrder is the operator's part up to 「1」: hear the guidance, send, hear that the
// order has come, press. It returns the IVR's call.
func (f *office) sendOrder(operator *line, transaction string) wire.Call {
	f.t.Helper()
	return f.play(operator, prompt.Ringback, transaction)
}

// pay is the customer's part.
func (f *office) pay(customer *line) {
	f.t.Helper()
	f.key(customer, prompt.Approved)
	customer.ended()
}

// play is both parts, up to the moment when a prompt is heard.
func (f *office) play(l *line, until prompt.Name, transaction string) wire.Call {
	f.t.Helper()
	l.await(prompt.PressSend)
	call := f.desktop.Call(wire.StateSendWindow, f.known...)
	f.known = append(f.known, call.ID)
	if until == prompt.PressSend {
		return call
	}
	f.desktop.Send(call, form(transaction))
	l.await(prompt.OrderReceived)
	if until == prompt.OrderReceived {
		return call
	}
	l.key("1")
	l.await(prompt.Ringback)
	if until != prompt.Ringback {
		f.key(l, until)
	}
	return call
}

// key keys the card, up to the moment when a prompt is heard.
func (f *office) key(l *line, until prompt.Name) {
	f.t.Helper()
	keys := map[prompt.Name]string{
		prompt.CardNumber: cardNumber + "#", prompt.Expiry: cardExpiry, prompt.SecurityCode3: cardCode,
	}
	for _, name := range []prompt.Name{prompt.Greeting, prompt.CardNumber, prompt.Expiry, prompt.SecurityCode3, prompt.PleaseWait, prompt.Approved} {
		if name == prompt.Greeting && until != name {
			continue // a customer who joins late does not hear it
		}
		l.await(name)
		if name == until {
			return
		}
		l.key(keys[name])
	}
}

// paid wants the operator to see the payment, and no digit of the card anywhere.
func (f *office) paid(transaction order.TransactionID) {
	f.t.Helper()
	row := f.desktop.Row(string(message.EndedOK))
	if row.TransactionID != transaction || !row.Ends {
		f.t.Errorf("last row %+v, want of %s", row, transaction)
	}
	f.pbx.idle()
	f.noDigits()
}

// noDigits searches all that the PBX and the server have written.
func (f *office) noDigits() {
	f.t.Helper()
	for _, dir := range []string{f.pbx.dir, f.server.Dir} {
		err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(path)
			if err == nil && strings.Contains(string(text), cardNumber) {
				f.t.Errorf("%s holds the card number", path)
			}
			return err
		})
		if err != nil {
			f.t.Error(err)
		}
	}
}
