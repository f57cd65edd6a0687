package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/user"
	"sync"
	"time"
)

// Client asks a server, or the table of a command that works alone. One operation at a
// time.
type Client struct {
	// By is told to the server for its audit log; Dial and Alone set it.
	By string

	mu    sync.Mutex
	conn  net.Conn
	from  *bufio.Reader
	alone chan struct{} // closed when the table's end of the pipe is done; nil with a server
}

// Dial connects to the server that runs in a folder. It is ErrNotRunning where none does.
func Dial(ctx context.Context, folder string) (*Client, error) {
	conn, err := dial(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("reach the server: %w", err)
	}
	return newClient(conn), nil
}

// Alone serves a table to this command itself, where no server runs.
func Alone(table *Table) *Client {
	near, far := net.Pipe()
	c := newClient(near)
	c.alone = make(chan struct{})
	go func() {
		defer close(c.alone)
		serve(context.Background(), far, table, slog.New(slog.DiscardHandler))
	}()
	return c
}

func newClient(conn net.Conn) *Client {
	return &Client{By: thisUser(), conn: conn, from: bufio.NewReader(conn)}
}

// thisUser is who runs the command, as far as the machine says.
func thisUser() string {
	name := "unknown"
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	if sudo := os.Getenv("SUDO_USER"); sudo != "" && sudo != name {
		name += " (" + sudo + ")"
	}
	return name
}

// Close ends the connection.
func (c *Client) Close() error {
	err := c.conn.Close()
	if c.alone != nil {
		<-c.alone
	}
	return err
}

// Call asks for an operation and waits for its answer, until ctx ends; the connection
// is of no use after that.
func Call[Q, A any](ctx context.Context, c *Client, op Operation[Q, A], q Q) (A, error) {
	var answer A
	text, err := c.ask(ctx, string(op), q)
	if err != nil {
		return answer, err
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fmt.Errorf("%s: the answer cannot be read: are both of the same version? %w", op, err)
	}
	return answer, nil
}

func (c *Client) ask(ctx context.Context, op string, q any) (json.RawMessage, error) {
	text, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var r response
	if err = writeLine(c.conn, request{Op: op, By: c.By, Request: text}); err == nil {
		err = readLine(c.from, MaxAnswerBytes+1024, &r)
	}
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", op, ctx.Err())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%s: the server ended before it answered: see its log", op)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return r.Answer, r.err()
}
