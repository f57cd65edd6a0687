package flow

// State is where a call stands. The states that a screen shows are spelled as in
// shared/wire. Spelled out in logs and transcripts; append-only.
type State string

// The states in the order in which a call passes them.
const (
	StateNew          State = "new"          // nothing has happened yet
	StateSendWindow   State = "sendWindow"   // waits for the order
	StateHandover     State = "handover"     // waits for 「1」
	StateRingback     State = "ringback"     // the operator completes the transfer
	StateClosing      State = "closing"      // the operator hears why the call ends now
	StateGreeting     State = "greeting"     // from here on the customer is on the line
	StateCardNumber   State = "cardNumber"   // the field of this name is open
	StateExpiry       State = "expiry"       //
	StateSecurityCode State = "securityCode" //
	StateAuthorizing  State = "authorizing"  // the acquirer is asked: nothing but its answer leads out
	StateResult       State = "result"       // the customer hears how it went, or why the call ends now
	StateReturning    State = "returning"    // the operator is being called for the customer
	StateJoined       State = "joined"       // operator and customer are being joined, or are speaking
	StateEnded        State = "ended"        // recorded, wiped, hung up: nothing follows
)

// States lists the states.
func States() []State {
	return []State{
		StateNew, StateSendWindow, StateHandover, StateRingback, StateClosing, StateGreeting,
		StateCardNumber, StateExpiry, StateSecurityCode, StateAuthorizing, StateResult,
		StateReturning, StateJoined, StateEnded,
	}
}
