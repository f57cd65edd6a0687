package ivr

import "time"

// AuditRecord is one line of the audit log, as it is kept. Package audit makes them
// from its events; Kind and Result are spelled there.
type AuditRecord struct {
	Seq    int64 // given by the log
	At     time.Time
	Kind   string
	Result string
	Who    UserKey // zero: the server itself, or nobody known
	Source string  // address the deed came from
	Object string  // what it was done to
	Detail string
}

// AuditQuery picks lines of the audit log. Zero fields pick all.
type AuditQuery struct {
	From, To time.Time
	Merchant MerchantID
	User     UserID
	Kind     string
	Before   int64 // only lines with a smaller Seq: the next page
	Limit    int   // 0: 100
}
