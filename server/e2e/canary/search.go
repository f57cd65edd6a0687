package canary

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// near is how far from an attempt's ID a security code is looked for.
const near = 200

// innocent are texts in which four digits are chance: IDs, hashes, times, counts of
// packets and, in frames, of changes.
var innocent = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9A-Fa-f]{32,}|` +
	`[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+|[0-9]+ ms\b|\b(?:packets\.[a-z_.]+|late|skipped)=[0-9]+|` +
	`"(?:seq|[A-Za-z]+Ms)":[0-9]+`)

// id is an attempt's ID.
var id = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// Search knows what to look for. Make it with New.
type Search struct {
	anywhere []Form
	words    *regexp.Regexp // expiry and code as words of their own
	codes    *regexp.Regexp // the code, whatever stands beside it
	short    *regexp.Regexp // expiry or code, whatever stands beside it
}

// New makes a search for cards.
func New(cards ...Card) *Search {
	s := &Search{}
	var codes, short []string
	for _, c := range cards {
		s.anywhere = append(append(s.anywhere, c.NumberForms()...), c.SecretForms()...)
		codes = append(codes, c.Code)
		short = append(short, c.Code, c.Expiry, c.Expiry[:2]+"/"+c.Expiry[2:])
	}
	s.words = regexp.MustCompile(`(?:^|[^0-9A-Za-z.:])(?:` + strings.Join(short, "|") + `)(?:[^0-9A-Za-z.]|$)`)
	s.codes = regexp.MustCompile(strings.Join(codes, "|"))
	s.short = regexp.MustCompile(strings.Join(short, "|"))
	return s
}

// Bytes names the forms of numbers, and of secrets as they are kept or sent, that
// content has. It is for memory, dumps and whatever is no text.
func (s *Search) Bytes(place string, content []byte) []string {
	var found []string
	for _, form := range s.anywhere {
		if n := bytes.Count(content, form.Bytes); n > 0 {
			found = append(found, fmt.Sprintf("%s: %s, %d times", place, form.Name, n))
		}
	}
	return found
}

// Text does what Bytes does, and looks for expiry and code as words of their own, and
// for the code near an attempt's ID.
func (s *Search) Text(place string, content []byte) []string {
	found := s.Bytes(place, content)
	bare := innocent.ReplaceAllFunc(content, blank)
	if s.words.Match(bare) {
		found = append(found, place+": an expiry or a code")
	}
	for _, at := range id.FindAllIndex(content, -1) {
		if s.codes.Match(bare[max(0, at[0]-near):min(len(bare), at[1]+near)]) {
			return append(found, place+": a code near an attempt's ID")
		}
	}
	return found
}

// Database does what Bytes does, and looks for expiry and code wherever they stand: in
// a database's file columns lie side by side.
func (s *Search) Database(place string, content []byte) []string {
	found := s.Bytes(place, content)
	if s.short.Match(innocent.ReplaceAllFunc(content, blank)) {
		found = append(found, place+": an expiry or a code")
	}
	return found
}

func blank(match []byte) []byte { return bytes.Repeat([]byte(" "), len(match)) }
