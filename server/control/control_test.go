package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/shared/wire"
)

type addition struct{ A, B int }

const (
	opAdd  Operation[addition, int] = "test.add"
	opFail Operation[string, None]  = "test.fail"
	opWho  Operation[None, string]  = "test.who"
	opWait Operation[None, None]    = "test.wait"
)

// testTable has an operation of each sort. ended is told when test.wait's context ends.
func testTable(began chan<- struct{}, ended chan<- error) *Table {
	table := &Table{}
	Register(table, opAdd, func(_ context.Context, q addition) (int, error) { return q.A + q.B, nil })
	Register(table, opWho, func(ctx context.Context, _ None) (string, error) { return By(ctx), nil })
	Register(table, opFail, func(_ context.Context, how string) (None, error) {
		switch how {
		case "person":
			return None{}, fmt.Errorf("wrapped: %w", &ivr.Error{Code: wire.CodeNotAllowed, Message: "できません。"})
		case "not found":
			return None{}, fmt.Errorf("read user shop/x: %w", ivr.ErrNotFound)
		case "panic":
			panic("a fault of the program")
		}
		return None{}, errors.New("the disk is full")
	})
	Register(table, opWait, func(ctx context.Context, _ None) (None, error) {
		began <- struct{}{}
		<-ctx.Done()
		ended <- ctx.Err()
		return None{}, ctx.Err()
	})
	return table
}

func alone(t *testing.T) *Client {
	t.Helper()
	c := Alone(testTable(nil, nil))
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestAnswersAndErrorsCross(t *testing.T) {
	c := alone(t)
	c.By = "root (tanaka)"
	if sum, err := Call(t.Context(), c, opAdd, addition{2, 3}); err != nil || sum != 5 {
		t.Errorf("got %d, %v; want 5", sum, err)
	}
	if who, err := Call(t.Context(), c, opWho, None{}); err != nil || who != "root (tanaka)" {
		t.Errorf("By: got %q, %v", who, err)
	}
	_, err := Call(t.Context(), c, opFail, "person")
	var person *ivr.Error
	if !errors.As(err, &person) || person.Code != wire.CodeNotAllowed || person.Message != "できません。" {
		t.Errorf("an error for the person: got %v", err)
	}
	if _, err := Call(t.Context(), c, opFail, "not found"); !errors.Is(err, ivr.ErrNotFound) || err.Error() != "read user shop/x: not found" {
		t.Errorf("not found: got %v", err)
	}
	if _, err := Call(t.Context(), c, opFail, "disk"); err == nil || err.Error() != "the disk is full" {
		t.Errorf("any other error: got %v", err)
	}
	if _, err := Call(t.Context(), c, opFail, "panic"); err == nil || !strings.Contains(err.Error(), "the server has a fault") {
		t.Errorf("a panic: got %v", err)
	}
	if sum, err := Call(t.Context(), c, opAdd, addition{20, 3}); err != nil || sum != 23 {
		t.Errorf("after all that: got %d, %v; want 23", sum, err)
	}
}

func TestAnotherVersionIsRefusedNotGuessedAt(t *testing.T) {
	c := alone(t)
	if _, err := Call(t.Context(), c, Operation[None, None]("no.such"), None{}); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown operation: got %v", err)
	}
	newer := Operation[map[string]int, int](opAdd)
	if _, err := Call(t.Context(), c, newer, map[string]int{"A": 1, "C": 2}); err == nil || !strings.Contains(err.Error(), "same version") {
		t.Errorf("unknown field: got %v", err)
	}
	if _, err := Call(t.Context(), c, Operation[addition, string](opAdd), addition{}); err == nil || !strings.Contains(err.Error(), "same version") {
		t.Errorf("another answer: got %v", err)
	}
}

func TestATwiceRegisteredNameIsAMistake(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	table := testTable(nil, nil)
	Register(table, Operation[None, None](opAdd), func(context.Context, None) (None, error) { return None{}, nil })
}

// pipe serves the table over net.Pipe without the client of this package.
func pipe(t *testing.T, table *Table) net.Conn {
	t.Helper()
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		serve(context.Background(), far, table, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { _ = near.Close(); <-done })
	return near
}

func TestWhatIsNoRequestEndsTheConnection(t *testing.T) {
	for name, sent := range map[string]string{
		"no JSON":       "hello\n",
		"half a line":   `{"op":"test.add"`,
		"endless":       strings.Repeat("x", MaxRequestBytes+bufioSize),
		"another shape": "[1,2,3]\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn := pipe(t, testTable(nil, nil))
			written := make(chan struct{})
			go func() {
				defer close(written)
				_, _ = io.WriteString(conn, sent) // refused halfway where it is too long
				if name == "half a line" {
					_ = conn.Close()
				}
			}()
			if text, _ := io.ReadAll(conn); len(text) > 0 {
				t.Errorf("answered with %q", text)
			}
			<-written
		})
	}
}

const bufioSize = 4096

func TestAnOperationEndsWithItsAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, ended := make(chan struct{}, 1), make(chan error, 1)
		c := Alone(testTable(began, ended))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := Call(ctx, c, opWait, None{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the asker's own deadline", err)
		}
		<-began
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the operation's context: got %v, want canceled", err)
		}
	})
}
