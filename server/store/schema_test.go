package store

import (
	"slices"
	"strings"
	"testing"
)

// allowed is every column that may exist (security requirement C6). A column that
// is not here fails the test, so that whoever adds one answers the question: can a
// card number, an expiry or a security code, or anything computed from them, come
// to lie in it? Of a card, brand and last4 alone are kept.
var allowed = map[string]string{
	"merchants": "merchant_id name settings",
	"users": "merchant_id user_id role comment ivr_number extension disabled password_hash password_set_at " +
		"password_initial password_history failures locked_at last_login_at read_only password_used_at active_at " +
		"one_time_secret one_time_step",
	"sessions": "token_hash merchant_id user_id workstation source created_at seen_at lost_at locked_at must_change left_at " +
		"must_enrol",
	"orders": "call_id merchant_id user_id transaction_id member_id amount payment_count sent_at",
	"calls": "call_id merchant_id user_id caller arrived_at ended_at transaction_id member_id amount payment_count " +
		"outcome ended_by",
	"points": "call_id number merchant_id user_id at transaction_id point result code message",
	"attempts": "attempt_id call_id merchant_id user_id transaction_id member_id amount payment_count number capture " +
		"brand last4 acquirer state cause class result_code message auth_code gateway_txn merchant_txn told created_at " +
		"sending_at wrote_at done_at inquiries inquired_at not_found_at",
	"attempt_events":   "seq attempt_id from_state to_state at cause hash_prev hash",
	"audit":            "seq at kind result merchant_id user_id source object detail hash_prev hash",
	"goose_db_version": "id version_id is_applied tstamp",
}

func TestColumnsAreOnTheList(t *testing.T) {
	s := openTest(t)
	rows, err := s.read.Query(`SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // reading only; rows.Err is asked below
	got := make(map[string][]string)
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		got[table] = append(got[table], column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for table, columns := range got {
		if want := strings.Fields(allowed[table]); !slices.Equal(columns, want) {
			t.Errorf("columns of %s:\n got %s\nwant %s", table, strings.Join(columns, " "), allowed[table])
		}
	}
	if len(got) != len(allowed) {
		t.Errorf("tables: got %d, want %d", len(got), len(allowed))
	}
}

func TestTablesAreStrict(t *testing.T) {
	s := openTest(t)
	loose, err := list(t.Context(), s.read, func(row scanner) (string, error) {
		var name string
		err := row.Scan(&name)
		return name, err
	}, "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(loose, []string{"goose_db_version"}) {
		t.Errorf("tables that are not STRICT: %v", loose)
	}
}

// The database refuses a card number where four digits belong, whatever the
// program believes.
func TestLast4HoldsNoMore(t *testing.T) {
	s := openTest(t)
	a := attempt("a1", "order-1")
	a.Last4 = "41111"
	if err := s.BeginAttempt(t.Context(), a); err == nil {
		t.Error("five digits were accepted")
	}
}
