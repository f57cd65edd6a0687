package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tsunagi/server"
	"tsunagi/shared/wire"
)

// Entry is a user as who administers sees it.
type Entry struct {
	User      ivr.User
	Presence  wire.Presence
	Since     time.Time // of Presence: the login, the loss, or the last login of who is not there
	Locked    bool      // by failures
	Temporary bool      // has a temporary password still
	Code      bool      // has enrolled an authenticator
}

// Roster lists the users of a merchant by their IDs, with who of them is there.
func (i *Identity) Roster(ctx context.Context, merchant ivr.MerchantID) ([]Entry, error) {
	if _, err := i.store.Merchant(ctx, merchant); err != nil {
		return nil, err
	}
	users, err := i.store.Users(ctx, merchant)
	if err != nil {
		return nil, err
	}
	roster := make([]Entry, 0, len(users))
	for _, user := range users {
		entry, err := i.entryOf(ctx, user)
		if err != nil {
			return nil, fmt.Errorf("list the users of %s: %w", merchant, err)
		}
		roster = append(roster, entry)
	}
	return roster, nil
}

func (i *Identity) entryOf(ctx context.Context, user ivr.User) (Entry, error) {
	credential, err := i.store.Credential(ctx, user.Key)
	if err != nil {
		return Entry{}, err
	}
	entry := Entry{
		User: user, Presence: wire.PresenceOffline, Since: credential.LastLoginAt, Locked: !credential.LockedAt.IsZero(),
		Temporary: credential.Initial, Code: len(credential.OneTimeSecret) > 0,
	}
	session, err := i.store.SessionOf(ctx, user.Key)
	if errors.Is(err, ivr.ErrNotFound) {
		return entry, nil
	}
	if err != nil {
		return Entry{}, err
	}
	session.LostAt = i.lostAt(session)
	switch {
	case expired(session, time.Now()):
	case session.LostAt.IsZero():
		entry.Presence, entry.Since = wire.PresenceOnline, session.CreatedAt
	default:
		entry.Presence, entry.Since = wire.PresenceLost, session.LostAt
	}
	return entry, nil
}
