package gatewaysim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// japan is the clock that the gateway writes its times by.
var japan = time.FixedZone("JST", 9*60*60)

// answer is an answer before it is JSON.
type answer map[string]any

// resultCode is a result code in its 16 characters: the main service's block, and the
// member service's where it took part (section 5).
func (r reply) resultCode() string {
	if r.member != "" && r.status == "success" {
		return r.code + "X00100000000"
	}
	return r.code + "000000000000"
}

// answer is the answer to a card command, with the fields that a captured one of the
// real gateway has (section 4).
func (r reply) answer() answer {
	result := answer{
		"mstatus": r.status, "vResultCode": r.resultCode(), "merrMsg": r.message,
		"orderId": r.line.Order, "serviceType": "card", "txnVersion": "2.0.0", "optionResults": []any{},
		"custTxn": strconv.FormatInt(r.line.Txn, 10), "marchTxn": strconv.FormatInt(r.line.Txn+20_000_000, 10),
		"pending": map[bool]string{true: "1", false: "0"}[r.status == "pending"], "loopback": "0",
		"gatewayRequestDate": stamp(r.line.At), "gatewayResponseDate": stamp(r.line.At),
		"centerRequestDate": stamp(r.line.At), "centerResponseDate": stamp(r.line.At), "connectedCenterId": "jcn",
		"acquirerCode": "05", "reqAcquirerCode": "05", "reqItemCode": "0990",
		"resActionCode": "000", "resCenterErrorCode": "   ", "resReturnReferenceNumber": "012345678901",
		"cardTransactiontype": map[bool]string{true: "ac", false: "a"}[r.line.Capture],
	}
	if r.line.Amount != 0 {
		result["reqAmount"] = strconv.FormatInt(r.line.Amount, 10)
	}
	if r.line.AuthCode != "" {
		result["resAuthCode"] = r.line.AuthCode
	}
	if r.card.Masked != "" {
		result["reqCardNumber"], result["reqCardExpire"] = r.card.Masked, "*****"
	}
	whole := answer{"result": result}
	if r.member != "" {
		whole["payNowIdResponse"] = answer{
			"status": "success", "message": succeeded.message, "processId": strconv.FormatInt(r.line.Txn+30_000_000, 10),
			"account": answer{"accountId": r.member, "cardInfo": []any{answer{
				"cardId": fmt.Sprintf("SIM%022d", r.line.Txn), "cardNumber": r.card.Masked, "cardExpire": "*****", "defaultCard": "1",
			}}},
		}
	}
	return whole
}

func stamp(at time.Time) string { return at.In(japan).Format("20060102150405") }

// search answers a search (section 4). Amounts are text, the count is a number and
// the flag a boolean, as the real gateway has them.
func (l *ledger) search(q request) answer {
	p := q.params
	common := p.Search.Common
	pattern := common.OrderID
	most, err := strconv.Atoi(p.MaxCount)
	if err != nil || most < 1 {
		most = 100
	}
	from, until, err := span(common.TxnDatetime.From, common.TxnDatetime.To)
	if err != nil || pattern == "" && from.IsZero() {
		return answer{"result": answer{
			"mstatus": "failure", "vResultCode": badRequest.code + "000000000000", "merrMsg": badRequest.message, "serviceType": "search",
		}}
	}
	found := []any{}
	for _, e := range l.entries(p.MerchantCCID, pattern) {
		if info := orderInfo(e, len(found), p, from, until); info != nil {
			found = append(found, info)
		}
	}
	over := len(found) > most
	if over {
		found = found[:most]
	}
	return answer{"result": answer{
		"mstatus": "success", "vResultCode": "N001000000000000", "merrMsg": succeeded.message, "serviceType": "search",
		"searchCount": len(found), "overMaxCountFlag": over, "orderInfos": answer{"orderInfo": found},
	}}
}

// span reads the range of a search: minutes of Japan's clock, the last one included.
func span(from, until string) (first, last time.Time, err error) {
	if from == "" && until == "" {
		return time.Time{}, time.Time{}, nil
	}
	first, err = time.ParseInLocation("200601021504", from, japan)
	if err != nil {
		return first, last, err
	}
	last, err = time.ParseInLocation("200601021504", until, japan)
	return first, last.Add(time.Minute), err
}

// orderInfo is one order in a search's answer; nil where no line of it is wanted.
func orderInfo(e Entry, index int, p params, from, until time.Time) answer {
	var lines []any
	info := answer{"index": index, "orderId": e.Order, "serviceTypeCd": "card", "orderStatus": "end"}
	for _, line := range e.Lines {
		if line.Dummy && p.ContainDummy != "true" || !from.IsZero() && (line.At.Before(from) || !line.At.Before(until)) {
			continue
		}
		if line.Status == "success" {
			info["lastSuccessTxnType"] = line.Command
		}
		for name, value := range map[string]string{"accountId": line.Member, "freeKey": line.FreeKey} {
			if value != "" {
				info[name] = value
			}
		}
		lines = append(lines, transactionInfo(line))
	}
	if len(lines) == 0 {
		return nil
	}
	if p.Newer == "true" {
		lines = lines[len(lines)-1:]
	}
	info["transactionInfos"] = answer{"transactionInfo": lines}
	return info
}

func transactionInfo(line Line) answer {
	details := answer{
		"txnKind": "card", "reqJpoInformation": line.JPO, "reqCardExpire": "*****", "reqSecurityCode": "0000",
		"reqWithCapture": strconv.FormatBool(line.Capture), "centerRequestDate": stamp(line.At),
		"pending":     map[bool]string{true: "1", false: "0"}[line.Status == "pending"],
		"resAuthCode": line.AuthCode, "resActionCode": "000", "resCenterErrorCode": "   ",
	}
	info := answer{
		"txnId": strconv.FormatInt(line.Txn, 10), "command": line.Command, "mstatus": line.Status,
		"vResultCode": line.Code + "000000000000", "properTransactionInfo": details,
		"txnDatetime": moment(line.At),
	}
	if line.Amount != 0 {
		info["amount"] = strconv.FormatInt(line.Amount, 10)
	}
	return info
}

// moment is a time as the gateway writes it: at least one figure of the fraction.
func moment(at time.Time) string {
	text := strings.TrimRight(at.In(japan).Format("2006-01-02 15:04:05.000"), "0")
	if strings.HasSuffix(text, ".") {
		text += "0"
	}
	return text
}
