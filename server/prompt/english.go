package prompt

import (
	"slices"
	"strconv"
	"strings"

	"tsunagi/shared/order"
)

// english is the catalogue in English without the numerals: the same prompts as
// sentences, in the same order.
var english = []Line{
	{PressSend, "Please press the send button.", ""},
	{OrderReceived, "The order has been received. Press 1, and complete the transfer promptly.",
		"The order has been received. Press one, and complete the transfer promptly."},
	{SendWindowExpired, "The order was not sent in time. Please transfer the call again.", ""},
	{HandoverExpired, "1 was not pressed in time, and the payment has been stopped. Please transfer the call again.",
		"One was not pressed in time, and the payment has been stopped. Please transfer the call again."},
	{ChannelsBusy, "All of your contracted channels are in use. Please transfer the call again in a while.", ""},

	{MerchantName, "", ""},
	{Greeting, "This is the automated service for payments by credit card. Please follow the guidance, and use the keys of your telephone.", ""},
	{AmountIs, "The amount to be paid is", "The amount to be paid is,"},
	{AmountEnd, "yen.", ""},

	{"count-1", "You pay in one payment.", ""},
	{"count-2", "You pay in two payments.", ""},
	{"count-3", "You pay in three payments.", ""},
	{"count-5", "You pay in five payments.", ""},
	{"count-6", "You pay in six payments.", ""},
	{"count-10", "You pay in ten payments.", ""},
	{"count-12", "You pay in twelve payments.", ""},
	{"count-15", "You pay in fifteen payments.", ""},
	{"count-18", "You pay in eighteen payments.", ""},
	{"count-20", "You pay in twenty payments.", ""},
	{"count-24", "You pay in twenty-four payments.", "You pay in twenty four payments."},
	{"count-revolving", "You pay by revolving credit.", ""},
	{"count-bonus", "You pay in one payment in the bonus month.", ""},

	{CardNumber, "Please enter your card number, and then press the pound key.", ""},
	{StarHint, "If you make a mistake, press the star key to enter that item again from the beginning.", ""},
	{ReturnHint, "To go back to the operator, press zero, and then the pound key.", ""},
	{Expiry, "Please enter the expiry date of your card, two digits for the month, and two digits for the year. " +
		"For example, for April 2035, enter 0, 4, 3, 5.",
		"Please enter the expiry date of your card, two digits for the month, and two digits for the year. " +
			"For example, for April twenty thirty five, enter zero, four, three, five."},
	{SecurityCode3, "Please enter the three-digit security code on the back of your card.",
		"Please enter the three digit security code on the back of your card."},
	{SecurityCode4, "Please enter the four-digit security code on the front of your card.",
		"Please enter the four digit security code on the front of your card."},

	{CardNumberTooShort, "The card number has too few digits.", ""},
	{CardNumberTooLong, "The card number has too many digits.", ""},
	{CardNumberWrong, "The card number you entered is not correct.", ""},
	{BrandNotAccepted, "We are sorry, but the card you entered is not accepted. Please use another card.", ""},
	{ExpiryWrong, "The expiry date you entered is not correct.", ""},
	{ExpiryPast, "The expiry date you entered has already passed.", ""},
	{SecurityCodeWrong, "The security code has the wrong number of digits.", ""},
	{CardNumberMissing, "We did not receive a card number.", ""},
	{ExpiryMissing, "We did not receive an expiry date.", ""},
	{SecurityCodeMissing, "We did not receive a security code.", ""},
	{StartAgain, "Please enter it again from the beginning.", ""},
	{LastChance, "If the next entry can not be confirmed, the procedure will end.", ""},
	{TooManyErrors, "We are very sorry, but your entry could not be confirmed, and the procedure will now end.", ""},

	{PleaseWait, "Please wait a moment.", ""},
	{Approved, "The payment is complete. Thank you very much.", ""},
	{DeclinedAnotherCard, "We are sorry, but the payment could not be made with this card. Please use another card.", ""},
	{DeclinedEnd, "We are very sorry, but the payment could not be completed. For details, please contact the company that issued your card.", ""},
	{OutcomeUnknown, "The result of the payment is being confirmed. Until then, please do not make the same payment again.", ""},
	{Aborted, "The payment has been stopped by the operator.", ""},
	{SystemError, "We are very sorry, but because of a system problem, the procedure can not go on.", ""},
	{Returning, "You will be connected to the operator. Please hold the line.", ""},
	{ReturnFailed, "We are very sorry, but you could not be connected to the operator.", ""},
	{ReturnRefused, "We are very sorry, but you can not be connected to the operator any more.", ""},
	{Goodbye, "Thank you for your call. Goodbye.", ""},

	{Ringback, "", ""},
	{Music, "", ""},
}

// EnglishNumeral is one piece of an amount spoken in English, with the thousand or
// million that is spoken in the same breath. 36,500 yen are thirty, six thousand and
// five hundred; 円 is in AmountEnd. The zero value is no numeral.
type EnglishNumeral struct {
	Value int // 1 to 19, 20 to 90 by tens, 100 to 900 by hundreds
	Scale int // 1, 1,000 or 1,000,000
}

// The words of the scales.
var scales = map[int]string{1: "", 1_000: " thousand", 1_000_000: " million"}

// ReadEnglish is how an amount of 1 to order.MaxYen is spoken in English; nil for any
// other.
func ReadEnglish(n order.Yen) []EnglishNumeral {
	if n < order.MinYen || n > order.MaxYen {
		return nil
	}
	var numerals []EnglishNumeral
	for _, scale := range []int{1_000_000, 1_000, 1} {
		group := readHundreds(int(n) / scale % 1_000)
		if len(group) > 0 {
			group[len(group)-1].Scale = scale
		}
		numerals = append(numerals, group...)
	}
	return numerals
}

// readHundreds is the numerals of up to three digits; none for 0.
func readHundreds(n int) []EnglishNumeral {
	var numerals []EnglishNumeral
	add := func(value int) {
		if value > 0 {
			numerals = append(numerals, EnglishNumeral{value, 1})
		}
	}
	add(n / 100 * 100)
	if rest := n % 100; rest < 20 {
		add(rest)
	} else {
		add(rest / 10 * 10)
		add(rest % 10)
	}
	return numerals
}

// EnglishReading is an amount in English as it is spoken: 300 is "three hundred yen".
// It is empty where ReadEnglish is nil.
func EnglishReading(n order.Yen) string {
	var words []string
	for _, numeral := range ReadEnglish(n) {
		words = append(words, numeral.Words())
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(append(words, "yen"), " ")
}

// The words of the values that are no hundreds.
var (
	small = strings.Fields(`zero one two three four five six seven eight nine ten eleven twelve thirteen
		fourteen fifteen sixteen seventeen eighteen nineteen`)
	tens = strings.Fields("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
)

// Words is the numeral as it is spoken.
func (n EnglishNumeral) Words() string {
	var word string
	switch {
	case n.Value >= 100:
		word = small[n.Value/100] + " hundred"
	case n.Value >= 20:
		word = tens[n.Value/10]
	default:
		word = small[n.Value]
	}
	return word + scales[n.Scale]
}

// Name is the numeral's prompt: "number-30", "number-6-thousand".
func (n EnglishNumeral) Name() Name {
	return Name(numberPrefix + strconv.Itoa(n.Value) + strings.ReplaceAll(scales[n.Scale], " ", "-"))
}

// EnglishNumerals lists every numeral an amount can be made of, by value and scale.
// There are no hundreds of millions.
func EnglishNumerals() []EnglishNumeral {
	var all []EnglishNumeral
	add := func(value int, upTo int) {
		for scale := 1; scale <= upTo; scale *= 1_000 {
			all = append(all, EnglishNumeral{value, scale})
		}
	}
	for value := 1; value < 20; value++ {
		add(value, 1_000_000)
	}
	for value := 20; value < 100; value += 10 {
		add(value, 1_000_000)
	}
	for value := 100; value < 1_000; value += 100 {
		add(value, 1_000)
	}
	return all
}

// sumEnglish is Sum for an amount that was spoken in English.
func sumEnglish(names []Name) (order.Yen, bool) {
	values := make(map[Name]EnglishNumeral)
	for _, n := range EnglishNumerals() {
		values[n.Name()] = n
	}
	total, group := 0, 0
	for _, name := range names {
		n, known := values[name]
		if !known {
			return 0, false
		}
		if group += n.Value; n.Scale > 1 {
			total, group = total+group*n.Scale, 0
		}
	}
	amount := order.Yen(total + group)
	return amount, slices.Equal(names, namesOf(order.English, amount)) && len(names) > 0
}
