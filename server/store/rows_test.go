package store

import (
	"slices"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
)

func TestRows(t *testing.T) {
	s := openTest(t)
	var written []ivr.Row
	for n := range 5 {
		r := ivr.Row{
			Call: "call-1", Operator: operator, Number: n + 1, At: noon.Add(time.Duration(n) * time.Second),
			TransactionID: "order-1", Point: string(message.AuthorizedNG), Result: message.ResultNG, Code: "AG48", Message: "無効カードです。",
		}
		if n == 4 {
			r.Call, r.Operator.User = "call-2", "op2"
		}
		if err := s.AppendRows(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		written = append(written, r)
	}
	tests := []struct {
		name     string
		merchant ivr.MerchantID
		operator ivr.UserID
		since    time.Time
		limit    int
		want     []ivr.Row
	}{
		{"all operators", "shop", "", noon, 100, written},
		{"one operator", "shop", "op1", noon, 100, written[:4]},
		{"since", "shop", "", noon.Add(3 * time.Second), 100, written[3:]},
		{"the newest", "shop", "", noon, 2, written[3:]},
		{"another merchant", "other", "", noon, 100, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.RowsSince(t.Context(), tt.merchant, tt.operator, tt.since, tt.limit)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %v, %v\nwant %v", got, err, tt.want)
			}
		})
	}
	fresh := ivr.Row{Call: "call-3", Operator: operator, Number: 1, At: noon.Add(time.Hour), Point: "p"}
	if err := s.AppendRows(t.Context(), fresh, written[0]); err == nil {
		t.Error("a second row with the same number was accepted")
	}
	if got, err := s.RowsSince(t.Context(), "shop", "", fresh.At, 100); err != nil || len(got) > 0 {
		t.Errorf("of rows that were refused, %v was written, %v", got, err)
	}
	if err := s.AppendRows(t.Context(), fresh); err != nil {
		t.Errorf("the row alone: %v", err)
	}
}
