package control

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tsunagi/server"
	"tsunagi/shared/wire"
)

// What one line may have, in bytes: a file of users in one request, a day's reports in
// one answer.
const (
	MaxRequestBytes = 8 << 20
	MaxAnswerBytes  = 64 << 20
)

// Reasons why an operation was not carried out.
var (
	ErrNotRunning = errors.New("no server runs in this folder")
	ErrUnknown    = errors.New("the server knows no such operation: is it of another version?")
	errTooLong    = errors.New("a line is too long")
)

type request struct {
	Op      string          `json:"op"`
	By      string          `json:"by,omitempty"`
	Request json.RawMessage `json:"request"`
}

type response struct {
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  string          `json:"error,omitempty"`
	Code   wire.Code       `json:"code,omitempty"`
	Known  string          `json:"known,omitempty"` // which of remembered
}

// remembered are errors that callers compare with errors.Is, by their name on the line.
var remembered = map[string]error{"not_found": ivr.ErrNotFound, "unknown_operation": ErrUnknown}

func responseOf(answer any, err error) response {
	if err == nil {
		var text []byte
		if text, err = json.Marshal(answer); err == nil {
			if len(text) < MaxAnswerBytes {
				return response{Answer: text}
			}
			err = fmt.Errorf("the answer has %d MB: ask for less at a time", len(text)>>20)
		}
	}
	r := response{Error: err.Error()}
	if person := (*ivr.Error)(nil); errors.As(err, &person) {
		r.Error, r.Code = person.Message, person.Code
	}
	for name, known := range remembered {
		if errors.Is(err, known) {
			r.Known = name
		}
	}
	return r
}

// err is the error that a response bears, nil where it has an answer.
func (r response) err() error {
	switch {
	case r.Error == "":
		return nil
	case r.Code != "":
		return &ivr.Error{Code: r.Code, Message: r.Error}
	case remembered[r.Known] != nil:
		return &remoteError{r.Error, remembered[r.Known]}
	}
	return &remoteError{text: r.Error}
}

// remoteError is an error of the other end, with its own words.
type remoteError struct {
	text string
	is   error // which known one it was; may be nil
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.is }

func writeLine(w io.Writer, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// readLine reads one value. It is io.EOF where the other end has gone between two.
func readLine(r *bufio.Reader, most int, value any) error {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if line = append(line, part...); len(line) > most {
			return errTooLong
		}
		switch {
		case err == nil:
			return json.Unmarshal(line, value)
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return io.ErrUnexpectedEOF
		default:
			return err
		}
	}
}
