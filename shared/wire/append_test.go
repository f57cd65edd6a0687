package wire

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// awkward are strings that encoding/json writes as they are, and others.
var awkward = []string{
	"", "ORD-20261123-0044", "転送先と接続しました。", "\x7f", "é", "😀", "\ufffd",
	`"`, `\`, "<", ">", "&", "\n", "\x00", "\x1f", "\u2028", "\u2029", "\xff", "あ\xe3\x81", "\xed\xa0\x80",
}

// A field that AppendJSON does not know of, or writes in its own way, is found here.
func TestChangeAppendsAsEncodingJSONDoes(t *testing.T) {
	for seed := range uint64(2000) {
		var change Change
		fill(reflect.ValueOf(&change).Elem(), rand.New(rand.NewPCG(seed, 1)))
		sameAsEncodingJSON(t, &change)
	}
	for _, s := range awkward {
		sameAsEncodingJSON(t, &Change{Row: &Row{Message: s}})
	}
}

func FuzzAppendedString(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sameAsEncodingJSON(t, &Change{Notice: &Notice{Message: s}}) })
}

func sameAsEncodingJSON(t *testing.T, change *Change) {
	t.Helper()
	want, err := json.Marshal(change)
	if err != nil {
		t.Fatal(err)
	}
	if got := change.AppendJSON([]byte("{")); string(got) != "{"+string(want) {
		t.Fatalf("got\n%s want behind a brace\n%s", got, want)
	}
}

// fill gives each field a value: a third of them the zero value.
func fill(v reflect.Value, random *rand.Rand) {
	if v.Kind() != reflect.Struct && random.IntN(3) == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), random)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), random)
	case reflect.String:
		v.SetString(awkward[random.IntN(len(awkward))] + awkward[random.IntN(len(awkward))])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{1, -1, 36_500, math.MaxInt64, math.MinInt64}[random.IntN(5)])
	default:
		panic("a field of a kind that AppendJSON has not met: " + v.Type().String())
	}
}
