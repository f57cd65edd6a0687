package gatewaysim

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
	"unicode/utf16"
)

// hugeBody is the size of the answer of Huge.
const hugeBody = 10 << 20

// before is what goes wrong before a request is booked. It tells whether that was all.
func (g *Gateway) before(w http.ResponseWriter, r *http.Request, f Fault) (done bool) {
	switch f.Kind {
	case Reset:
		reset(w)
	case BlackHole:
		g.silence(r.Context())
	case BadGateway:
		w.WriteHeader(http.StatusBadGateway)
	case Redirect:
		http.Redirect(w, r, "/redirected"+r.URL.Path, http.StatusTemporaryRedirect)
	case Slow:
		// A gateway knows nothing of its client's deadline: only its own end ends this.
		g.wait(context.Background(), f.Delay)
		return false
	default:
		return false
	}
	return true
}

// after answers a request that is booked, or fails to.
func (g *Gateway) after(w http.ResponseWriter, r *http.Request, q request, a answer, f Fault) {
	spoil(a, f.Kind)
	body := fill(marshal(a), q.params)
	defer clear(body)
	switch f.Kind {
	case ResetAfter:
		reset(w)
		return
	case CutOff:
		cutOff(w, body)
		return
	case Silence:
		g.silence(r.Context())
	case Late:
		g.wait(context.Background(), f.Delay)
	case Error500:
		w.WriteHeader(http.StatusInternalServerError)
	case BadGatewayAfter:
		w.WriteHeader(http.StatusBadGateway)
	case Error503:
		w.WriteHeader(http.StatusServiceUnavailable)
	case Page:
		body = []byte("<!DOCTYPE html><html lang=\"ja\"><title>メンテナンス中</title><p>success A001000000000000</html>")
	case Empty:
		body = nil
	case Truncated:
		body = body[:len(body)/2]
	case Twice:
		body = append(body, body...)
	case DoubleName:
		body = bytes.Replace(body, []byte(`"mstatus":"success"`), []byte(`"mstatus":"failure","mstatus":"success"`), 1)
	case UTF16:
		body = inUTF16(body)
	case Latin:
		body = bytes.Replace(body, []byte("処理"), []byte{0x8f, 0x88, 0x97, 0x9d}, 1) // 処理 in Shift_JIS
	case Huge:
		body = append(body, bytes.Repeat([]byte(" "), hugeBody)...)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // a client that has gone gets nothing: that is its business
}

// spoil makes an answer wrong in what it says.
func spoil(a answer, kind FaultKind) {
	result, _ := a["result"].(answer)
	switch kind {
	case NoStatus:
		delete(result, "mstatus")
	case OddStatus:
		result["mstatus"] = "succeeded"
	case Contradiction:
		result["vResultCode"] = "AG33000000000000"
	case UnknownCode:
		result["mstatus"], result["vResultCode"] = "failure", "ZY99000000000000"
	case WrongOrder:
		result["orderId"] = "somebody-elses"
	case WrongAmount:
		result["reqAmount"] = "1"
	case Echo:
		echo(a, true)
	case EchoAll:
		echo(a, false)
	}
}

// deciding are the fields that an answer stands or falls with.
var deciding = map[string]bool{
	"mstatus": true, "vResultCode": true, "orderId": true, "reqAmount": true, "pending": true, "searchCount": true,
	"overMaxCountFlag": true, "command": true, "txnDatetime": true, "amount": true,
}

// cardEverywhere stands for the card in all the ways in which something could echo
// it. fill puts the digits in, so that none are ever part of a string.
const cardEverywhere = "{number} {code} {expiry} {grouped} code:{code} {number}{expiry}{code}"

// echo puts the card into every text of an answer, and into names and numbers that
// nobody asked for.
func echo(a answer, sparing bool) {
	for name, value := range a {
		switch value := value.(type) {
		case answer:
			echo(value, sparing)
		case []any:
			for _, each := range value {
				if inner, ok := each.(answer); ok {
					echo(inner, sparing)
				}
			}
		default:
			if !sparing || !deciding[name] {
				a[name] = cardEverywhere
			}
		}
	}
	a["{number}"], a["reqSecurityCode"], a["cardExpire"] = "{number}", "{code}", "{expiry}"
	a["debug"] = answer{"cardNumber": "{number}", "list": []any{"{number}", answer{"securityCode": "{code}"}}}
	// Short fields, each with just what would fit.
	for name, value := range map[string]string{"resAuthCode": "{code}", "custTxn": "{number}", "marchTxn": "{digits4}"} {
		if _, ok := a[name]; ok {
			a[name] = value
		}
	}
}

// fill puts the digits of the request where an echo wants them.
func fill(body []byte, p params) []byte {
	if !bytes.Contains(body, []byte("{number}")) {
		return body
	}
	var grouped []byte
	for n, c := range p.CardNumber {
		if n > 0 && n%4 == 0 {
			grouped = append(grouped, '-')
		}
		grouped = append(grouped, c)
	}
	for mark, value := range map[string][]byte{
		"{number}": p.CardNumber, "{code}": p.SecurityCode, "{expiry}": p.CardExpire, "{grouped}": grouped, "{digits4}": withoutSlash(p.CardExpire),
	} {
		body = bytes.ReplaceAll(body, []byte(mark), value)
	}
	return body
}

func withoutSlash(expire digits) []byte { return bytes.ReplaceAll(expire, []byte("/"), nil) }

// marshal makes JSON without escaping what needs none.
func marshal(a answer) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a); err != nil {
		return nil // strings, numbers and lists of them always encode
	}
	return b.Bytes()
}

func inUTF16(text []byte) []byte {
	var body []byte
	for _, unit := range utf16.Encode([]rune(string(text))) {
		body = append(body, byte(unit>>8), byte(unit))
	}
	return body
}

// reset breaks the connection with a TCP reset instead of an orderly end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	breakOff(conn)
}

// cutOff sends half of an answer and breaks the connection.
func cutOff(w http.ResponseWriter, body []byte) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, err = buffered.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
		strconv.Itoa(len(body)) + "\r\n\r\n")
	if err == nil {
		_, err = buffered.Write(body[:len(body)/2])
	}
	if err = errors.Join(err, buffered.Flush()); err != nil {
		_ = conn.Close() // it is being broken anyway
		return
	}
	_ = conn.Close() // the client must get the half: a reset could overtake it
}

func breakOff(conn net.Conn) {
	raw := conn
	if secure, ok := conn.(*tls.Conn); ok {
		raw = secure.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the reset is an orderly end, which is as good as broken
	}
	_ = raw.Close()
}

// silence waits until the client has gone and then goes too, without a word:
// returning from a handler would be an answer, and a client on its way out may hear it.
func (g *Gateway) silence(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-g.closing:
	}
	panic(http.ErrAbortHandler)
}

// wait waits for a time, until ctx ends or until the gateway closes.
func (g *Gateway) wait(ctx context.Context, span time.Duration) {
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-g.closing:
	}
}
