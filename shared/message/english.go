package message

// english are the sentences that the desktop shows beside its screens: in
// notifications, dialogs of the system and the notification area. Those of the screens
// are in frontend/src/lib/words.
var english = map[string]string{
	HeaderReady:   "Ready to take payments.",
	HeaderLost:    "An unexpected error has occurred. Please tell your administrator.",
	HeaderClick:   "Click to go to Send.",
	TrayOpen:      "Open Tsunagi",
	TrayQuit:      "Quit",
	TraySend:      "Send the order.",
	TransactionID: "Transaction ID",
	I402.Text():   "[Payment OK] The call is now transferred to you.",
	I405.Text():   "[Payment NG] The call is now transferred to you.",
}

// In is a sentence of this package in a language of the settings: itself in ja, and
// where there is no other.
func In(language, sentence string) string {
	if words, ok := english[sentence]; ok && language == "en" {
		return words
	}
	return sentence
}

// SendWithin is the header of a send window with that many seconds left.
func SendWithin(language, seconds string) string {
	if language == "en" {
		return "Send the order within " + seconds + " seconds."
	}
	return seconds + HeaderSend
}
