package server

import (
	"context"
	"errors"

	"tsunagi/shared/link"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// Login asks for a session. The workstation of login is set here, and the token of the
// session that its user may still have.
func (c *Client) Login(ctx context.Context, login wire.Login) (wire.Session, error) {
	login.Workstation = c.options.Workstation
	login.Token = c.tokenFor(login)
	return c.requestSession(ctx, wire.KindLogin, login)
}

// SetPassword replaces the user's password and brings the session up to date.
func (c *Client) SetPassword(ctx context.Context, passwords wire.SetPassword) (wire.Session, error) {
	return c.requestSession(ctx, wire.KindSetPassword, passwords)
}

// EnrolOneTimeCode asks for the secret of a new authenticator. Nothing here keeps it.
func (c *Client) EnrolOneTimeCode(ctx context.Context) (wire.OneTimeCodeSecret, error) {
	return requestAs[wire.OneTimeCodeSecret](ctx, c, wire.KindEnrolOneTimeCode, nil, wire.KindOneTimeCodeSecret)
}

// ConfirmOneTimeCode proves that the authenticator works and brings the session up to
// date.
func (c *Client) ConfirmOneTimeCode(ctx context.Context, code string) (wire.Session, error) {
	return c.requestSession(ctx, wire.KindConfirmOneTimeCode, wire.ConfirmOneTimeCode{Code: code})
}

// Lock locks the session at the server and here; its calls and the picture of them go on.
func (c *Client) Lock(ctx context.Context) error {
	if err := c.request(ctx, wire.KindLock, nil, wire.KindDone); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session != nil {
		locked := *c.state.Session
		locked.Locked = true
		c.state.Session = &locked
		c.options.Notify(Event{Session: &locked})
	}
	return nil
}

// Unlock opens a locked session with its user's password.
func (c *Client) Unlock(ctx context.Context, password string) (wire.Session, error) {
	return c.requestSession(ctx, wire.KindUnlock, wire.Unlock{Password: password})
}

// Users lists the users of the supervisor's merchant.
func (c *Client) Users(ctx context.Context) ([]wire.UserState, error) {
	users, err := requestAs[wire.Users](ctx, c, wire.KindListUsers, nil, wire.KindUsers)
	return users.Users, err
}

// ForceLogout ends another user's session.
func (c *Client) ForceLogout(ctx context.Context, userID string) error {
	return c.request(ctx, wire.KindForceLogout, wire.ForceLogout{UserID: userID}, wire.KindDone)
}

// Logout ends the session at the server and here. Without a connection it fails
// and the session stays, at both ends.
func (c *Client) Logout(ctx context.Context) error {
	address, n, err := c.connected()
	if err != nil {
		return err
	}
	if _, err := n.request(ctx, wire.KindLogout, nil, wire.KindDone); err != nil {
		return c.sessionChecked(address, err)
	}
	c.forgetSession(address, nil)
	return nil
}

// SendOrder hands an order to the call in its send window. key is the idempotency
// key made when the window opened.
func (c *Client) SendOrder(ctx context.Context, callID, key string, form order.Form) error {
	return c.request(ctx, wire.KindSendOrder, wire.SendOrder{CallID: callID, Key: key, Form: form}, wire.KindOrderSent)
}

// Ask presses one of the buttons on a live call.
func (c *Client) Ask(ctx context.Context, callID string, what wire.Request) error {
	return c.request(ctx, wire.KindAsk, wire.Ask{CallID: callID, What: what}, wire.KindDone)
}

// Check asks what the server knows against a transaction ID, in the words of an order's
// refusal; empty: nothing. What is none is not sent anywhere: it may be a card number.
func (c *Client) Check(ctx context.Context, typed string) (refusal string, err error) {
	id, refusal := order.ParseTransactionID(typed)
	if refusal != "" {
		return refusal, nil
	}
	checked, err := requestAs[wire.Checked](ctx, c, wire.KindCheck, wire.Check{TransactionID: id}, wire.KindChecked)
	return checked.Refusal, err
}

// Inquire asks what became of an order whose outcome is unknown (照会). The acquirer
// may take seconds to answer.
func (c *Client) Inquire(ctx context.Context, id order.TransactionID) (wire.Inquired, error) {
	return requestAs[wire.Inquired](ctx, c, wire.KindInquire, wire.Inquire{TransactionID: id}, wire.KindInquired)
}

// requestAs sends a request and reads its answer.
func requestAs[T any](ctx context.Context, c *Client, kind wire.Kind, body any, want wire.Kind) (T, error) {
	var none T
	address, n, err := c.connected()
	if err != nil {
		return none, err
	}
	frame, err := n.request(ctx, kind, body, want)
	if err != nil {
		return none, c.sessionChecked(address, err)
	}
	answer, err := link.Decode[T](frame)
	if err != nil {
		return none, errLost()
	}
	return answer, nil
}

func (c *Client) request(ctx context.Context, kind wire.Kind, body any, want wire.Kind) error {
	address, n, err := c.connected()
	if err != nil {
		return err
	}
	_, err = n.request(ctx, kind, body, want)
	return c.sessionChecked(address, err)
}

// sessionChecked forgets the session where an answer says that the server has.
func (c *Client) sessionChecked(address string, err error) error {
	var refusal *wire.Error
	if errors.As(err, &refusal) && refusal.Code == wire.CodeSessionLost {
		c.forgetSession(address, &wire.LoggedOut{Message: refusal.Message})
	}
	return err
}

// requestSession returns the session without its token. By then the receiving
// goroutine has taken it over (enter).
func (c *Client) requestSession(ctx context.Context, kind wire.Kind, body any) (wire.Session, error) {
	address, n, err := c.connected()
	if err != nil {
		return wire.Session{}, err
	}
	frame, err := n.request(ctx, kind, body, wire.KindSession)
	if err != nil {
		return wire.Session{}, c.sessionChecked(address, err)
	}
	session, err := link.Decode[wire.Session](frame)
	if err != nil {
		return wire.Session{}, errLost()
	}
	c.saveToken(address, session.Token)
	session.Token = ""
	return session, nil
}

// connected is the connection on which requests may be sent.
func (c *Client) connected() (address string, n *connection, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil {
		return "", nil, errLost()
	}
	return c.address, c.current, nil
}
