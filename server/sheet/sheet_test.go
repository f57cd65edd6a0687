package sheet

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestWhatIsWrittenComesBack(t *testing.T) {
	var out bytes.Buffer
	rows := [][]string{{"sato", "受注, 佐藤 \"夜\""}, {"=1+1", "'@x"}, {"+8150", ""}, {"-", "a-b"}}
	if err := Write(&out, []string{"user", "comment"}, rows); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffuser,comment\r\nsato,\"受注, 佐藤 \"\"夜\"\"\"\r\n'=1+1,''@x\r\n'+8150,\r\n'-,a-b\r\n"
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
	read, err := Read(&out, []string{"user"}, []string{"comment"})
	if err != nil {
		t.Fatal(err)
	}
	for n, row := range read {
		if row.Line != n+2 || row.Cells["user"] != rows[n][0] || row.Cells["comment"] != rows[n][1] {
			t.Errorf("row %d: got %+v, want %q", n, row, rows[n])
		}
	}
	if len(read) != len(rows) {
		t.Errorf("got %d rows, want %d", len(read), len(rows))
	}
}

func TestReadNamesWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "the file is empty",
		"user,colour\nsato,1":  `no column is called "colour"`,
		"comment\nx":           `the column "user" is missing`,
		"user,comment\nsato":   "record on line 2",
		"user,comment\n\"a\nb": "line 3",
	} {
		if _, err := Read(strings.NewReader(text), []string{"user"}, []string{"comment"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	rows, err := Read(strings.NewReader(" Comment , USER\n x , sato \n"), []string{"user"}, []string{"comment"})
	if err != nil || len(rows) != 1 || !reflect.DeepEqual(rows[0].Cells, map[string]string{"user": "sato", "comment": "x"}) {
		t.Errorf("as people type it: got %+v, %v", rows, err)
	}
}

func FuzzNoCellIsAFormula(f *testing.F) {
	f.Add("=cmd|' /C calc'!A0")
	f.Add("\t=1")
	f.Fuzz(func(t *testing.T, cell string) {
		if safe := guarded(cell); safe != "" && strings.ContainsAny(safe[:1], formula) {
			t.Errorf("%q is written as %q", cell, safe)
		}
	})
}
