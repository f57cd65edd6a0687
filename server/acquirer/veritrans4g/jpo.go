package veritrans4g

import "tsunagi/shared/order"

// jpos are the payment methods as the gateway spells them (jpo, section 3).
var jpos = map[order.PaymentCount]string{
	order.Once:      "10",
	"2":             "61C02",
	"3":             "61C03",
	"5":             "61C05",
	"6":             "61C06",
	"10":            "61C10",
	"12":            "61C12",
	"15":            "61C15",
	"18":            "61C18",
	"20":            "61C20",
	"24":            "61C24",
	order.Revolving: "80",
	order.Bonus:     "21",
}

// paymentCount is what a jpo means; empty for one that we never send.
func paymentCount(jpo string) order.PaymentCount {
	for count, spelled := range jpos {
		if spelled == jpo {
			return count
		}
	}
	return ""
}
