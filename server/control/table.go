package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// Operation is the name of what a server can be asked to do, with the types of its
// request Q and its answer A. Names are dotted words: "user.unlock".
type Operation[Q, A any] string

// None is the request or the answer of an operation that has nothing to say.
type None struct{}

// Table is what a server can be asked. The zero value is ready to use; it is filled
// before it is served.
type Table struct {
	operations map[string]func(context.Context, json.RawMessage) (any, error)
}

// Register adds an operation. A name that is taken is a mistake of this program.
func Register[Q, A any](t *Table, op Operation[Q, A], do func(context.Context, Q) (A, error)) {
	if _, taken := t.operations[string(op)]; taken {
		panic("control: operation " + string(op) + " is registered twice")
	}
	if t.operations == nil {
		t.operations = make(map[string]func(context.Context, json.RawMessage) (any, error))
	}
	t.operations[string(op)] = func(ctx context.Context, text json.RawMessage) (any, error) {
		var request Q
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields() // of another version: better refused than half understood
		if err := decoder.Decode(&request); err != nil {
			return nil, fmt.Errorf("%s: the request cannot be read: are both of the same version? %w", op, err)
		}
		return do(ctx, request)
	}
}

// Names lists the operations.
func (t *Table) Names() []string {
	names := make([]string, 0, len(t.operations))
	for name := range t.operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// do carries out one operation. A panic in it ends the request, not the server: calls
// are in progress.
func (t *Table) do(ctx context.Context, name string, request json.RawMessage) (answer any, err error) {
	do, ok := t.operations[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	defer func() {
		if fault := recover(); fault != nil {
			answer, err = nil, fmt.Errorf("%s: the server has a fault: %v", name, fault)
		}
	}()
	return do(ctx, request)
}

type byKey struct{}

// By is who asks, in the words of the command: the name of its user on this machine.
// It is empty outside an operation.
func By(ctx context.Context) string {
	by, _ := ctx.Value(byKey{}).(string)
	return by
}
