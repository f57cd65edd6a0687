package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sentences are those of the specification about a call (product.md sections 2, 4, 5 and
// 6, security.md T3 to T8), each with what shows that it holds: a transcript of the
// machine (flow/NAME), a test of a package below server (PACKAGE.TestNAME), or a test of
// the screens (frontend/FILE).
var sentences = []struct {
	sentence string
	shown    string
}{
	// product.md 2: the merchant's settings
	{"API mode: the form is read-only", "frontend/src/views/operator.test.ts"},
	{"member ID: shows the field; reaches the acquirer", "call.TestTheOrderReachesTheAcquirerAsSent frontend/e2e/login.e2e.ts"},
	{"payment-count choice off: fixed to 1回", "ws.TestOrderIsRefusedByField"},
	{"real-time monitoring off: no rows sent", "ws.TestMonitoringOffSendsNoRows"},
	{"return call off, join, bridge, blind", "call.TestTheCustomerIsBroughtBack e2e/pbx.TestTheCustomerIsBroughtBack flow/return-off-zero-pound"},
	{"security code off: not asked for", "flow/happy-no-security-code"},
	{"channels: calls in the IVR at one moment", "call.TestMoreCallsThanChannels e2e/pbx.TestTransferredAgainWhileRelayed"},
	{"card attempts 1 to 5", "flow/declined-one-attempt flow/declined-three-cards"},
	{"entry retries 1 to 5", "flow/retries-one flow/retries-used-up flow/retries-per-field"},
	{"a brand that is not accepted is refused before any request", "flow/number-brand-refused card.TestCheckCardNumber"},
	{"send window, handover wait, ringback as set", "call.TestTheWindowIsToldAtOnceAndEndsWhenItSays flow.TestSettingsFor"},
	{"a folder of WAV files overrides any prompt; check says what is missing or wrong", "prompt.TestLibrary prompt.TestLibraryTellsOfEveryWrongRecording cmd/tsunagid.TestCheckOfRecordings call.TestEveryGuidanceAndEveryRecording"},
	{"a second language, by merchant or order, complete", "call.TestLanguages prompt.TestCataloguesHaveTheSameSentences prompt.TestLevels prompt.TestSilenceAtTheEndsOfSentences prompt.TestNoGapInsideAnAmount prompt.TestNoGapWhereEnglishNumeralsMeet"},

	// product.md 4: what of the screen is the call's
	{"header: n counts down from 20", "frontend/src/lib/model/band.test.ts call.TestTheWindowIsToldAtOnceAndEndsWhenItSays"},
	{"the countdown is never off by more than a second, on hold too", "call.TestTheSendWindowStandsStillOnHold call.TestTheWindowIsToldAtOnceAndEndsWhenItSays frontend/src/lib/model/countdown.test.ts"},
	{"a paid transaction ID is refused at the field", "e2e.TestAnOrderIsPaidAndCannotBePaidAgain ws.TestCheckTellsWhatIsKnownOfTheOwnMerchantsOrders"},
	{"an ID that is a card number is refused", "ws.TestOrderIsRefusedByField"},
	{"F301: the call ends before the customer is there", "e2e.TestTheCallEndsBeforeTheCustomerIsThere e2e/pbx.TestHangUpAtEveryStage frontend/e2e/interrupted.e2e.ts"},
	{"F303: the order could not be handed to the call, and no F301 after it", "call.TestOneDialogForAnOrderThatComesTooLate ws.TestOrderWithoutAWindow frontend/e2e/interrupted.e2e.ts"},
	{"I402 and I405 before the telephone rings", "call.TestTheCustomerIsBroughtBack e2e/pbx.TestTheCustomerIsBroughtBack"},
	{"W406: the outcome is unknown; the order is locked", "flow/unknown e2e.TestAKilledServerSettlesWhatItHadAsked frontend/e2e/outcomes.e2e.ts"},
	{"a dialog comes after the picture that it is about", "call.TestThePictureComesBeforeItsDialog"},

	// product.md 5: the monitoring pane
	{"the rows of a payment, in order", "e2e.TestAnOrderIsPaidAndCannotBePaidAgain"},
	{"03.カード与信_NG with code and message", "e2e.TestARefusedCardAndAnotherOne"},
	{"03.カード与信_保留, and what it is settled as", "flow/unknown call.TestTheCustomerIsBroughtBack board.TestSettledResultReplacesTheOpenOne"},
	{"E1 and T2 of a return call", "e2e/pbx.TestTheCustomerIsBroughtBack"},
	{"the end rows", "flow/happy flow/declined flow/unknown"},
	{"転送に失敗しました。", "e2e/pbx.TestTheOperatorCannotBeHad e2e/pbx.TestABlindReturnThatFails flow/return-busy-ng"},
	{"a sequence number per call puts a late row in its place", "call.TestCallsOfOneOperatorOverlap frontend/src/lib/model/board.test.ts"},
	{"live: state, count of digits, retries, brand and last four once accepted", "flow.TestPicture call.TestAnOrderIsPaid"},
	{"入力をやり直す and 中断", "flow/asked-again flow/aborted-card-number flow/aborted-window ws.TestButtonsOnACall flow.TestCanMatchesStep"},

	// product.md 6: the call
	{"404, 480, 486, 503", "e2e.TestWhoseCallIsNotTaken call.TestTheServerIsFull call.TestDraining cmd/tsunagid.TestRefusalsInSIP e2e/pbx.TestRefusalsReachTheTelephone"},
	{"all channels in use: answered, told so, hung up", "flow/channels-full call.TestMoreCallsThanChannels e2e/pbx.TestTransferredAgainWhileRelayed"},
	{"send window: repeats its guidance, is told at once, closes after 20 s", "flow/window-guidance-repeats flow/window-expires call.TestTheWindowIsToldAtOnceAndEndsWhenItSays"},
	{"an order is bound once, and repeats until 1 for 30 s", "flow/handover-second-order flow/handover-waits-for-one flow/handover-expires ws.TestRepeatedKeyGetsTheFirstAnswer"},
	{"5 s of ringback, whatever the IVR sees of the transfer", "flow/ringback e2e/pbx.TestAttendedTransferByManager e2e/pbx.TestAttendedTransferByFeatureCode e2e/pbx.TestAttendedTransferByReferWithReplaces e2e/pbx.TestDirectMediaMovesFromTheOperatorToTheCustomer e2e/pbx.TestTransferCompletedDuringTheGreeting"},
	{"greeting: the merchant, the amount in words", "prompt.TestReading prompt.TestEnglishReading e2e.TestAnOrderIsPaidAndCannotBePaidAgain"},
	{"card number ended by # or its full length, Luhn and brand checked", "flow/ended-by-pound flow/full-length-then-pound flow/number-check-digit flow/number-too-long flow/number-too-short flow/number-brand-unknown"},
	{"expiry MMYY, not past; security code of 3, for AMEX 4", "flow/expiry-past flow/expiry-no-such-month flow/expiry-too-short flow/code-length flow/code-length-amex flow/happy-amex"},
	{"digits may be keyed during a prompt and ahead", "flow/barge-in flow/barge-in-error flow/early-card-number flow/early-half flow/early-pound flow/early-star flow/early-stray-key flow/early-wrong"},
	{"* starts the field again", "flow/star"},
	{"10 s to the first digit, 5 s between digits", "flow/first-digit-timeout flow/inter-digit-timeout flow/slow-caller"},
	{"each wrong entry says what was wrong", "call.TestWhatIsSaidAtTheCardNumber call.TestEveryGuidanceAndEveryRecording"},
	{"guide 4-10: telephones that swallow a key", "flow/feature-phone"},
	{"0 and # bring the customer back", "flow/return-asked-by-customer call.TestTheCustomerAsksForTheOperator e2e/pbx.TestTheThirdReturnIsRefused"},
	{"music until the acquirer answers", "flow/authorizing-music"},
	{"declined, mendable: another card under the same transaction ID", "flow/declined-other-card call.TestTheSecondCardIsPaidUnderTheSameTransaction e2e.TestARefusedCardAndAnotherOne"},
	{"every payment count reaches the acquirer", "call.TestTheOrderReachesTheAcquirerAsSent acquirer/veritrans4g.TestPaymentCounts"},
	{"joined by REFER with Replaces, relayed where the PBX refuses", "flow/return-join flow/return-join-refused e2e/pbx.TestTheCustomerIsBroughtBack"},
	{"busy, no answer, refused", "flow/return-busy flow/return-no-answer e2e/pbx.TestTheOperatorCannotBeHad"},
	{"once more, and a third return is refused", "flow/return-second flow/return-third flow/return-third-by-order call.TestTransferredAgainAfterAJoin e2e/pbx.TestTheThirdReturnIsRefused"},
	{"with bridging each return holds its channels", "call.TestTransferredAgainWhileRelayed e2e/pbx.TestTransferredAgainWhileRelayed"},
	{"calls by one operator may overlap", "call.TestCallsOfOneOperatorOverlap call.TestWhoIsNotAdmitted frontend/e2e/outcomes.e2e.ts"},

	// security.md
	{"T3: nothing is recorded, T1: no key is logged", "e2e.TestNoDigitOfACardIsEverWritten"},
	{"T4: no key of the customer reaches the operator's leg", "e2e/pbx.TestTheCustomerIsBroughtBack e2e/pbx.TestTransferredAgainWhileRelayed media.TestNoKeyOfTheCustomerReachesTheOperator call.TestTheKeysOfWhoIsTransferredAgain"},
	{"T8: one press is one digit", "dtmf.TestAPressToldTwoWaysIsOneKey media.TestAPressThatComesTwoWaysIsOneKey"},

	// bad input
	{"any key, hang-up, button, stop, at any moment", "flow.FuzzStep call.FuzzCall"},
	{"hang-up in every state", "e2e/pbx.TestHangUpAtEveryStage"},
	{"the operator's client gone", "e2e.TestThePaymentGoesOnWhenEverybodyHasGone ws.TestOrderOutlivesItsConnection"},
	{"the server stopped in every state", "e2e.TestTheServerIsStoppedInEveryState"},
	{"every state, event and outcome is written down", "flow.TestTable"},
}

func TestEverySentenceIsShown(t *testing.T) {
	for _, s := range sentences {
		if s.shown == "" {
			t.Errorf("nothing shows: %s", s.sentence)
		}
		for _, where := range strings.Fields(s.shown) {
			if !exists(t, where) {
				t.Errorf("%q is said to be shown by %s, which is not there", s.sentence, where)
			}
		}
	}
}

// exists finds a transcript, a file of the screens' tests or a Go test.
func exists(t *testing.T, where string) bool {
	t.Helper()
	if strings.HasPrefix(where, "frontend/") {
		_, err := os.Stat(filepath.Join("../..", where))
		return err == nil
	}
	if name, ok := strings.CutPrefix(where, "flow/"); ok {
		_, err := os.Stat(filepath.Join("../flow/testdata", name+".txt"))
		return err == nil
	}
	folder, test, _ := strings.Cut(where, ".")
	files, err := filepath.Glob(filepath.Join("..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(test) + `\(`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if declared.Match(text) {
			return true
		}
	}
	return false
}
