package server

import (
	"context"
	"errors"
	"log/slog"

	"tsunagi/shared/link"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// Login asks for a session. The workstation of login is set here.
func (c *Client) Login(ctx context.Context, login wire.Login) (wire.Session, error) {
	login.Workstation = c.options.Workstation
	return c.requestSession(ctx, wire.KindLogin, login)
}

// SetPassword replaces the user's password and brings the session up to date.
func (c *Client) SetPassword(ctx context.Context, passwords wire.SetPassword) (wire.Session, error) {
	return c.requestSession(ctx, wire.KindSetPassword, passwords)
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

// Inquire asks what became of an order whose outcome is unknown (照会). The acquirer
// may take seconds to answer.
func (c *Client) Inquire(ctx context.Context, id order.TransactionID) (wire.Inquired, error) {
	address, n, err := c.connected()
	if err != nil {
		return wire.Inquired{}, err
	}
	frame, err := n.request(ctx, wire.KindInquire, wire.Inquire{TransactionID: id}, wire.KindInquired)
	if err != nil {
		return wire.Inquired{}, c.sessionChecked(address, err)
	}
	inquired, err := link.Decode[wire.Inquired](frame)
	if err != nil {
		return wire.Inquired{}, errLost()
	}
	return inquired, nil
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

// saveToken keeps the token for the next start of the program. Where that fails
// the session works on and only a resume after a restart is lost.
func (c *Client) saveToken(address, token string) {
	if err := c.options.Tokens.SetToken(address, token); err != nil {
		c.log.Warn("keep session token", slog.Any("error", err))
	}
}
