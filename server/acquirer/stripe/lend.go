package stripe

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
)

// wipingConn zeroes what was written: net/http's buffer may have had a card in it.
type wipingConn struct{ net.Conn }

func (c *wipingConn) Write(p []byte) (int, error) {
	defer clear(p)
	return c.Conn.Write(p)
}

// loan is a buffer that net/http reads until it closes the request's body, which may
// be after the answer. It is wiped then.
type loan struct {
	mu       sync.Mutex
	bytes    []byte
	out      bool // net/http has it
	returned chan struct{}
}

type loanKey struct{}

// lend puts a buffer into the context of the one request whose body it is.
func lend(ctx context.Context, buffer []byte) (context.Context, *loan) {
	l := &loan{bytes: buffer, returned: make(chan struct{})}
	return context.WithValue(ctx, loanKey{}, l), l
}

// settle waits until net/http has done with the buffer, and wipes it.
func (l *loan) settle() {
	l.mu.Lock()
	out := l.out
	l.mu.Unlock()
	if out {
		<-l.returned
	}
	clear(l.bytes[:cap(l.bytes)])
}

// lender tells a loan when net/http has it and when not any more.
type lender struct{ transport *http.Transport }

func (t lender) RoundTrip(r *http.Request) (*http.Response, error) {
	l, ok := r.Context().Value(loanKey{}).(*loan)
	if ok && r.Body != nil {
		l.mu.Lock()
		l.out = true
		l.mu.Unlock()
		r = r.Clone(r.Context()) // a RoundTripper may not change its request
		r.GetBody = nil          // a body that can be had again would be sent again
		r.Body = &lentBody{ReadCloser: r.Body, loan: l}
	}
	return t.transport.RoundTrip(r)
}

type lentBody struct {
	io.ReadCloser
	loan *loan
	once sync.Once
}

func (b *lentBody) Close() error {
	b.once.Do(func() { close(b.loan.returned) })
	return b.ReadCloser.Close()
}
