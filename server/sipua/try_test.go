package sipua

import (
	"errors"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// telephony.md 1, behaviour 15: an account is put to the test without harm to whoever is
// registered with it.
func TestTryAccount(t *testing.T) {
	pbx := newRegistrar(t)
	account := Account{Registrar: pbx.addr(), User: "101", Password: password, Static: true}
	e := serve(t, Config{Timing: brisk, Accounts: []Account{account}}, nil)
	type result struct {
		granted time.Duration
		err     error
	}
	try := func(how Try) <-chan result {
		tried := make(chan result, 1)
		go func() {
			granted, err := e.TryAccount(t.Context(), account, how)
			tried <- result{granted, err}
		}()
		return tried
	}

	listed := try(TryList)
	pbx.reply(pbx.meet(sip.REGISTER), 401, challenge("WWW-Authenticate", "MD5", "a", ""), "")
	req := pbx.meet(sip.REGISTER)
	proven(t, req, "Authorization", "MD5", "101")
	if req.Contact() != nil || req.GetHeader("Expires") != nil {
		t.Errorf("a question that changes something (RFC 3261 10.2.3): %s", req)
	}
	pbx.reply(req, 200, "Contact: <sip:101@192.0.2.7>;expires=60\n", "")
	if got := <-listed; got.err != nil || got.granted != 0 {
		t.Errorf("got %v, %v", got.granted, got.err)
	}

	registered := try(TryRegister)
	pbx.reply(pbx.meet(sip.REGISTER), 200, "Expires: 50\n", "")
	last := pbx.meet(sip.REGISTER)
	if header(last, "Expires") != "0" || last.Contact() == nil {
		t.Errorf("got %s, want the registration taken back", last)
	}
	pbx.reply(last, 200, "", "")
	if got := <-registered; got.err != nil || got.granted != 50*brisk.SessionSecond {
		t.Errorf("got %v, %v", got.granted, got.err)
	}

	refused := try(TryRegister)
	pbx.reply(pbx.meet(sip.REGISTER), 403, "", "")
	var rejected *Rejected
	if got := <-refused; !errors.As(got.err, &rejected) || rejected.Status != 403 {
		t.Errorf("got %v, want 403", got.err)
	}
}

// telephony.md 3: an outbound proxy is a preset Route (RFC 3261 8.1.2), and it may ask
// for the password as the registrar does.
func TestRegistrationThroughAProxy(t *testing.T) {
	proxy := newRegistrar(t)
	serve(t, Config{Timing: brisk, Accounts: []Account{{
		Registrar: "pbx.invalid", Proxy: proxy.addr(), User: "101", Password: password,
	}}}, nil)
	first := proxy.meet(sip.REGISTER)
	if first.Recipient.String() != "sip:pbx.invalid" || header(first, "Route") != "<sip:"+proxy.addr()+";lr>" || first.To().Address.Host != "pbx.invalid" {
		t.Errorf("got %s", first)
	}
	proxy.reply(first, 407, challenge("Proxy-Authenticate", "MD5", "a", ""), "")
	second := proxy.meet(sip.REGISTER)
	proven(t, second, "Proxy-Authorization", "MD5", "101")
	proxy.reply(second, 200, "Expires: 3600\n", "")
}
