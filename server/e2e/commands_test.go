package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// An administrator's deeds with payments, on the running server, through the real
// adapter: cancel with a reason, compare a day, put an old backup back.
func TestAnAdministratorAndThePayments(t *testing.T) {
	t.Parallel()
	s := site.Prepare(t, "127.0.0.1:0", nil)
	voice := s.BeQuick()
	gateway := s.UseGateway(t, gatewaysim.Config{})
	s.Start()
	o := site.FirstLogin(t, s)
	var known []string // calls that have been
	pay := func(transaction string) {
		t.Helper()
		c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}, Voice: voice})
		window := o.Call(wire.StateSendWindow, known...)
		known = append(known, window.ID)
		o.Send(window, form(transaction))
		o.RowOf(window.ID, string(message.EndedOK))
		c.end()
	}
	command := func(args ...string) string {
		t.Helper()
		return s.Command(append(args, "--config", s.Config())...)
	}
	wants := func(out string, words ...string) {
		t.Helper()
		for _, word := range words {
			if !strings.Contains(out, word) {
				t.Errorf("no %q in\n%s", word, out)
			}
		}
	}
	backup := filepath.Join(s.Dir, "backup.db")
	command("backup", backup)
	pay("T-1")
	pay("T-2")
	wants(command("payment", "list"), "shop/T-1", "shop/T-2", "VISA 1111", "APPROVED")
	wants(command("payment", "cancel", "shop/T-1", "--reason", "お客様の希望"), "VOIDED")
	wants(command("payment", "show", "shop/T-1"), "VOIDING", "お客様の希望", "VOIDED")
	wants(command("payment", "capture", "shop/T-2"), "CAPTURED")
	wants(command("payment", "inquire", "shop/T-2"), "CAPTURED")
	if n := gateway.Successes("T-1"); n != 0 {
		t.Errorf("T-1 is charged %d times after its cancel", n)
	}
	for _, wrong := range [][]string{
		{"payment", "cancel", "shop/T-1", "--reason", "twice"},
		{"payment", "cancel", "shop/T-2", "--reason", "card 4111111111111111"},
		{"payment", "resolve", "shop/T-2", "--as", "paid", "--reason", "it is"},
	} {
		if out, err := s.Try(append(wrong, "--config", s.Config())...); err == nil {
			t.Errorf("%v was done:\n%s", wrong, out)
		}
	}
	japan := time.FixedZone("JST", 9*60*60)
	today := time.Now().In(japan).Format(time.DateOnly)
	wants(command("payment", "reconcile", "shop", "--day", today), "0 differences")
	report := filepath.Join(s.Dir, "data", "reports", strings.ReplaceAll(today, "-", "")+"-shop.txt")
	if info, err := os.Stat(report); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the report: %v", err)
	}

	// The journal of the backup knows neither payment.
	s.Stop()
	wants(command("restore", backup), "Kept as")
	s.Start()
	s.Log.Wait(t, "the database was restored")
	s.Log.Wait(t, "the restored journal is reconciled")
	site.Patiently(t, "the lost payment is in the journal again", func() bool {
		return strings.Contains(command("payment", "list"), "shop/T-2") && strings.Contains(command("payment", "show", "shop/T-2"), "APPROVED")
	})
	wants(s.Command("restore", "--help"), "backup")
}
