package card

import "time"

// Month is a month of the calendar in Japan, where the acquirers are.
type Month struct {
	Year  int
	Month time.Month
}

// japan has no daylight saving time.
var japan = time.FixedZone("JST", 9*60*60)

// MonthOf is the month in Japan at t.
func MonthOf(t time.Time) Month {
	t = t.In(japan)
	return Month{t.Year(), t.Month()}
}

// before tells whether m is over when n begins.
func (m Month) before(n Month) bool {
	return m.Year < n.Year || m.Year == n.Year && m.Month < n.Month
}

// expiryOf reads MMYY; ok is false where MM is no month. Every YY is of this
// century: the gateway's test cards expire in 98 and 99 and are valid.
func expiryOf(mmyy []byte) (m Month, ok bool) {
	month := int(mmyy[0]-'0')*10 + int(mmyy[1]-'0')
	year := 2000 + int(mmyy[2]-'0')*10 + int(mmyy[3]-'0')
	return Month{year, time.Month(month)}, month >= 1 && month <= 12
}
