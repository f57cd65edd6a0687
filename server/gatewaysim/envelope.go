package gatewaysim

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// maxBody is more than any request takes.
const maxBody = 64 << 10

// digits are a card's digits as they were sent; they are wiped after the answer.
type digits []byte

// UnmarshalJSON takes a string and makes none.
func (d *digits) UnmarshalJSON(source []byte) error {
	if len(source) < 2 || source[0] != '"' || bytes.IndexByte(source, '\\') >= 0 {
		return errors.New("wants a plain string")
	}
	*d = bytes.Clone(source[1 : len(source)-1])
	return nil
}

// params are the parameters of all commands (sections 3 and 4).
type params struct {
	OrderID         string `json:"orderId"`
	OriginalOrderID string `json:"originalOrderId"`
	Amount          string `json:"amount"`
	CardNumber      digits `json:"cardNumber"`
	CardExpire      digits `json:"cardExpire"`
	SecurityCode    digits `json:"securityCode"`
	JPO             string `json:"jpo"`
	WithCapture     string `json:"withCapture"`
	TxnVersion      string `json:"txnVersion"`
	DummyRequest    string `json:"dummyRequest"`
	MerchantCCID    string `json:"merchantCcid"`
	PayNowID        struct {
		Account struct {
			ID string `json:"accountId"`
		} `json:"accountParam"`
		FreeKey string `json:"freeKey"`
	} `json:"payNowIdParam"`

	ServiceTypes []string `json:"serviceTypeCd"`
	Newer        string   `json:"newerFlag"`
	ContainDummy string   `json:"containDummyFlag"`
	MaxCount     string   `json:"maxCount"`
	Search       struct {
		Common struct {
			OrderID     string `json:"orderId"`
			TxnDatetime struct {
				From string `json:"from"`
				To   string `json:"to"`
			} `json:"txnDatetime"`
		} `json:"common"`
	} `json:"searchParameters"`
}

func (p *params) wipe() {
	clear(p.CardNumber)
	clear(p.CardExpire)
	clear(p.SecurityCode)
}

// request is a request that was understood.
type request struct {
	command string // Authorize, …, Search
	dummy   bool
	params  params
}

// Why a request was not understood; each is answered with a code of ours.
var (
	errMethod    = errors.New("wants POST")
	errAddress   = errors.New("no command has this address")
	errEnvelope  = errors.New("the body is not a signed request")
	errAccount   = errors.New("no such merchant")
	errSignature = errors.New("the signature is wrong")
	errDummy     = errors.New("dummyRequest and the address disagree")
	errVersion   = errors.New("no such version of the protocol")
)

// address is {service}/{version}/{command}/{type} (section 1).
var address = regexp.MustCompile(`^/(test-)?(?:paynow/v2/(Authorize|Capture|Cancel|ReAuthorize)/card|paynow-search/v2/(Search)/search)$`)

// readRequest understands a request or says why not. The buffer is wiped.
func (g *Gateway) readRequest(r *http.Request) (request, error) {
	if r.Method != http.MethodPost {
		return request{}, errMethod
	}
	parts := address.FindStringSubmatch(r.URL.Path)
	if parts == nil {
		return request{}, errAddress
	}
	q := request{command: parts[2] + parts[3], dummy: parts[1] != ""}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	defer func() { clear(body) }()
	if err != nil {
		return request{}, errEnvelope
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if body, err = unescape(body); err != nil {
			return request{}, errEnvelope
		}
	}
	err = g.open(&q, body)
	return q, err
}

// open checks the envelope and reads what is in it.
func (g *Gateway) open(q *request, body []byte) error {
	var envelope struct {
		Params   json.RawMessage `json:"params"`
		AuthHash string          `json:"authHash"`
	}
	defer func() { clear(envelope.Params) }()
	if json.Unmarshal(body, &envelope) != nil || json.Unmarshal(envelope.Params, &q.params) != nil {
		return errEnvelope
	}
	secret, known := g.accounts[q.params.MerchantCCID]
	if !known {
		return errAccount
	}
	// Section 2: the hash is over the text as it was sent, between the account's ID
	// and its secret key.
	text := append(append([]byte(q.params.MerchantCCID), envelope.Params...), secret...)
	sum := sha256.Sum256(text)
	clear(text)
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(envelope.AuthHash)) != 1 {
		return errSignature
	}
	switch {
	case q.dummy != (q.params.DummyRequest == "1"):
		return errDummy
	case q.params.TxnVersion == "":
		return errVersion
	}
	return nil
}

// unescape undoes the percent-encoding of a whole body, in place.
func unescape(body []byte) ([]byte, error) {
	to := 0
	for from := 0; from < len(body); from++ {
		c := body[from]
		switch c {
		case '+':
			c = ' '
		case '%':
			if from+2 >= len(body) {
				return nil, errEnvelope
			}
			if _, err := hex.Decode(body[from:from+1], body[from+1:from+3]); err != nil {
				return nil, errEnvelope
			}
			c, from = body[from], from+2
		}
		body[to] = c
		to++
	}
	clear(body[to:])
	return body[:to], nil
}
