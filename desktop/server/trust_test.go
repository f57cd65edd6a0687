package server

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

func TestUnknownServerWaitsForTrust(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := newDesk(t, f, newStore())
		l := d.waitPhase(PhaseUntrusted)
		if l.Certificate == nil || l.Certificate.Fingerprint != f.fingerprint || l.Certificate.Changed {
			t.Fatalf("shown: %+v, want the server's certificate as a new one", l.Certificate)
		}
		_, err := d.Login(t.Context(), wire.Login{})
		wantCode(t, err, wire.CodeUnavailable)
		wantCode(t, d.Trust(strings.Repeat("0", 64)), wire.CodeBadRequest)
		<-time.After(time.Hour)
		if f.dials != 1 {
			t.Errorf("dialed %d times without being trusted, want once", f.dials)
		}
		// As a person types it from tsunagid init.
		typed := strings.ToUpper(f.fingerprint[:4] + " " + f.fingerprint[4:8] + ":" + f.fingerprint[8:])
		if err := d.Trust(typed); err != nil {
			t.Fatal(err)
		}
		d.waitPhase(PhaseConnected)
		if got := d.store.pins[address]; got != f.fingerprint {
			t.Errorf("pinned %q, want %q", got, f.fingerprint)
		}
	})
}

func TestChangedCertificateIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := newStoreWith("token-0")
		s.pins[address] = strings.Repeat("ab", 32)
		d := newDesk(t, f, s)
		l := d.waitPhase(PhaseRefused)
		if l.Certificate == nil || !l.Certificate.Changed || l.Message != message.CertificateChanged {
			t.Fatalf("got %+v, want a changed certificate", l)
		}
		<-time.After(time.Hour)
		if len(f.received) != 0 || f.dials != 1 {
			t.Errorf("dialed %d times and sent %d frames to the stranger", f.dials, len(f.received))
		}
		if err := d.Trust(f.fingerprint); err != nil {
			t.Fatal(err)
		}
		d.waitPhase(PhaseConnected)
	})
}

func TestDistrustForgetsThePin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := connectedDesk(t, f)
		if err := d.Distrust(); err != nil {
			t.Fatal(err)
		}
		d.waitPhase(PhaseIdle)
		<-time.After(time.Hour)
		if f.dials != 1 {
			t.Errorf("dialed %d times, want no more after Distrust", f.dials)
		}
		if err := d.SetServer("tsunagi.example"); err != nil {
			t.Fatal(err)
		}
		d.waitPhase(PhaseUntrusted)
	})
}

func TestPinThatCannotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := newDesk(t, f, newStore())
		d.waitPhase(PhaseUntrusted)
		d.store.mu.Lock()
		d.store.err = errors.New("keyring is locked")
		d.store.mu.Unlock()
		if refusal := wantCode(t, d.Trust(f.fingerprint), wire.CodeInternal); refusal.Message != message.CannotKeep {
			t.Errorf("got %q, want %q", refusal.Message, message.CannotKeep)
		}
		wantCode(t, d.Distrust(), wire.CodeInternal)
	})
}

func TestOtherVersionIsRefusedAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		f.outdated = true
		s := newStore()
		s.pins[address] = f.fingerprint
		d := newDesk(t, f, s)
		if l := d.waitPhase(PhaseRefused); l.Message != message.VersionMismatch || l.Certificate != nil {
			t.Errorf("got %+v, want the words for another version", l)
		}
		f.set(func() { f.outdated = false }) // the server was brought up to date
		begin := time.Now()
		d.waitPhase(PhaseConnected)
		if took := time.Since(begin); took > versionAgain {
			t.Errorf("connected after %v, want %v at the most", took, versionAgain)
		}
	})
}

func TestParseAddress(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"tsunagi.example", "tsunagi.example:8443"},
		{"tsunagi.example:9000", "tsunagi.example:9000"},
		{"192.0.2.7", "192.0.2.7:8443"},
		{"2001:db8::7", "[2001:db8::7]:8443"},
		{"[2001:db8::7]:9000", "[2001:db8::7]:9000"},
		{"", ""},
		{":8443", ""},
		{"https://tsunagi.example", ""},
		{"tsunagi.example/path", ""},
		{"tsunagi.example:0", ""},
		{"tsunagi.example:65536", ""},
		{"tsunagi.example:https", ""},
		{"two words", ""},
	}
	for _, test := range tests {
		got, err := ParseAddress(test.typed)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q: got %q, %v, want %q", test.typed, got, err, test.want)
		}
	}
}

func TestParseFingerprint(t *testing.T) {
	plain := strings.Repeat("0a", 32)
	for _, typed := range []string{plain, strings.ToUpper(plain), strings.Repeat("0A0A ", 16), strings.Repeat("0a:", 31) + "0a"} {
		if got, err := ParseFingerprint(typed); got != plain || err != nil {
			t.Errorf("%q: got %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", plain[1:], plain + "00", strings.Repeat("0g", 32)} {
		if got, err := ParseFingerprint(typed); err == nil {
			t.Errorf("%q: got %q, want it refused", typed, got)
		}
	}
}
