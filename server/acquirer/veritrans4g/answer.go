package veritrans4g

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"

	"tsunagi/shared/order"
)

// Why an answer cannot be read. encoding/json's own words quote it.
var (
	errUnreadable = errors.New("the answer cannot be read")
	errTwice      = errors.New("the answer says a thing twice")
)

// text is a value as the gateway sent it: a string, or a number or a boolean where
// it chose that. A name that stands twice makes the whole answer unreadable:
// encoding/json would take the last, and money must not hang on that.
type text struct {
	value string
	set   bool
}

// UnmarshalJSON takes a scalar.
func (t *text) UnmarshalJSON(source []byte) error {
	if t.set {
		return errTwice
	}
	switch {
	case bytes.Equal(source, []byte("null")):
		return nil
	case source[0] == '"':
		if err := json.Unmarshal(source, &t.value); err != nil {
			return errUnreadable
		}
	case source[0] == '{' || source[0] == '[':
		return errUnreadable
	default:
		t.value = string(source)
	}
	t.set = true
	return nil
}

// amount is a value as yen; not ok for anything but 1 to 8 digits.
func (t text) amount() (amount order.Yen, ok bool) {
	if len(t.value) > 8 || !allDigits([]byte(t.value), 1, 8) {
		return 0, false
	}
	n, err := strconv.ParseInt(t.value, 10, 64)
	return order.Yen(n), err == nil
}

// result is the allow-list of what is read of a command's answer.
type result struct {
	Mstatus     text `json:"mstatus"`
	VResultCode text `json:"vResultCode"`
	MerrMsg     text `json:"merrMsg"`
	OrderID     text `json:"orderId"`
	ReqAmount   text `json:"reqAmount"`
	CustTxn     text `json:"custTxn"`
	MarchTxn    text `json:"marchTxn"`
	ResAuthCode text `json:"resAuthCode"`
	Pending     text `json:"pending"`
}

// searchResult is the allow-list of what is read of a search's answer.
type searchResult struct {
	Mstatus          text `json:"mstatus"`
	VResultCode      text `json:"vResultCode"`
	SearchCount      text `json:"searchCount"`
	OverMaxCountFlag text `json:"overMaxCountFlag"`
	OrderInfos       struct {
		OrderInfo []orderInfo `json:"orderInfo"`
	} `json:"orderInfos"`
}

type orderInfo struct {
	OrderID          text `json:"orderId"`
	FreeKey          text `json:"freeKey"`
	TransactionInfos struct {
		TransactionInfo []transactionInfo `json:"transactionInfo"`
	} `json:"transactionInfos"`
}

type transactionInfo struct {
	TxnID                 text `json:"txnId"`
	Command               text `json:"command"`
	Mstatus               text `json:"mstatus"`
	VResultCode           text `json:"vResultCode"`
	Amount                text `json:"amount"`
	TxnDatetime           text `json:"txnDatetime"`
	ProperTransactionInfo struct {
		ResAuthCode       text `json:"resAuthCode"`
		ReqJpoInformation text `json:"reqJpoInformation"`
		Pending           text `json:"pending"`
	} `json:"properTransactionInfo"`
}

// decode reads the object "result" of an answer.
func decode[Result result | searchResult](body []byte) (Result, error) {
	var answer struct {
		Result Result `json:"result"`
	}
	// encoding/json would mend broken UTF-8 instead of refusing it.
	if !utf8.Valid(body) || json.Unmarshal(body, &answer) != nil {
		return answer.Result, errUnreadable
	}
	return answer.Result, nil
}
