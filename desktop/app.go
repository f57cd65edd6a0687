package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/version"
	"tsunagi/shared/wire"
)

// The events the screens subscribe to.
const (
	eventName  = "tsunagi"      // with a server.Event
	toSendName = "tsunagi:send" // the focus goes to 送信
)

// screensUp is a line of the log: from then on the person can work.
const screensUp = "the screens are up"

// App is what the screens may call: every exported method is bound. They wait until
// the program has started. Their errors are *wire.Error.
type App struct {
	started chan struct{} // closed when parts is set
	parts   parts
	up      sync.Once // the screens have shown themselves
}

// State is everything a screen needs to begin with. Events say what changes.
type State struct {
	Version  string          `json:"version"`
	Link     server.Link     `json:"link"`
	Session  *wire.Session   `json:"session,omitempty"`
	Snapshot *wire.Snapshot  `json:"snapshot,omitempty"`
	Settings native.Settings `json:"settings"`
	Can      Abilities       `json:"can"`
	Notice   string          `json:"notice,omitempty"` // about the start itself, for the person; a sentence to a line
}

// Abilities are what this machine can do for the program. What it cannot, the
// settings show as not to be had here.
type Abilities struct {
	Keyring         bool `json:"keyring"`         // secrets are in the system's keyring, else in a file
	Notifications   bool `json:"notifications"`   // the countdown outside the window
	Tray            bool `json:"tray"`            // an icon in the notification area
	StartWithSystem bool `json:"startWithSystem"` // start at the person's login
	Dialogs         bool `json:"dialogs"`         // I402 and I405 are shown by the system: not by the screens
}

// LoginForm is what the login screen asks.
type LoginForm struct {
	MerchantID string        `json:"merchantId"`
	UserID     string        `json:"userId"`
	Password   string        `json:"password"`
	Entrance   wire.Entrance `json:"entrance"`

	OneTimeCode string `json:"oneTimeCode,omitempty"` // once the server has asked for one
}

// Shapes names types that reach the screens outside of a method's result.
type Shapes struct {
	Event server.Event `json:"event"` // of the event "tsunagi"
	Error wire.Error   `json:"error"` // of every rejected call
}

func newApp() *App { return &App{started: make(chan struct{})} }

// start lets the calls through that wait for it. It is called once.
func (a *App) start(p parts) {
	a.parts = p
	close(a.started)
}

func (a *App) wait() parts {
	<-a.started
	return a.parts
}

// leave is the person's wish to close the window. With an icon in the notification
// area the window hides behind it and the program stays, to call the person to the
// next send window.
func (a *App) leave() (stay bool) {
	select {
	case <-a.started:
	default:
		return false // a start that has not been keeps nobody
	}
	p := a.parts
	p.window.remember()
	if !p.tray.shown() {
		return false
	}
	p.window.frame.Hide()
	return true
}

// Shapes is never called: the types of the screens are generated from signatures.
func (a *App) Shapes() Shapes { return Shapes{} }

// State is the whole picture at this moment.
func (a *App) State() State {
	p := a.wait()
	state := p.client.State()
	return State{
		Version:  version.String(),
		Link:     state.Link,
		Session:  state.Session,
		Snapshot: state.Snapshot,
		Settings: p.chosen(),
		Can:      p.can,
		Notice:   p.notice,
	}
}

// Login opens a session and remembers who logged in last.
func (a *App) Login(form LoginForm) (wire.Session, error) {
	return a.wait().login(context.Background(), form)
}

// Logout ends the session.
func (a *App) Logout() error {
	p := a.wait()
	err := p.client.Logout(context.Background())
	if err == nil {
		p.alarm.Event(server.Event{LoggedOut: &wire.LoggedOut{}}) // the client tells only what nobody asked for
	}
	return err
}

// SetPassword replaces the user's password.
func (a *App) SetPassword(passwords wire.SetPassword) (wire.Session, error) {
	return a.wait().client.SetPassword(context.Background(), passwords)
}

// EnrolOneTimeCode asks for the secret of a new authenticator.
func (a *App) EnrolOneTimeCode() (wire.OneTimeCodeSecret, error) {
	return a.wait().client.EnrolOneTimeCode(context.Background())
}

// ConfirmOneTimeCode proves that the authenticator works.
func (a *App) ConfirmOneTimeCode(code string) (wire.Session, error) {
	return a.wait().client.ConfirmOneTimeCode(context.Background(), code)
}

// Lock locks the session; its calls go on.
func (a *App) Lock() error {
	return a.wait().client.Lock(context.Background())
}

// Unlock opens a locked session with its user's password.
func (a *App) Unlock(password string) (wire.Session, error) {
	return a.wait().client.Unlock(context.Background(), password)
}

// Users lists the users of the supervisor's merchant.
func (a *App) Users() ([]wire.UserState, error) {
	return a.wait().client.Users(context.Background())
}

// ForceLogout ends another user's session.
func (a *App) ForceLogout(userID string) error {
	return a.wait().client.ForceLogout(context.Background(), userID)
}

// SendOrder hands the form to the call in its send window. A repeated key gets the
// first answer.
func (a *App) SendOrder(callID, key string, form order.Form) error {
	return a.wait().client.SendOrder(context.Background(), callID, key, form)
}

// Ask presses a button on a live call: what is one of wire's requests. (Wails does
// not generate a named string as a parameter's type.)
func (a *App) Ask(callID, what string) error {
	return a.wait().client.Ask(context.Background(), callID, wire.Request(what))
}

// CheckTransactionID asks what the server knows against a transaction ID before an order
// is sent under it; empty: nothing.
func (a *App) CheckTransactionID(transactionID string) (string, error) {
	return a.wait().client.Check(context.Background(), transactionID)
}

// Inquire asks what became of an order whose outcome is unknown.
func (a *App) Inquire(transactionID string) (wire.Inquired, error) {
	return a.wait().client.Inquire(context.Background(), order.TransactionID(transactionID))
}

// Front tells whether the program's window is the one the person works in.
func (a *App) Front(front bool) {
	p := a.wait()
	a.up.Do(func() { p.log.Info(screensUp) }) // the first thing that they do once they are drawn
	p.alarm.Front(front)
}

// Trust pins the certificate that the server has shown.
func (a *App) Trust(fingerprint string) error {
	return a.wait().client.Trust(fingerprint)
}

// Distrust forgets the server's certificate and stays away from it.
func (a *App) Distrust() error {
	return a.wait().client.Distrust()
}

// SetServer connects to another server and remembers it.
func (a *App) SetServer(address string) error {
	p := a.wait()
	if err := p.client.SetServer(address); err != nil {
		return err
	}
	return p.change(func(s *native.Settings) { s.Server = p.client.State().Link.Address })
}

// SaveSettings keeps what the person chose and follows it at once. The server and
// the last login are not chosen there: SetServer and Login remember them.
func (a *App) SaveSettings(settings native.Settings) error {
	if settings.Check() != nil {
		return &wire.Error{Code: wire.CodeBadRequest, Message: message.SettingsRefused}
	}
	p := a.wait()
	if err := p.startWithSystem(settings.StartWithSystem); err != nil {
		return err
	}
	err := p.change(func(s *native.Settings) {
		settings.Server, settings.MerchantID, settings.UserID = s.Server, s.MerchantID, s.UserID
		*s = settings
	})
	if err == nil {
		p.window.settle()
		p.tray.want(settings.Tray)
	}
	return err
}

// SetMini makes the window the small one, or the full one again, each where it was
// left.
func (a *App) SetMini(on bool) { a.wait().window.setMini(on) }

// chosen are the settings, with the system's own word for what it starts.
func (p parts) chosen() native.Settings {
	settings := p.settings.Settings()
	settings.StartWithSystem = false
	if p.startup != nil {
		on, err := p.startup.Enabled()
		if err != nil {
			p.log.Warn("ask what starts with the system", slog.Any("error", err))
		}
		settings.StartWithSystem = on
	}
	return settings
}

func (p parts) startWithSystem(on bool) error {
	if p.startup == nil || p.chosen().StartWithSystem == on {
		return nil
	}
	if err := p.startup.Set(on); err != nil {
		p.log.Error("change what starts with the system", slog.Any("error", err))
		return &wire.Error{Code: wire.CodeInternal, Message: message.CannotStartWithSystem}
	}
	return nil
}

// login is Login, for the automatic one too.
func (p parts) login(ctx context.Context, form LoginForm) (wire.Session, error) {
	session, err := p.client.Login(ctx, wire.Login{
		MerchantID: form.MerchantID, UserID: form.UserID, Password: form.Password, Entrance: form.Entrance,
		OneTimeCode: form.OneTimeCode,
	})
	if err != nil {
		return wire.Session{}, err
	}
	// That the next login begins empty is no reason to refuse this one.
	_ = p.change(func(s *native.Settings) { s.MerchantID, s.UserID = form.MerchantID, form.UserID })
	return session, nil
}

func (p parts) change(alter func(*native.Settings)) error {
	if err := p.settings.Change(alter); err != nil {
		p.log.Error("keep settings", slog.Any("error", err))
		return &wire.Error{Code: wire.CodeInternal, Message: message.CannotKeep}
	}
	return nil
}

// formatError is how an error of a bound method crosses to the screens: as the JSON
// text of a wire.Error, because Wails makes a JavaScript Error of what it is given
// and keeps nothing but its text. The methods return nothing but *wire.Error;
// anything else is a fault of the program.
func formatError(err error) any {
	var refusal *wire.Error
	if !errors.As(err, &refusal) {
		slog.Error("unclassified error", slog.Any("error", err))
		refusal = &wire.Error{Code: wire.CodeInternal, MessageID: string(message.E309), Message: message.E309.Text()}
	}
	text, err := json.Marshal(refusal)
	if err != nil {
		return string(wire.CodeInternal) // strings and slices of strings always have a JSON form
	}
	return string(text)
}
