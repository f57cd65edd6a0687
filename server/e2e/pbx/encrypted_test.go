package pbx

import (
	"net"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/shared/message"
)

// telephony.md 1, behaviour 16, and security.md T6: a server as 'init' makes it, with
// TLS and SRTP alone, each side checking the other's certificate. The keys of operator
// and customer come over one encrypted leg across the transfer, and again after the PBX
// was restarted, whose connection is then gone.
func TestTransferByTLSWithSRTP(t *testing.T) {
	t.Parallel()
	f := newOfficeWith(t, arrangement{link: encrypted})
	direct := newTelephone(t, f.network, "104", "104")
	if conn, err := net.ListenPacket("udp", f.network+".3:5060"); err != nil {
		t.Errorf("the server has a port for plain SIP: %v", err)
	} else if err := conn.Close(); err != nil {
		t.Error(err)
	}

	customer, operator := f.connect(f.operator)
	f.consultByManager("101", "operators-tls")
	f.sendOrder(operator, "T-1")
	operator.hangUp()
	f.pay(customer)
	f.paid("T-1")
	f.oneLeg()
	for _, request := range f.toServer() {
		if strings.HasPrefix(request, "INVITE ") && (!strings.Contains(request, " RTP/SAVP ") || !strings.Contains(request, "a=crypto:")) {
			t.Errorf("an offer without SRTP:\n%s", request)
		}
	}

	f.pbx.stop()
	f.pbx.start()
	second := direct.call(site.Number)
	call := f.sendOrder(second, "T-2")
	f.pay(second)
	f.desktop.RowOf(call.ID, string(message.EndedOK))
	f.noDigits()
}
