package identity

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// codeAt is what an authenticator shows.
func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (h *house) loginBoss(code string) (*Seat, error) {
	login := loginOf(supervisor, longPassword, "ws-boss")
	login.Entrance, login.OneTimeCode = wire.EntranceSupervisor, code
	return h.Login(h.t.Context(), login, office)
}

// enrolled is the secret of the supervisor's authenticator; the supervisor is logged out.
func (h *house) enrolled() string {
	h.t.Helper()
	h.underPCI()
	seat, err := h.loginBoss("")
	h.must(err)
	secret, err := h.EnrolOneTimeCode(h.t.Context(), seat)
	h.must(err)
	h.must(h.ConfirmOneTimeCode(h.t.Context(), seat, wire.ConfirmOneTimeCode{Code: codeAt(h.t, secret.Secret, time.Now())}))
	h.must(seat.Logout(h.t.Context()))
	time.Sleep(2 * stepLength) // the code of the enrolment is used up
	return secret.Secret
}

func TestSupervisorEnrolsBeforeAnythingElse(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.underPCI()
		if seat, err := h.login(longPassword, "ws1"); err != nil || !seat.Grant().Ready() {
			t.Errorf("an operator needs no code: %v", err)
		}
		seat, err := h.loginBoss("")
		h.must(err)
		if blocked := seat.Grant().Blocked(); blocked == nil || blocked.Code != wire.CodeOneTimeCodeRequired {
			t.Errorf("blocked: got %v", blocked)
		}
		confirm := func(code string) error {
			return h.ConfirmOneTimeCode(t.Context(), seat, wire.ConfirmOneTimeCode{Code: code})
		}
		refusedWith(t, confirm("123456"), wire.CodeNotAllowed, message.E309.Text()) // nothing to confirm yet
		secret, err := h.EnrolOneTimeCode(t.Context(), seat)
		h.must(err)
		if !strings.HasPrefix(secret.URI, "otpauth://totp/Tsunagi:shop") || !strings.Contains(secret.URI, "secret="+secret.Secret) {
			t.Errorf("got %+v", secret)
		}
		refusedWith(t, confirm("000000"), wire.CodeOneTimeCodeWrong, message.OneTimeCodeWrong)
		h.must(confirm(codeAt(t, secret.Secret, time.Now())))
		if !seat.Grant().Ready() {
			t.Error("enrolled, and still not ready")
		}
		_, err = h.EnrolOneTimeCode(t.Context(), seat)
		refusedWith(t, err, wire.CodeNotAllowed, message.E309.Text()) // a stolen session enrols nothing

		data, err := os.ReadFile(h.path + "-wal")
		h.must(err)
		if bytes.Contains(data, []byte(secret.Secret)) {
			t.Error("the secret lies open in the database")
		}
	})
}

func TestOperatorsHaveCodesToo(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.edit(func(m *ivr.Merchant) { m.OperatorCodes = true })
		seat := h.mustLogin("ws1")
		if blocked := seat.Grant().Blocked(); blocked == nil || blocked.Code != wire.CodeOneTimeCodeRequired || h.Online(operator) {
			t.Fatalf("got %v, online %t, want an authenticator before anything else", blocked, h.Online(operator))
		}
		secret, err := h.EnrolOneTimeCode(t.Context(), seat)
		h.must(err)
		h.must(h.ConfirmOneTimeCode(t.Context(), seat, wire.ConfirmOneTimeCode{Code: codeAt(t, secret.Secret, time.Now())}))
		if !seat.Grant().Ready() || !h.Online(operator) {
			t.Error("enrolled, and still not at work")
		}
		h.must(seat.Lost(t.Context()))
		seat = h.mustResume(seat.Grant().Token, "ws1") // no code: it is the same session
		h.must(seat.Logout(t.Context()))
		time.Sleep(2 * stepLength)

		login := loginOf(operator, password, "ws1")
		_, err = h.Login(t.Context(), login, office)
		refusedWith(t, err, wire.CodeOneTimeCodeRequired, message.OneTimeCodeRequired)
		login.OneTimeCode = codeAt(t, secret.Secret, time.Now())
		seat, err = h.Login(t.Context(), login, office)
		h.must(err)
		h.must(seat.Logout(t.Context()))

		// Whoever sees more than an operator is asked as well, under this policy too.
		boss := loginOf(supervisor, password, "ws2")
		boss.Entrance = wire.EntranceSupervisor
		seat, err = h.Login(t.Context(), boss, office)
		h.must(err)
		if !seat.Grant().OneTimeCodeMustEnrol {
			t.Error("a supervisor needs none")
		}
		h.edit(func(m *ivr.Merchant) { m.OperatorCodes = false })
		if _, err := h.login(password, "ws1"); err != nil {
			t.Errorf("switched off: %v", err)
		}
	})
}

// TestTokenTakesNoPlaceOfACode: who comes back by password and token is asked all the same.
func TestTokenTakesNoPlaceOfACode(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.edit(func(m *ivr.Merchant) { m.OperatorCodes = true })
		seat := h.mustLogin("ws1")
		secret, err := h.EnrolOneTimeCode(t.Context(), seat)
		h.must(err)
		h.must(h.ConfirmOneTimeCode(t.Context(), seat, wire.ConfirmOneTimeCode{Code: codeAt(t, secret.Secret, time.Now())}))
		time.Sleep(2 * stepLength)
		login := loginOf(operator, password, "ws1")
		login.Token = seat.Grant().Token
		_, err = h.Login(t.Context(), login, office)
		refusedWith(t, err, wire.CodeOneTimeCodeRequired, message.OneTimeCodeRequired)
		login.OneTimeCode = codeAt(t, secret.Secret, time.Now())
		if _, err := h.Login(t.Context(), login, office); err != nil {
			t.Error(err)
		}
	})
}

// TestCodesSwitchedOnInterruptNobody: a cut of the network during a call must not lead to
// the enrolment of an authenticator, nor does a lost one that is being replaced.
func TestCodesSwitchedOnInterruptNobody(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.edit(func(m *ivr.Merchant) { m.OperatorCodes = true })
		resumed := func() {
			t.Helper()
			h.must(seat.Lost(t.Context()))
			seat = h.mustResume(seat.Grant().Token, "ws1")
			h.must(seat.Heard(t.Context()))
			if !seat.Grant().Ready() {
				t.Error("the work is interrupted by the enrolment of an authenticator")
			}
		}
		resumed()
		h.must(seat.Logout(t.Context()))
		seat = h.mustLogin("ws1")
		h.must(seat.Lost(t.Context()))
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if seat.Grant().Ready() {
			t.Error("a resume gets around the enrolment")
		}
		secret, err := h.EnrolOneTimeCode(t.Context(), seat)
		h.must(err)
		h.must(h.ConfirmOneTimeCode(t.Context(), seat, wire.ConfirmOneTimeCode{Code: codeAt(t, secret.Secret, time.Now())}))
		_, err = h.Initialize(t.Context(), byBoss, operator, true)
		h.must(err)
		h.must(seat.Lost(t.Context()))
		if seat = h.mustResume(seat.Grant().Token, "ws1"); seat.Grant().OneTimeCodeMustEnrol {
			t.Error("the authenticator is asked for before the next login")
		}
	})
}

func TestLoginWithAOneTimeCode(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		secret := h.enrolled()
		_, err := h.loginBoss("")
		refusedWith(t, err, wire.CodeOneTimeCodeRequired, message.OneTimeCodeRequired)
		for _, off := range []time.Duration{-2 * stepLength, 2 * stepLength} {
			_, err = h.loginBoss(codeAt(t, secret, time.Now().Add(off)))
			refusedWith(t, err, wire.CodeOneTimeCodeWrong, message.OneTimeCodeWrong)
		}
		code := codeAt(t, secret, time.Now())
		seat, err := h.loginBoss(code)
		h.must(err)
		if !seat.Grant().Ready() {
			t.Errorf("got %+v", seat.Grant())
		}
		h.must(seat.Logout(t.Context()))
		_, err = h.loginBoss(code) // RFC 6238 5.2: never accepted a second time
		refusedWith(t, err, wire.CodeOneTimeCodeWrong, message.OneTimeCodeWrong)
		_, err = h.loginBoss(codeAt(t, secret, time.Now().Add(-stepLength))) // nor an older one
		refusedWith(t, err, wire.CodeOneTimeCodeWrong, message.OneTimeCodeWrong)
		seat, err = h.loginBoss(codeAt(t, secret, time.Now().Add(stepLength))) // a clock that is ahead
		h.must(err)
		h.must(seat.Logout(t.Context()))
		time.Sleep(3 * stepLength)
		h.restart(0)
		if _, err = h.loginBoss(codeAt(t, secret, time.Now().Add(-stepLength))); err != nil { // one that is behind
			t.Error(err)
		}
	})
}

// Who knows the password may not try the million codes.
func TestWrongCodesLock(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		secret := h.enrolled()
		for range lockedAfter {
			began := time.Now()
			_, err := h.loginBoss("000000")
			refusedWith(t, err, wire.CodeOneTimeCodeWrong, message.OneTimeCodeWrong)
			if took := time.Since(began); took != refusedAfter {
				t.Errorf("answered after %v, want %v", took, refusedAfter)
			}
			_, err = h.loginBoss("") // the right password alone forgives nothing
			if code := ivr.ErrorCode(err); code != wire.CodeOneTimeCodeRequired && code != wire.CodeLocked {
				t.Errorf("got %v", err)
			}
		}
		_, err := h.loginBoss(codeAt(t, secret, time.Now()))
		refusedWith(t, err, wire.CodeLocked, message.Locked)
	})
}

func TestALostAuthenticatorIsReplaced(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.enrolled()
		first, err := h.Initialize(t.Context(), byBoss, supervisor, false)
		h.must(err)
		login := loginOf(supervisor, first, "ws-boss")
		login.Entrance = wire.EntranceSupervisor
		_, err = h.Login(t.Context(), login, office)
		refusedWith(t, err, wire.CodeOneTimeCodeRequired, message.OneTimeCodeRequired) // a new password is no new authenticator

		first, err = h.Initialize(t.Context(), byBoss, supervisor, true)
		h.must(err)
		login.Password = first
		seat, err := h.Login(t.Context(), login, office)
		h.must(err)
		if blocked := seat.Grant().Blocked(); blocked.Code != wire.CodePasswordRequired {
			t.Errorf("first the password: got %v", blocked)
		}
		h.must(h.change(seat, "", "brand-new-pass1"))
		if blocked := seat.Grant().Blocked(); blocked == nil || blocked.Code != wire.CodeOneTimeCodeRequired {
			t.Errorf("then the authenticator: got %v", blocked)
		}
	})
}

func TestKeyOfAuthenticators(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	key, err := ReadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ReadKey(path); err != nil || again != key || key == (Key{}) {
		t.Errorf("read again: got %x, %v, want %x", again, err, key)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("mode %v, %v: others can read it", info.Mode(), err)
	}
	sealed, err := key.seal(supervisor, "SECRET")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := key.open(supervisor, sealed); err != nil || got != "SECRET" {
		t.Errorf("got %q, %v", got, err)
	}
	other := key
	other[0]++
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)-1] ^= 1
	for name, open := range map[string]func() (string, error){
		"another owner": func() (string, error) { return key.open(operator, sealed) },
		"another key":   func() (string, error) { return other.open(supervisor, sealed) },
		"changed":       func() (string, error) { return key.open(supervisor, flipped) },
		"cut off":       func() (string, error) { return key.open(supervisor, sealed[:5]) },
	} {
		if got, err := open(); err == nil {
			t.Errorf("%s: opened as %q", name, got)
		}
	}
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(path); err == nil {
		t.Error("a damaged key was taken")
	}
}
