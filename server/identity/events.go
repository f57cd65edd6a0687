package identity

import (
	"context"

	"tsunagi/server"
	"tsunagi/server/audit"
)

// Auditor writes down what is done; an audit.Log is one. What it cannot write it tells
// on its own: a login is not refused for it, calls are (security.md L5).
type Auditor interface {
	Write(context.Context, audit.Event) error
}

func (i *Identity) tell(ctx context.Context, e audit.Event) {
	if i.audit != nil {
		_ = i.audit.Write(ctx, e) // see Auditor
	}
}

// actor is who sits at the seat.
func (s *Seat) actor() audit.Actor {
	return audit.Actor{Who: s.Grant().User.Key, Source: s.source.String()}
}

// event is one of the user at the seat, to their own account.
func (s *Seat) event(kind audit.Kind, result audit.Result, detail string) audit.Event {
	actor := s.actor()
	return audit.Event{
		Kind: kind, Result: result, Who: actor.Who, Source: actor.Source, Object: actor.Who.String(), Detail: detail,
	}
}

// to is an event of an actor to a user's account.
func to(user ivr.UserKey, by audit.Actor, kind audit.Kind, result audit.Result, detail string) audit.Event {
	return audit.Event{Kind: kind, Result: result, Who: by.Who, Source: by.Source, Object: user.String(), Detail: detail}
}
