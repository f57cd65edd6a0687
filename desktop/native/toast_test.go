package native

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
)

// Every name in braces has a value and every value a place: a toast with an unbound
// name shows the braces.
func TestToastIsBoundToItsValues(t *testing.T) {
	var bound []string
	take := func(text string) {
		if name, ok := strings.CutPrefix(text, "{"); ok {
			bound = append(bound, strings.TrimSuffix(name, "}"))
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(toastXML()))
	for {
		token, err := decoder.Token()
		if token == nil {
			if err.Error() != "EOF" {
				t.Fatal(err)
			}
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, attribute := range token.Attr {
				take(attribute.Value)
			}
		case xml.CharData:
			take(string(token))
		}
	}
	slices.Sort(bound)
	if want := []string{"body", "title", "value"}; !slices.Equal(bound, want) {
		t.Errorf("bound: got %q, want %q", bound, want)
	}
	for _, name := range bound {
		if _, ok := toastValues(Notification{})[name]; !ok {
			t.Errorf("%s has no value", name)
		}
	}
}

func TestToastValues(t *testing.T) {
	for _, test := range []struct {
		percent int
		want    string
	}{{100, "1.00"}, {35, "0.35"}, {0, "0.00"}, {-5, "0.00"}, {130, "1.00"}} {
		got := toastValues(Notification{Title: "7秒", Body: "<&>", Percent: test.percent})
		if got["value"] != test.want || got["title"] != "7秒" || got["body"] != "<&>" {
			t.Errorf("%d %%: got %q, want %s", test.percent, got, test.want)
		}
	}
}
