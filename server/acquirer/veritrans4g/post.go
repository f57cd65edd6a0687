package veritrans4g

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tsunagi/server/acquirer/oneshot"
)

// service is where a command goes. A dummy request's has another name (section 1).
type service string

const (
	paynow       service = "/paynow/v2/"
	paynowSearch service = "/paynow-search/v2/"
)

// maxAnswer bounds what is read of an answer: more than a search of 100 orders takes.
const maxAnswer = 1 << 20

// exchange is what became of a request.
type exchange struct {
	body    []byte    // of an answer with status 200; whoever has read it wipes it
	cause   string    // why there is no body: words of ours
	sent    bool      // whether a byte of the request may have left
	wroteAt time.Time // when the first byte left; zero where none was seen to
}

// target is the address of a command.
func (g *Acquirer) target(to service, command string) *url.URL {
	prefix := ""
	if g.dummy {
		prefix = "test-"
	}
	return g.base.JoinPath(prefix+string(to[1:]), command)
}

// post sends a body once, over a connection of its own, and wipes it. It returns
// when the answer is read, when ctx ends or after the total time, and by then
// nothing more of the request can leave.
func (g *Acquirer) post(ctx context.Context, to service, command string, body []byte) exchange {
	ctx, cancel := context.WithTimeout(ctx, g.total)
	defer cancel()
	answer := g.client.Do(ctx, oneshot.Request{
		Method: http.MethodPost, URL: g.target(to, command), Body: body,
		Header: http.Header{
			"Content-Type": {map[Body]string{
				BodyForm: "application/x-www-form-urlencoded", BodyJSON: "application/json",
			}[g.body]},
			"Accept-Language": {"ja"},
			"User-Agent":      {"tsunagid"},
		},
	})
	x := exchange{cause: answer.Cause, sent: answer.Sent, wroteAt: answer.WroteAt}
	switch answer.Status {
	case 0:
	case http.StatusOK:
		x.body = answer.Body
	default:
		clear(answer.Body)
		x.cause = "http_" + strconv.Itoa(answer.Status)
	}
	return x
}
