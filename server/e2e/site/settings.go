package site

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Settings are values that replace those of the written configuration, by key, as TOML.
type Settings map[string]string

// Change rewrites keys of the configuration, for the next start.
func (s *Server) Change(to Settings) {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range to {
		key, before, after := scope(s.t, name, text)
		line := regexp.MustCompile(`(?m)^` + key + ` = .*$`)
		part := text[before:after]
		if !line.Match(part) {
			s.t.Fatalf("the configuration has no key %q", name)
		}
		text = slices.Concat(text[:before], line.ReplaceAllLiteral(part, []byte(key+" = "+value)), text[after:])
	}
	if err := os.WriteFile(s.config, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// scope is where a key stands: "roots" anywhere in text, "sip.tls.roots" in the table of
// that name.
func scope(t *testing.T, name string, text []byte) (key string, from, to int) {
	t.Helper()
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return name, 0, len(text)
	}
	header := []byte("\n[" + name[:dot] + "]\n")
	from = bytes.Index(text, header)
	if from < 0 {
		t.Fatalf("the configuration has no table %q", name[:dot])
	}
	from += len(header)
	to = len(text)
	if next := bytes.Index(text[from:], []byte("\n[")); next >= 0 {
		to = from + next
	}
	return name[dot+1:], from, to
}

// Append adds text to the end of the configuration, for the next start.
func (s *Server) Append(text string) {
	s.t.Helper()
	f, err := os.OpenFile(s.config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := f.WriteString("\n" + text); err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
}
