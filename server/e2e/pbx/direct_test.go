package pbx

import (
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
)

// telephony.md section 2, with direct media: what the server hears comes from the
// telephones themselves, and a re-INVITE tells it from which.

// The PBX keeps the media as long as it listens for feature codes, and lets go of them
// once the customer is there.
func TestDirectMediaBeginsWithTheTransfer(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	customer, operator := f.connect(f.direct)
	f.consultByManager("102", "operators-direct")
	f.sendOrder(operator, "T-1")
	operator.hangUp()
	f.pay(customer)
	f.paid("T-1")
	f.mediaOf("1", "201")
	f.newParty()
}

// The operator calls the IVR from a second line, its media go directly, and the PBX
// joins customer and IVR, as a CTI program has it do.
func TestDirectMediaMovesFromTheOperatorToTheCustomer(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	customer, talk := f.connect(f.direct)
	operator := f.direct.call(site.Number)
	f.sendOrder(operator, "T-1")
	f.pbx.manager.do("Bridge",
		"Channel1", f.pbx.manager.channel("customer"), "Channel2", f.pbx.manager.channel("tsunagi-direct"), "Tone", "no")
	operator.ended()
	talk.ended()
	f.pay(customer)
	f.paid("T-1")
	f.mediaOf("1", "102", "1", "201") // the PBX takes them back in between
}

// mediaOf wants the descriptions sent to the server to name these hosts in order; the
// same one twice in a row counts once.
func (f *office) mediaOf(hosts ...string) {
	f.t.Helper()
	var got []string
	for _, request := range f.toServer() {
		_, rest, ok := strings.Cut(request, "\nc=IN IP4 "+f.network+".")
		if !ok {
			continue
		}
		host, _, _ := strings.Cut(rest, "\n")
		if host = strings.TrimSpace(host); len(got) == 0 || got[len(got)-1] != host {
			got = append(got, host)
		}
	}
	if strings.Join(got, " ") != strings.Join(hosts, " ") {
		f.t.Errorf("the media came from hosts %v, want %v", got, hosts)
	}
}

// newParty wants the server to have been told within the call who is there now. Asterisk
// does so in an UPDATE without a session description, or in a re-INVITE where it has to
// send one anyway.
func (f *office) newParty() {
	f.t.Helper()
	for _, request := range f.toServer() {
		update := strings.HasPrefix(request, "UPDATE ") && strings.Contains(request, "Content-Length:  0")
		if (update || strings.HasPrefix(request, "INVITE ")) &&
			strings.Contains(request, "P-Asserted-Identity: <sip:"+f.customer.number+"@") {
			return
		}
	}
	f.t.Error("the server was not told of the customer")
}
