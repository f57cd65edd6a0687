package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/wire"
)

// Owner is whose session it is: a user's at a server. Without merchant and user it is that
// of a version which did not note them.
type Owner struct {
	Address  string `json:"address"` // host:port of the server
	Merchant string `json:"merchant"`
	User     string `json:"user"`
}

// Tokens keeps the tokens of sessions over a restart of the program, by server and user.
// Its methods may be called from any goroutine and may wait for the person, as a keyring
// does.
type Tokens interface {
	// Current is the session at a server that is resumed without a password: that of
	// whoever logged in last, until the logout. The token is empty where there is none.
	Current(address string) (owner Owner, token string, err error)
	// Token is empty where none is kept.
	Token(Owner) (string, error)
	// SetToken makes the owner the current one.
	SetToken(owner Owner, token string) error
	RemoveToken(Owner) error
	// Tidy removes the tokens that nobody at address can need any more. again is when
	// there may be more to remove; zero: nothing but what is in use is there.
	Tidy(address string) (again time.Time, err error)
}

// kept is a token as the client knows it.
type kept struct {
	loaded bool // the store was asked, or the server has answered
	owner  Owner
	token  string // empty: no session
}

// resume takes up the session that this workstation has, if it has one. An error
// is worth another connection; a session that the server does not know any more is
// forgotten, and the login screen is where to go.
func (c *Client) resume(ctx context.Context, address string, n *connection) error {
	token := c.keptToken(address)
	if token == "" {
		return nil
	}
	body := wire.Resume{Token: token, Workstation: c.options.Workstation}
	frame, err := n.request(ctx, wire.KindResume, body, wire.KindSession)
	var refusal *wire.Error
	if errors.As(err, &refusal) && refusal.Code != wire.CodeUnavailable && refusal.Code != wire.CodeInternal {
		c.forgetSession(address, &wire.LoggedOut{Message: refusal.Message})
		return nil
	}
	if err != nil {
		return err
	}
	session, err := link.Decode[wire.Session](frame)
	if err != nil {
		return err
	}
	c.saveToken(address, session.Token)
	return nil
}

// keptToken reads the store once; from then on the client knows better.
func (c *Client) keptToken(address string) string {
	c.mu.Lock()
	known := c.kept
	c.mu.Unlock()
	if known.loaded {
		return known.token
	}
	found := kept{loaded: true}
	var err error
	if found.owner = c.options.Owner; found.owner == (Owner{}) {
		found.owner, found.token, err = c.options.Tokens.Current(address)
	} else {
		found.owner.Address = address
		found.token, err = c.options.Tokens.Token(found.owner)
	}
	if err != nil {
		c.log.Warn("read session token", slog.Any("error", err))
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.address == address && !c.kept.loaded {
		c.kept = found
	}
	return found.token
}

// tokenFor is the token that this workstation has of the user who logs in: somebody else
// may have worked here since.
func (c *Client) tokenFor(login wire.Login) string {
	c.mu.Lock()
	owner := Owner{c.address, login.MerchantID, login.UserID}
	c.mu.Unlock()
	token, err := c.options.Tokens.Token(owner)
	if err != nil {
		c.log.Warn("read session token", slog.Any("error", err))
	}
	return token
}

// enter takes over a session that the server answered with.
func (c *Client) enter(address string, session wire.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.address != address {
		return // the person has gone to another server meanwhile
	}
	c.kept.loaded, c.kept.token = true, session.Token
	session.Token = "" // the screens have no use for it
	c.state.Session = &session
	c.options.Notify(Event{Session: &session})
}

// saveToken keeps the token for the next start of the program. Where that fails
// the session works on and only a resume after a restart is lost.
func (c *Client) saveToken(address, token string) {
	c.keeping.Lock()
	defer c.keeping.Unlock()
	c.mu.Lock()
	session := c.state.Session
	if session == nil || c.address != address || c.kept.token != token {
		c.mu.Unlock()
		return // the session has ended meanwhile, or has another token
	}
	old, owner := c.kept.owner, Owner{address, session.Merchant.ID, session.User.ID}
	c.kept.owner = owner
	if old != owner {
		c.tidyAt = time.Now() // whoever was here before may have left a token
	}
	c.mu.Unlock()
	if err := c.options.Tokens.SetToken(owner, token); err != nil {
		c.log.Warn("keep session token", slog.Any("error", err))
	}
	if old == (Owner{Address: address}) {
		c.removeToken(old) // nobody knew whose it was
	}
}

// forgetSession is the end of the session, here and in the store. A nil message is
// for a logout that was asked for here.
func (c *Client) forgetSession(address string, loggedOut *wire.LoggedOut) {
	c.keeping.Lock()
	defer c.keeping.Unlock()
	c.mu.Lock()
	if c.address != address {
		c.mu.Unlock()
		return // its token was left behind, and goes with time
	}
	owner := c.kept.owner
	if s := c.state.Session; s != nil {
		owner = Owner{address, s.Merchant.ID, s.User.ID} // it may have begun a moment ago
	}
	c.kept = kept{loaded: true}
	c.leaveLocked(loggedOut)
	c.mu.Unlock()
	if owner != (Owner{}) {
		c.removeToken(owner)
	}
}

func (c *Client) removeToken(owner Owner) {
	if err := c.options.Tokens.RemoveToken(owner); err != nil {
		c.log.Warn("remove session token", slog.Any("error", err))
	}
}

// tidy lets the store remove what is old, when there is something old.
func (c *Client) tidy(address string) {
	c.mu.Lock()
	due := !c.tidyAt.IsZero() && !time.Now().Before(c.tidyAt)
	if due {
		c.tidyAt = time.Time{}
	}
	c.mu.Unlock()
	if !due {
		return
	}
	again, err := c.options.Tokens.Tidy(address)
	if err != nil {
		c.log.Warn("remove old session tokens", slog.Any("error", err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tidyAt.IsZero() {
		c.tidyAt = again
	}
}
