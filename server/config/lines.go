package config

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// keyLines finds the line of every key and table of a text that parses.
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	var parser unstable.Parser
	parser.Reset(text)
	table, blocks := "", map[string]int{}
	for parser.NextExpression() {
		e := parser.Expression()
		key, line := keyOf(text, e)
		switch e.Kind {
		case unstable.Table:
			table = key
			lines[key] = line
		case unstable.ArrayTable:
			if blocks[key] == 0 {
				lines[key] = line
			}
			table = item(key, blocks[key])
			blocks[key]++
			lines[table] = line
		case unstable.KeyValue:
			lines[strings.TrimPrefix(table+"."+key, ".")] = line
		}
	}
	return lines
}

// lineOf is the line of a key, or of the block that lacks it.
func lineOf(lines map[string]int, key string) int {
	if line, ok := lines[key]; ok {
		return line
	}
	if block, _, ok := strings.Cut(key, "]."); ok {
		return lines[block+"]"]
	}
	return 0
}

func keyOf(text []byte, e *unstable.Node) (key string, line int) {
	var parts []string
	keys := e.Key()
	for keys.Next() {
		node := keys.Node()
		parts = append(parts, string(node.Data))
		if line == 0 {
			line = 1 + bytes.Count(text[:node.Raw.Offset], []byte{'\n'})
		}
	}
	return strings.Join(parts, "."), line
}

// suggestion names the key that was probably meant: one that differs by case,
// hyphens, an end that is missing, or a letter.
func suggestion(name string, fields map[string]reflect.Value) string {
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s)) }
	for known := range fields {
		a, b := plain(known), plain(name)
		if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) || oneLetterApart(a, b) {
			return fmt.Sprintf("; did you mean %s?", known)
		}
	}
	return ""
}

func oneLetterApart(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	same := 0
	for same < len(b) && a[same] == b[same] {
		same++
	}
	return len(a)-len(b) <= 1 && (strings.HasSuffix(a[same:], b[same:]) || a[min(same+1, len(a)):] == b[min(same+1, len(b)):])
}

func sortByLine(mistakes []Mistake) {
	slices.SortStableFunc(mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
}
