package call

import (
	"tsunagi/server"
	"tsunagi/server/flow"
)

// Operators calls operators back (オペレータ通話戻し). Its methods do not wait for the
// network: what comes of them is told to the call, with the turn they were given.
// A turn is answered once.
type Operators interface {
	// Dial has an extension ring behind the PBX that the customer's leg came from.
	// OperatorAnswered or TransferFailed follows; after OperatorAnswered, in the end,
	// OperatorHungUp.
	Dial(c *Call, customer Leg, turn int, extension string) Operator

	// Refer hands the customer to an extension by a blind REFER. OperatorAnswered
	// follows where the PBX says that it was taken, else TransferFailed.
	Refer(c *Call, customer Leg, turn int, extension string)

	// Join has the PBX put customer and operator together, by REFER with Replaces.
	// Joined or TransferFailed follows. The legs are ended by Bye all the same.
	Join(c *Call, customer Leg, turn int, operator Operator)

	// Bridge relays the media of the two to each other, keys and in-band tones of the
	// customer left out, until one of the legs ends. What played on either stops.
	Bridge(customer Leg, operator Operator) error
}

// Operator is the line to an operator who is called back.
type Operator interface {
	Bye() // also before the answer, which then never comes
}

// OperatorAnswered tells the call that the operator has taken the return call.
func (c *Call) OperatorAnswered(turn int) { c.post(flow.OperatorAnswered{Turn: flow.Turn(turn)}) }

// OperatorHungUp tells the call that an operator who had answered has hung up.
func (c *Call) OperatorHungUp() { c.post(flow.OperatorHungUp{}) }

// Joined tells the call that the PBX has put customer and operator together.
func (c *Call) Joined(turn int) { c.post(flow.Joined{Turn: flow.Turn(turn)}) }

// TransferFailed tells the call that its operator could not be had, or not be joined;
// why is for the log.
func (c *Call) TransferFailed(turn int, why error) {
	c.log.Info("return call failed", "reason", why)
	c.post(flow.TransferFailed{Turn: flow.Turn(turn)})
}

// dial begins the return call.
func (c *Call) dial(command flow.DialOperator) {
	c.log.Info("operator is called back", "extension", c.operator.Extension, "mode", string(command.Mode))
	if command.Mode == ivr.ReturnBlind {
		c.desk.Operators.Refer(c, c.leg, int(command.Turn), c.operator.Extension)
		return
	}
	c.back = c.desk.Operators.Dial(c, c.leg, int(command.Turn), c.operator.Extension)
}

// join brings customer and operator together; what it gives back as perform does.
func (c *Call) join(command flow.Join) flow.Event {
	if command.Mode != ivr.ReturnBridge {
		c.desk.Operators.Join(c, c.leg, int(command.Turn), c.back)
		return nil
	}
	if err := c.desk.Operators.Bridge(c.leg, c.back); err != nil {
		c.log.Error("relay customer and operator", "error", err)
		return flow.TransferFailed{Turn: command.Turn}
	}
	return nil
}

// dropOperator ends the operator's leg, where there is one.
func (c *Call) dropOperator() {
	if c.back != nil {
		c.back.Bye()
		c.back = nil
	}
}
