package ivr

import (
	"errors"

	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// Error is an error for a person: it may cross the wire as it is. Any other error
// is for the log and crosses as wire.CodeInternal with a reference.
type Error struct {
	Code      wire.Code
	MessageID string // the dialog it opens; empty where the message stands in the screen
	Message   string
	Refusals  []order.Refusal
}

// Error gives the code and the person's message.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// ErrorCode is the code of the Error in err's chain, wire.CodeInternal for any
// other error, and empty for nil.
func ErrorCode(err error) wire.Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return wire.CodeInternal
}

// ErrNotFound is returned by a store where nothing has the name asked for.
var ErrNotFound = errors.New("not found")
