package wire

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends what encoding/json would make of the change. Each key and each step
// of a call is one, to everybody who may see the call: encoding/json took half as long for
// it as the system call that sends it.
func (c *Change) AppendJSON(to []byte) []byte {
	o := begin(to)
	o.number("seq", c.Seq)
	o.number("serverAtMs", c.ServerAtMs)
	if c.Call != nil {
		o.name("call")
		o.text = c.Call.appendJSON(o.text)
	}
	if c.Row != nil {
		o.name("row")
		o.text = c.Row.appendJSON(o.text)
	}
	if c.Result != nil {
		o.name("result")
		o.text = c.Result.appendJSON(o.text)
	}
	if c.Notice != nil {
		o.name("notice")
		o.text = c.Notice.appendJSON(o.text)
	}
	return o.end()
}

func (c *Call) appendJSON(to []byte) []byte {
	o := begin(to)
	o.string("id", c.ID)
	o.string("operatorId", c.OperatorID)
	o.string("state", string(c.State))
	o.string("outcome", string(c.Outcome))
	o.number("arrivedAtMs", c.ArrivedAtMs)
	o.number("stateAtMs", c.StateAtMs)
	o.number("deadlineAtMs", c.DeadlineAtMs)
	o.string("transactionId", string(c.TransactionID))
	o.number("amount", int64(c.Amount))
	o.string("paymentCount", string(c.PaymentCount))
	o.number("digits", int64(c.Digits))
	o.number("retriesLeft", int64(c.RetriesLeft))
	o.number("cardsLeft", int64(c.CardsLeft))
	o.string("brand", c.Brand)
	o.string("last4", c.Last4)
	o.truth("canAskAgain", c.CanAskAgain)
	o.truth("canAbort", c.CanAbort)
	if c.Language != "" {
		o.string("language", string(c.Language))
	}
	if c.Held {
		o.truth("held", c.Held)
	}
	return o.end()
}

func (r *Row) appendJSON(to []byte) []byte {
	o := begin(to)
	o.string("callId", r.CallID)
	o.number("number", int64(r.Number))
	o.number("atMs", r.AtMs)
	o.string("operatorId", r.OperatorID)
	o.string("transactionId", string(r.TransactionID))
	o.string("point", r.Point)
	o.string("result", r.Result)
	o.string("code", r.Code)
	o.string("message", r.Message)
	o.truth("ends", r.Ends)
	return o.end()
}

func (r *Result) appendJSON(to []byte) []byte {
	o := begin(to)
	o.string("callId", r.CallID)
	o.number("atMs", r.AtMs)
	o.string("operatorId", r.OperatorID)
	o.string("transactionId", string(r.TransactionID))
	o.number("amount", int64(r.Amount))
	o.string("paymentCount", string(r.PaymentCount))
	o.string("outcome", string(r.Outcome))
	o.string("code", r.Code)
	o.string("message", r.Message)
	o.string("brand", r.Brand)
	o.string("last4", r.Last4)
	return o.end()
}

func (n *Notice) appendJSON(to []byte) []byte {
	o := begin(to)
	o.string("messageId", n.MessageID)
	o.string("message", n.Message)
	o.string("callId", n.CallID)
	o.string("transactionId", string(n.TransactionID))
	return o.end()
}

// object is a JSON object that grows. Names need no escapes.
type object struct{ text []byte }

func begin(to []byte) object { return object{append(to, '{')} }

func (o *object) end() []byte { return append(o.text, '}') }

func (o *object) name(name string) {
	if o.text[len(o.text)-1] != '{' { // which no value ends with
		o.text = append(o.text, ',')
	}
	o.text = append(o.text, '"')
	o.text = append(o.text, name...)
	o.text = append(o.text, '"', ':')
}

func (o *object) number(name string, value int64) {
	o.name(name)
	o.text = strconv.AppendInt(o.text, value, 10)
}

func (o *object) truth(name string, value bool) {
	o.name(name)
	o.text = strconv.AppendBool(o.text, value)
}

func (o *object) string(name, value string) {
	o.name(name)
	if !plain(value) {
		quoted, _ := json.Marshal(value) // a string always has a JSON form
		o.text = append(o.text, quoted...)
		return
	}
	o.text = append(o.text, '"')
	o.text = append(o.text, value...)
	o.text = append(o.text, '"')
}

// plain tells that encoding/json writes a string as it is.
func plain(s string) bool {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if b < ' ' || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&' {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
			return false
		}
		i += size
	}
	return true
}
