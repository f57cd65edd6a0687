package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/desktop/server/servertest"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

var quiet = slog.New(slog.DiscardHandler)

// bench is the program without its window.
type bench struct {
	*App
	t      *testing.T
	folder string
	events chan server.Event
	stop   func()
}

// startApp starts the program in the folder as its flags would, on a machine that has
// nothing but a window.
func startApp(t *testing.T, f flags) *bench { return startAppOn(t, f, testMachine()) }

func startAppOn(t *testing.T, f flags, m machine) *bench {
	t.Helper()
	opened, err := openFiles(f, quiet)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{App: newApp(), t: t, folder: f.ConfigDir, events: make(chan server.Event, 1000)}
	var p parts
	p, b.stop = connect(opened, f.auto, quiet, func(e server.Event) { b.events <- e }, m)
	b.App.start(p)
	t.Cleanup(b.stop)
	return b
}

func (b *bench) wait(what string, fits func(server.Event) bool) {
	b.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case e := <-b.events:
			if fits(e) {
				return
			}
		case <-late:
			b.t.Fatalf("%s did not come; the link is %+v", what, b.State().Link)
		}
	}
}

func connected(e server.Event) bool { return e.Link != nil && e.Link.Phase == server.PhaseConnected }
func entered(e server.Event) bool   { return e.Session != nil }

func startDesk(t *testing.T) (*servertest.Desk, flags) {
	t.Helper()
	d := &servertest.Desk{
		Session:  wire.Session{Token: "token-1", User: wire.User{ID: "sato"}, Merchant: wire.Merchant{ID: "demo"}},
		Inquired: wire.Inquired{TransactionID: "A-1", Outcome: wire.OutcomeHold, AtMs: 5},
		Paid:     "A-9",
	}
	d.Start(t)
	return d, flags{ConfigDir: t.TempDir(), Server: d.Address, Trust: d.Fingerprint}
}

func TestLoginIsRemembered(t *testing.T) {
	d, f := startDesk(t)
	b := startApp(t, f)
	b.wait("the connection", connected)
	_, err := b.Login(LoginForm{MerchantID: "demo", UserID: "wrong", Password: "wrong"})
	var refusal *wire.Error
	if !errors.As(err, &refusal) || refusal.Message != message.AuthFailed {
		t.Errorf("wrong password: got %v", err)
	}
	if got := b.State().Settings.UserID; got != "" {
		t.Errorf("a refused login is remembered: %q", got)
	}
	session, err := b.Login(LoginForm{MerchantID: "demo", UserID: "sato", Password: servertest.Password, Entrance: wire.EntranceOperator})
	if err != nil || session.User.ID != "sato" || session.Token != "" {
		t.Fatalf("got %+v, %v, want sato's session without its token", session, err)
	}
	state := b.State()
	if state.Session == nil || state.Settings.MerchantID != "demo" || state.Settings.UserID != "sato" || state.Settings.Server != d.Address {
		t.Errorf("state: got %+v", state)
	}
	b.stop()

	f.Server, f.Trust = "", "" // a start without flags, after a crash
	again := startApp(t, f)
	again.wait("the resumed session", entered)
	again.wait("the connection", connected)
	if err := again.Logout(); err != nil {
		t.Error(err)
	}
	if got := again.State(); got.Session != nil || got.Snapshot != nil {
		t.Errorf("state after logout: got %+v", got)
	}
}

func TestOrderAndButtons(t *testing.T) {
	d, f := startDesk(t)
	b := startApp(t, f)
	b.wait("the connection", connected)
	if _, err := b.Login(LoginForm{Password: servertest.Password}); err != nil {
		t.Fatal(err)
	}
	form := order.Form{TransactionID: "A-1", Amount: "1000", PaymentCount: "1"}
	if err := errors.Join(b.SendOrder("c-1", "key", form), b.Ask("c-1", "abort")); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Inquire("A-1"); err != nil || got != d.Inquired {
		t.Errorf("inquired: got %+v, %v, want %+v", got, err, d.Inquired)
	}
	var refusal *wire.Error
	if _, err := b.Inquire("B-1"); !errors.As(err, &refusal) || refusal.Code != wire.CodeNotAllowed {
		t.Errorf("inquired about another's order: got %v", err)
	}
	for id, want := range map[string]string{"A-1": "", "A-9": order.AlreadyPaid} {
		if got, err := b.CheckTransactionID(id); err != nil || got != want {
			t.Errorf("checked %s: got %q, %v, want %q", id, got, err, want)
		}
	}
	if d.Form() != form {
		t.Errorf("sent %+v, want %+v", d.Form(), form)
	}
	if _, err := b.SetPassword(wire.SetPassword{New: "demo-5678", Repeat: "demo-5678"}); err != nil {
		t.Error(err)
	}
}

func TestAutomaticLogin(t *testing.T) {
	d, f := startDesk(t)
	f.auto = &LoginForm{MerchantID: "demo", UserID: "sato", Password: servertest.Password, Entrance: wire.EntranceOperator}
	b := startApp(t, f)
	b.wait("the session", entered)
	// The token is kept before the user is remembered; a stop in between loses it.
	for b.State().Settings.UserID == "" {
		runtime.Gosched()
	}
	b.stop()
	again := startApp(t, f)
	again.wait("the resumed session", entered)
	again.wait("the connection", connected)
	again.stop()
	logins := 0
	for _, kind := range d.Asked() {
		if kind == wire.KindLogin {
			logins++
		}
	}
	if logins != 1 {
		t.Errorf("logged in %d times, want once: the second start has a session", logins)
	}
}

// The flags say who works here: what is on the screen of whoever came before is not
// theirs to see.
func TestAutomaticLoginOfAnotherUser(t *testing.T) {
	d, f := startDesk(t)
	opened, err := openFiles(f, quiet)
	if err != nil {
		t.Fatal(err)
	}
	suzuki := server.Owner{Address: d.Address, Merchant: "demo", User: "suzuki"}
	if err := opened.secrets.SetToken(suzuki, "token-1"); err != nil {
		t.Fatal(err)
	}
	f.auto = &LoginForm{MerchantID: "demo", UserID: "sato", Password: servertest.Password, Entrance: wire.EntranceOperator}
	b := startApp(t, f)
	b.wait("the session", entered)
	b.stop()
	if asked := d.Asked(); slices.Contains(asked, wire.KindResume) {
		t.Errorf("asked %v: suzuki's session was resumed", asked)
	}
	if token, err := opened.secrets.Token(suzuki); token != "token-1" || err != nil {
		t.Errorf("suzuki's token is gone: %q, %v", token, err)
	}
}

func TestTrustAndServer(t *testing.T) {
	d, f := startDesk(t)
	f.Server, f.Trust = "", ""
	b := startApp(t, f)
	if got := b.State().Link.Phase; got != server.PhaseIdle {
		t.Errorf("first start: got phase %s, want idle", got)
	}
	var refusal *wire.Error
	if err := b.SetServer("no port:x"); !errors.As(err, &refusal) || refusal.Message != message.ServerAddressRule {
		t.Errorf("wrong address: got %v", err)
	}
	if err := b.SetServer(d.Address); err != nil {
		t.Fatal(err)
	}
	b.wait("the question of trust", func(e server.Event) bool { return e.Link != nil && e.Link.Certificate != nil })
	if err := b.Distrust(); err != nil {
		t.Fatal(err)
	}
	if err := b.SetServer(d.Address); err != nil {
		t.Fatal(err)
	}
	b.wait("the question again", func(e server.Event) bool { return e.Link != nil && e.Link.Certificate != nil })
	if err := b.Trust(d.Fingerprint); err != nil {
		t.Fatal(err)
	}
	b.wait("the connection", connected)
	if got := b.State().Settings.Server; got != d.Address {
		t.Errorf("remembered server: got %q, want %q", got, d.Address)
	}
}

func TestSaveSettings(t *testing.T) {
	b := startApp(t, flags{ConfigDir: t.TempDir()})
	want := native.Settings{
		Language: native.LanguageEnglish, Theme: native.ThemeDark,
		Sound: true, SoundVolume: 10, Sounds: native.Sounds{Result: true}, MiniOnTop: true,
	}
	given := want
	given.Server, given.UserID = "elsewhere:1", "someone" // what the screen holds may be old
	if err := b.SaveSettings(given); err != nil {
		t.Fatal(err)
	}
	if got := b.State().Settings; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	var refusal *wire.Error
	if err := b.SaveSettings(native.Settings{Theme: "neon"}); !errors.As(err, &refusal) || refusal.Code != wire.CodeBadRequest {
		t.Errorf("got %v, want bad_request", err)
	}
	if err := os.RemoveAll(b.folder); err != nil {
		t.Fatal(err)
	}
	want.SoundVolume = 20
	if err := b.SaveSettings(want); !errors.As(err, &refusal) || refusal.Message != message.CannotKeep {
		t.Errorf("without a folder: got %v, want %q", err, message.CannotKeep)
	}
}

func TestDamagedSettingsAreTold(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "settings.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := startApp(t, flags{ConfigDir: folder}).State().Notice; got != message.SettingsDamaged {
		t.Errorf("notice: got %q, want %q", got, message.SettingsDamaged)
	}
}

func TestDamagedSecretsAreTold(t *testing.T) {
	address := "a.example:8443"
	for name, damage := range map[string]func(t *testing.T, folder string, secrets native.Secrets){
		"file": func(t *testing.T, folder string, _ native.Secrets) {
			if err := os.WriteFile(filepath.Join(folder, "secrets.json"), []byte(`{"pin`), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"pin": func(t *testing.T, _ string, secrets native.Secrets) {
			if err := secrets.SetPin(address, "ab12"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := flags{ConfigDir: t.TempDir(), Server: address}
			if _, err := openFiles(f, quiet); err != nil {
				t.Fatal(err)
			}
			damage(t, f.ConfigDir, native.FileSecrets(f.ConfigDir))
			opened, err := openFiles(f, quiet)
			if err != nil || opened.notice != message.SecretsDamaged {
				t.Errorf("notice: got %q, %v, want %q", opened.notice, err, message.SecretsDamaged)
			}
			if pin, err := opened.secrets.Pin(address); pin != "" || err != nil {
				t.Errorf("pin: got %q, %v, want none", pin, err)
			}
			if opened, err := openFiles(f, quiet); err != nil || opened.notice != "" {
				t.Errorf("told again: %q, %v", opened.notice, err)
			}
		})
	}
}

// The keyring of the machine is asked where no folder is named.
func TestMachineWithoutKeyringIsTold(t *testing.T) {
	keyring.MockInitWithError(errors.New("no secret service"))
	t.Cleanup(keyring.MockInit)
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "APPDATA"} {
		t.Setenv(name, t.TempDir())
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent") // to list what the fake keyring has not
	address, pin := "a.example:8443", strings.Repeat("ab", 32)
	opened, err := openFiles(flags{Server: address, Trust: pin}, quiet)
	if err != nil || opened.notice != message.NoKeyring || opened.keyring {
		t.Fatalf("notice: got %q (keyring %t), %v, want %q", opened.notice, opened.keyring, err, message.NoKeyring)
	}
	if got, err := opened.secrets.Pin(address); got != pin || err != nil {
		t.Errorf("works on: pin %q, %v", got, err)
	}
	keyring.MockInit()
	if opened, err := openFiles(flags{}, quiet); err != nil || opened.notice != "" || !opened.keyring {
		t.Errorf("with a keyring: %q (keyring %t), %v", opened.notice, opened.keyring, err)
	}
}

// A full disk, or a folder without rights: the person is told, and works on. What the
// flags ask to be remembered cannot be.
func TestFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	below := flags{ConfigDir: filepath.Join(file, "below")}
	b := startApp(t, below)
	if got := b.State().Notice; got != message.CannotKeep {
		t.Errorf("notice: got %q, want %q", got, message.CannotKeep)
	}
	if err := b.SetServer("a.example"); err == nil || b.State().Link.Address != "a.example:8443" {
		t.Errorf("got %v and the link %+v, want a word about the settings and the server all the same", err, b.State().Link)
	}
	below.Server = "a.example:8443"
	if _, err := openFiles(below, quiet); err == nil {
		t.Error("kept a server below a file")
	}
	if _, err := openFiles(flags{ConfigDir: t.TempDir(), Trust: "ab"}, quiet); err == nil {
		t.Error("pinned a fingerprint to no server")
	}
}

func TestCallsWaitForTheStart(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := newApp()
		answered := make(chan State, 1)
		go func() { answered <- a.State() }()
		synctest.Wait()
		if len(answered) != 0 {
			t.Fatal("answered before the start")
		}
		opened, err := openFiles(flags{ConfigDir: folder}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		p, stop := connect(opened, nil, quiet, func(server.Event) {}, testMachine())
		defer stop()
		a.start(p)
		if got := <-answered; got.Link.Phase != server.PhaseIdle {
			t.Errorf("got %+v", got)
		}
	})
}

// The screens read the JSON of a wire.Error from the text of what is rejected.
func TestFormatError(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{
			&wire.Error{Code: wire.CodeNoWindow, MessageID: "F303", Message: "送信が失敗しました。"},
			`{"code":"no_window","messageId":"F303","message":"送信が失敗しました。"}`,
		},
		{
			errors.New("anything"),
			`{"code":"internal","messageId":"E309","message":"サーバとの通信でエラーが発生しました。"}`,
		},
	}
	for _, test := range tests {
		if got := formatError(test.err); got != test.want {
			t.Errorf("got %v, want %s", got, test.want)
		}
	}
}
