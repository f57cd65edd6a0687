package prompt

import (
	"slices"

	"tsunagi/shared/order"
)

// CatalogueIn lists every prompt there is in a language, the numerals last. The
// caller owns it. Of a language that is none of order.Languages there is nothing.
func CatalogueIn(l order.Language) []Line {
	switch l {
	case order.Japanese:
		return Catalogue()
	case order.English:
		lines := slices.Clone(english)
		for _, n := range EnglishNumerals() {
			lines = append(lines, Line{Name: n.Name(), Text: n.Words()})
		}
		return lines
	}
	return nil
}

// NamesIn lists every prompt of a language, in the order of its catalogue.
func NamesIn(l order.Language) []Name {
	var names []Name
	for _, line := range CatalogueIn(l) {
		names = append(names, line.Name)
	}
	return names
}

// namesOf is the numerals of an amount in a language; none where it is out of range.
func namesOf(l order.Language, n order.Yen) []Name {
	var names []Name
	if l == order.English {
		for _, numeral := range ReadEnglish(n) {
			names = append(names, numeral.Name())
		}
		return names
	}
	for _, numeral := range Read(n) {
		names = append(names, numeral.Name())
	}
	return names
}
