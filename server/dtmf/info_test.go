package dtmf_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// telephony.md 1, behaviour 7: SIP INFO (application/dtmf, application/dtmf-relay).
func TestParseInfo(t *testing.T) {
	const relay, signal = dtmf.ContentRelay, dtmf.ContentSignal
	for name, row := range map[string]struct {
		contentType, body string
		key               byte
		length            time.Duration
		err               error
	}{
		"relay":                      {relay, "Signal=5\r\nDuration=160\r\n", '5', 160 * time.Millisecond, nil},
		"relay with blanks":          {relay, "Signal= 5 \r\nDuration= 160 ", '5', 160 * time.Millisecond, nil},
		"relay in other capitals":    {"Application/DTMF-Relay; charset=utf-8", "signal=a\nduration=1", 'A', time.Millisecond, nil},
		"relay in the other order":   {relay, "Duration=250\r\nSignal=*\r\n", '*', 250 * time.Millisecond, nil},
		"relay without length":       {relay, "Signal=#", '#', 0, nil},
		"relay with a code":          {relay, "Signal=10\r\nDuration=100", '*', 100 * time.Millisecond, nil},
		"relay with a wild length":   {relay, "Signal=1\r\nDuration=99999999999999999999999", '1', 8 * time.Second, nil},
		"relay with no length":       {relay, "Signal=1\r\nDuration=long", '1', 0, nil},
		"relay with a bare key":      {relay, "7", '7', 0, nil},
		"signal":                     {signal, "0", '0', 0, nil},
		"signal with a line end":     {signal, "9\r\n", '9', 0, nil},
		"signal with the code of #":  {signal, "11", '#', 0, nil},
		"signal with the code of D":  {signal, "15", 'D', 0, nil},
		"signal in the relay's form": {signal, "Signal=3\r\nDuration=40\r\n", '3', 40 * time.Millisecond, nil},
		"flash":                      {relay, "Signal=!\r\n", 0, 0, dtmf.ErrNoKey},
		"flash as a code":            {signal, "16", 0, 0, dtmf.ErrNoKey},
		"no key":                     {relay, "Signal=\r\nDuration=160", 0, 0, dtmf.ErrMalformedInfo},
		"two keys":                   {relay, "Signal=4\r\nSignal=5", 0, 0, dtmf.ErrMalformedInfo},
		"many digits":                {signal, "4111", 0, 0, dtmf.ErrMalformedInfo},
		"unknown code":               {signal, "17", 0, 0, dtmf.ErrMalformedInfo},
		"unknown character":          {signal, "x", 0, 0, dtmf.ErrMalformedInfo},
		"no signal":                  {relay, "Duration=160", 0, 0, dtmf.ErrMalformedInfo},
		"nothing":                    {signal, "", 0, 0, dtmf.ErrMalformedInfo},
		"another content type":       {"application/sdp", "5", 0, 0, dtmf.ErrNotInfo},
		"no content type":            {"", "5", 0, 0, dtmf.ErrNotInfo},
	} {
		info, err := dtmf.ParseInfo(row.contentType, []byte(row.body))
		if !errors.Is(err, row.err) || err == nil && (byte(info.Key) != row.key || info.Length != row.length) {
			t.Errorf("%s: got %c, %v, %v, want %c, %v, %v", name, byte(info.Key), info.Length, err, row.key, row.length, row.err)
		}
	}
}

// FuzzInfo takes any body. Facts: what is read is a key that stands in the body, as
// itself or as its code; lengths are bounded; the body stays as it was; an error comes
// without a key and says nothing of the body.
func FuzzInfo(f *testing.F) {
	f.Add(true, []byte("Signal=5\r\nDuration=160\r\n"))
	f.Add(false, []byte("11"))
	f.Add(true, []byte("Signal=!\r\nSignal=1"))
	f.Fuzz(func(t *testing.T, relay bool, body []byte) {
		contentType := dtmf.ContentSignal
		if relay {
			contentType = dtmf.ContentRelay
		}
		before := bytes.Clone(body)
		info, err := dtmf.ParseInfo(contentType, body)
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			if info != (dtmf.Info{}) {
				t.Fatal("an error came with a key")
			}
			if err != dtmf.ErrNoKey && err != dtmf.ErrMalformedInfo { // wrapped, it might quote
				t.Fatalf("got an error of its own kind: %v", err)
			}
			return
		}
		if _, ok := dtmf.ParseKey(byte(info.Key)); !ok {
			t.Fatal("got no key of a telephone")
		}
		code := bytes.IndexByte([]byte("0123456789*#ABCD"), byte(info.Key))
		written := bytes.Contains(bytes.ToUpper(body), []byte{byte(info.Key)}) ||
			code >= 10 && bytes.Contains(body, []byte{'1', byte('0' + code - 10)})
		if !written {
			t.Fatal("got a key that does not stand in the body")
		}
		if info.Length < 0 || info.Length > 8*time.Second {
			t.Fatalf("got a length of %v", info.Length)
		}
	})
}
