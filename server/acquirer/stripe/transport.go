package stripe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tsunagi/server/acquirer/oneshot"
)

// maxAnswer bounds what is read of an answer: more than a page of 100 payments takes.
const maxAnswer = 4 << 20

// transport carries the library's requests one by one, and leaves nothing of them.
type transport struct{ client *oneshot.Client }

// wrote is noted in a request's context: when its first byte left.
type wrote struct{ at time.Time }

func (w *wrote) seen() bool { return !w.at.IsZero() }

type wroteKey struct{}

// watch has a request note in w when it leaves. The library asks once, in the caller's
// goroutine.
func (w *wrote) watch(ctx context.Context) context.Context {
	return context.WithValue(ctx, wroteKey{}, w)
}

// RoundTrip sends a request and hands out its answer, whose body is wiped when it is
// closed.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	answer := t.client.Do(r.Context(), oneshot.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: body})
	if w, ok := r.Context().Value(wroteKey{}).(*wrote); ok && answer.Sent {
		w.at = answer.WroteAt
	}
	if answer.Status == 0 {
		return nil, errors.New(answer.Cause)
	}
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", answer.Status, http.StatusText(answer.Status)),
		StatusCode: answer.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.Header, ContentLength: int64(len(answer.Body)), Request: r,
		Body: &wipedBody{bytes.NewReader(answer.Body), answer.Body},
	}, nil
}

// readBody copies a request's body into a buffer that is wiped. It grows for no
// request with a card in it: growing would leave a copy.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close() //nolint:errcheck // a buffer
	body := bytes.NewBuffer(make([]byte, 0, maxCardBody+2*bytes.MinRead))
	_, err := body.ReadFrom(r.Body)
	return body.Bytes(), err
}

// wipedBody is an answer's body.
type wipedBody struct {
	*bytes.Reader
	bytes []byte
}

func (b *wipedBody) Close() error {
	clear(b.bytes)
	return nil
}
