package pbx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
)

// telephony.md 1, behaviour 15: two accounts at one PBX with digest, refreshed before the
// PBX forgets them (this one does after 12 s), a call that comes by one of them, and both
// taken back when the server stops. A wrong password is told as what it is.
func TestRegistrationAtThePBX(t *testing.T) {
	t.Parallel()
	f := newOfficeWith(t, arrangement{link: registered, accounts: map[string]string{"ivr": "correct-horse", "branch": "battery-staple"}})
	telephone := newTelephone(t, f.network, "105", "105")
	f.pbx.manager.contact("ivr", "NonQualified")
	f.pbx.manager.contact("branch", "NonQualified")

	if said := f.server.Check(); strings.Count(said, "the PBX takes the password (the running server keeps its registration)") != 2 {
		t.Errorf("the check of a server that runs: %s", said)
	}
	if said := f.server.Command("status", "--config", f.server.Config()); strings.Count(said, "transport=udp: registered until ") != 2 {
		t.Errorf("the status: %s", said)
	}
	call := telephone.call(site.Number) // longer than a registration
	f.sendOrder(call, "T-1")
	f.pay(call)
	f.paid("T-1")
	// Once each, and of "ivr" every 6 s: each time it is challenged and asks again.
	if log := f.pbx.log(); strings.Count(log, "\nREGISTER sip:") < 8 || strings.Contains(log, "Removed contact") {
		t.Error("the registration was not refreshed in time")
	}

	f.server.Stop()
	f.pbx.manager.contact("ivr", "Removed")
	f.pbx.manager.contact("branch", "Removed")

	if err := os.WriteFile(filepath.Join(f.server.Dir, "ivr.password"), []byte("battery-staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.server.Start()
	refusal := f.server.Log.Wait(t, "not registered at the PBX")
	if !strings.Contains(refusal, `account="ivr@`) || !strings.Contains(refusal, "the password was refused") || strings.Contains(refusal, "battery-staple") {
		t.Errorf("got %s", refusal)
	}
	f.comes("the refusal in the status", func() bool {
		said := f.server.Command("status", "--config", f.server.Config())
		return strings.Contains(said, "Account        ivr@"+f.network+".1;transport=udp: not registered, asked again at ") &&
			strings.Contains(said, "the PBX does not take the password") && !strings.Contains(said, "battery-staple")
	})
}

// contact waits until the PBX tells that of a contact.
func (m *manager) contact(aor, status string) {
	m.t.Helper()
	m.wait("contact of "+aor+" "+status, func(e event) bool {
		return e["Event"] == "ContactStatus" && e["Aor"] == aor && e["Contactstatus"] == status
	})
}
