package link

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tsunagi/shared/wire"
)

// BadFrame tells that a frame, or its body, is not what the API says. ID is the
// request's number where it could be read, 0 otherwise. The text names the place
// and never repeats the content.
type BadFrame struct {
	ID      int64
	Problem string
}

func (b *BadFrame) Error() string { return "bad frame: " + b.Problem }

// Decode reads the body of a frame. It is strict: a missing body, null, an unknown
// field, a value of the wrong type and anything behind the body are each a
// *BadFrame. It does not look at frame.Kind.
func Decode[T any](frame wire.Frame) (T, error) {
	var body T
	if len(frame.Body) == 0 || bytes.Equal(bytes.TrimSpace(frame.Body), []byte("null")) {
		return body, &BadFrame{frame.ID, "body is missing"}
	}
	if err := decodeStrictly(frame.Body, &body); err != nil {
		var none T
		return none, &BadFrame{frame.ID, "body: " + problem(err)}
	}
	return body, nil
}

// parse reads the envelope. Its error is a *BadFrame.
func parse(data []byte) (wire.Frame, error) {
	var frame wire.Frame
	err := decodeStrictly(data, &frame)
	switch {
	case err != nil:
		return wire.Frame{}, &BadFrame{max(frame.ID, 0), problem(err)}
	case frame.Kind == "":
		return wire.Frame{}, &BadFrame{max(frame.ID, 0), "kind is missing"}
	case frame.ID < 0:
		return wire.Frame{}, &BadFrame{0, "id is negative"}
	}
	return frame, nil
}

var errTrailing = errors.New("more than one value")

func decodeStrictly(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

// problem says what is wrong without the words of encoding/json, which quote the
// offending characters, numbers and names.
func problem(err error) string {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		return fmt.Sprintf("wrong type, want %s, at byte %d", wrongType.Type, wrongType.Offset)
	case errors.As(err, &syntax):
		return fmt.Sprintf("not JSON at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "not JSON: ends too early"
	case errors.Is(err, errTrailing):
		return errTrailing.Error()
	}
	return "unknown field or value"
}
