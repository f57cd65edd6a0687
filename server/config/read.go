package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Mistake is one thing wrong with a file.
type Mistake struct {
	Line    int    // from 1; 0 where the file as a whole is meant
	Key     string // "sip.listen"
	Message string
}

// Mistakes is the error of Read for a file that was read but is wrong.
type Mistakes struct {
	Path string
	List []Mistake
}

// Error lists every mistake on a line of its own, as path:line: key: message.
func (m *Mistakes) Error() string {
	var b strings.Builder
	for i, mistake := range m.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d: ", m.Path, mistake.Line)
		if mistake.Key != "" {
			fmt.Fprintf(&b, "%s: ", mistake.Key)
		}
		b.WriteString(mistake.Message)
	}
	return b.String()
}

// Read reads and checks the file. Paths in the result are absolute. An error that
// is a *Mistakes holds everything that is wrong with the file's content.
func Read(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c, mistakes := parse(text)
	if len(mistakes) > 0 {
		return Config{}, &Mistakes{Path: path, List: mistakes}
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, fmt.Errorf("find the folder of %s: %w", path, err)
	}
	for _, p := range []*string{
		&c.DataDir, &c.Desktop.Certificate, &c.Desktop.Key, &c.Prompts.Folder,
		&c.SIP.TLS.Certificate, &c.SIP.TLS.Key, &c.SIP.TLS.Roots,
		&c.Payment.SimCards, &c.Payment.VeriTrans4G.Accounts, &c.Payment.VeriTrans4G.Roots, &c.Payment.Stripe.Keys, &c.Payment.Stripe.Roots,
	} {
		absolute(p, folder)
	}
	for i := range c.SIP.Accounts {
		absolute(&c.SIP.Accounts[i].PasswordFile, folder)
	}
	return c, nil
}

// absolute makes a path that is relative to the file's folder absolute.
func absolute(path *string, folder string) {
	if *path != "" && !filepath.IsAbs(*path) {
		*path = filepath.Join(folder, *path)
	}
}

// parse reads text over the defaults. The decoder stops at its first type error, so
// the text is read into a plain tree and laid into the struct key by key.
func parse(text []byte) (Config, []Mistake) {
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		var syntax *toml.DecodeError
		if errors.As(err, &syntax) {
			line, _ := syntax.Position()
			return Config{}, []Mistake{{Line: line, Message: syntax.Error()}}
		}
		return Config{}, []Mistake{{Message: err.Error()}}
	}
	c := Default()
	l := layer{lines: keyLines(text)}
	l.lay(reflect.ValueOf(&c).Elem(), tree, "")
	l.mistakes = append(l.mistakes, check(c, l.lines)...)
	sortByLine(l.mistakes)
	return c, l.mistakes
}

// layer lays a tree of TOML values into the struct and collects what does not fit.
type layer struct {
	lines    map[string]int
	mistakes []Mistake
}

func (l *layer) refuse(key, format string, args ...any) {
	l.mistakes = append(l.mistakes, Mistake{lineOf(l.lines, key), key, fmt.Sprintf(format, args...)})
}

func (l *layer) lay(to reflect.Value, tree map[string]any, under string) {
	fields := map[string]reflect.Value{}
	for i := range to.NumField() {
		fields[keyName(to.Type().Field(i))] = to.Field(i)
	}
	for name, value := range tree {
		key := strings.TrimPrefix(under+"."+name, ".")
		field, known := fields[name]
		if !known {
			l.refuse(key, "no such key%s", suggestion(name, fields))
			continue
		}
		l.set(field, value, key)
	}
}

func (l *layer) set(field reflect.Value, value any, key string) {
	switch field.Interface().(type) {
	case Duration:
		s, ok := value.(string)
		d, err := time.ParseDuration(s)
		if !ok || err != nil {
			l.refuse(key, `wants a duration such as "20s", in quotes`)
			return
		}
		field.Set(reflect.ValueOf(Duration{d}))
	case string:
		if s, ok := value.(string); ok {
			field.SetString(s)
		} else {
			l.refuse(key, "wants a text in quotes")
		}
	case bool:
		if b, ok := value.(bool); ok {
			field.SetBool(b)
		} else {
			l.refuse(key, "wants true or false")
		}
	case int:
		if n, ok := value.(int64); ok {
			field.SetInt(n)
		} else {
			l.refuse(key, "wants a whole number")
		}
	case []string:
		l.setList(field, value, key)
	case []Account:
		layBlocks(l, field, value, key, defaultAccount())
	case []Trunk:
		layBlocks(l, field, value, key, defaultTrunk())
	default: // a table
		if table, ok := value.(map[string]any); ok {
			l.lay(field, table, key)
		} else {
			l.refuse(key, "is a table: write [%s] on a line of its own", key)
		}
	}
}

// layBlocks lays an array of tables over as many defaults.
func layBlocks[T any](l *layer, field reflect.Value, value any, key string, unset T) {
	blocks, ok := value.([]any)
	list := make([]T, len(blocks))
	for i := range blocks {
		table, isTable := blocks[i].(map[string]any)
		if ok = ok && isTable; !ok {
			break
		}
		list[i] = unset
		l.lay(reflect.ValueOf(&list[i]).Elem(), table, item(key, i))
	}
	if !ok {
		l.refuse(key, "is a list of tables: write [[%s]] above each", key)
		return
	}
	field.Set(reflect.ValueOf(list))
}

// keyName is the name of a field in the file.
func keyName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	return name
}

func (l *layer) setList(field reflect.Value, value any, key string) {
	items, ok := value.([]any)
	list := make([]string, 0, len(items))
	for _, item := range items {
		s, isText := item.(string)
		ok = ok && isText
		list = append(list, s)
	}
	if !ok {
		l.refuse(key, `wants a list of texts: ["…", "…"]`)
		return
	}
	field.Set(reflect.ValueOf(list))
}
