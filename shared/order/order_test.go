package order

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestParse reads testdata/cases.json, which the frontend's tests read too: the
// rules are applied in both languages and must not drift apart.
func TestParse(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name     string
		Form     Form
		Rules    Rules
		Refusals []Refusal
		Order    *Order
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	told := make(map[string]bool)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if (c.Order == nil) != (len(c.Refusals) > 0) {
				t.Fatal("a case has either an order or refusals")
			}
			got, refusals := Parse(c.Form, c.Rules)
			if !slices.Equal(refusals, c.Refusals) {
				t.Errorf("refusals: got %v, want %v", refusals, c.Refusals)
			}
			var want Order
			if c.Order != nil {
				want = *c.Order
			}
			if got != want {
				t.Errorf("order: got %+v, want %+v", got, want)
			}
		})
		for _, refusal := range c.Refusals {
			told[refusal.Message] = true
		}
	}
	for _, message := range words {
		if !told[message] && message != LanguageUnknown { // TestLanguage's
			t.Errorf("no case is refused with %q", message)
		}
	}
}

// words are what Parse may say. AlreadyPaid is the server's, which knows.
var words = []string{
	TransactionIDMissing, TransactionIDTooLong, TransactionIDCharacters, IDIsCard,
	MemberIDTooLong, MemberIDCharacters, MemberIDNotUsed,
	AmountMissing, AmountCharacters, AmountTooLong, AmountOutOfRange,
	PaymentCountFixed, PaymentCountUnknown, LanguageUnknown,
}

// The language of the guidance is the merchant's where none was chosen.
func TestLanguage(t *testing.T) {
	for _, row := range []struct {
		chosen string
		want   Language
		refuse bool
	}{
		{"", "", false},
		{"ja", Japanese, false},
		{"en", English, false},
		{"EN", "", true},
		{"fr", "", true},
		{"日本語", "", true},
	} {
		o, refusals := Parse(Form{TransactionID: "A-1", Amount: "1", Language: row.chosen}, Rules{})
		if row.refuse {
			if want := []Refusal{{FieldLanguage, LanguageUnknown}}; !slices.Equal(refusals, want) {
				t.Errorf("%q: got %v, want %v", row.chosen, refusals, want)
			}
			continue
		}
		if len(refusals) > 0 || o.Language != row.want {
			t.Errorf("%q: got %q and %v, want %q", row.chosen, o.Language, refusals, row.want)
		}
	}
	for _, l := range Languages() {
		if l.Label() == "" {
			t.Errorf("%s has no words for the form", l)
		}
	}
	if Language("").Label() != "" {
		t.Error("no choice has words")
	}
}

// The choices and their words are those of the operator guide, 3.5.1.
func TestPaymentCountLabels(t *testing.T) {
	want := "1回 2回 3回 5回 6回 10回 12回 15回 18回 20回 24回 リボ払い ボーナス一括払い"
	var labels []string
	for _, count := range PaymentCounts() {
		labels = append(labels, count.Label())
	}
	if got := strings.Join(labels, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

var (
	transactionIDRule = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
	memberIDRule      = regexp.MustCompile(`^[A-Za-z0-9._@-]{0,100}$`)
	cardLength        = regexp.MustCompile(`^[0-9]{13,19}$`)
)

// isCard is Luhn's sum from the left with a table, to check the one in the code.
func isCard(id string) bool {
	digits := strings.ReplaceAll(id, "-", "")
	if !cardLength.MatchString(digits) {
		return false
	}
	doubled := [10]int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}
	sum := 0
	for i, c := range digits {
		if d := int(c - '0'); (len(digits)-i)%2 == 0 {
			sum += doubled[d]
		} else {
			sum += d
		}
	}
	return sum%10 == 0
}

func FuzzParse(f *testing.F) {
	f.Add("A-1", "", "1000", "1", "", false, true)
	f.Add("４１１１－１１１１－１１１１－１１１１", "taro@example.jp", "３６，５００", "revolving", "en", true, true)
	f.Add("4222222222222", "4111111111111111", "99999999", "3", "ja", true, false)
	f.Add("--4111111111111111", "x", "0", "bonus", "xx", false, false)
	f.Fuzz(func(t *testing.T, id, member, amount, count, language string, memberID, choice bool) {
		rules := Rules{MemberID: memberID, PaymentCountChoice: choice}
		o, refusals := Parse(Form{id, member, amount, count, language}, rules)
		for _, refusal := range refusals {
			if !slices.Contains(words, refusal.Message) {
				t.Errorf("refusal says %q, which is none of the fixed sentences", refusal.Message)
			}
		}
		if len(refusals) > 0 {
			if o != (Order{}) {
				t.Errorf("refused and yet returned %+v", o)
			}
			return
		}
		transactionID, memberOf := string(o.TransactionID), string(o.MemberID)
		switch {
		case !transactionIDRule.MatchString(transactionID), isCard(transactionID):
			t.Errorf("accepted transaction ID of %d bytes against the rule", len(transactionID))
		case !memberIDRule.MatchString(memberOf), isCard(memberOf), memberOf != "" && !memberID:
			t.Errorf("accepted member ID of %d bytes against the rule", len(memberOf))
		case o.Amount < 1 || o.Amount > 99_999_999:
			t.Errorf("accepted amount %d", o.Amount)
		case !slices.Contains(PaymentCounts(), o.PaymentCount), o.PaymentCount != "1" && !choice:
			t.Errorf("accepted payment count %q", o.PaymentCount)
		case o.Language != "" && !slices.Contains(Languages(), o.Language):
			t.Errorf("accepted language %q", o.Language)
		}
	})
}
