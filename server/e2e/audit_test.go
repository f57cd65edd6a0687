package e2e

import (
	"path/filepath"
	"regexp"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// writtenDown checks that the audit log has what the operator did and the call passed
// (security.md L1), and that a forced logout from the command line reaches the desktop.
func writtenDown(t *testing.T, s *site.Server, o *site.Operator, call string) {
	t.Helper()
	config := filepath.Join(s.Dir, "tsunagid.toml")
	s.Command("user", "logout", "shop/sato", "-c", config)
	<-o.Conn.Done()
	frames := o.Frames()
	if last := frames[len(frames)-1]; last.Kind != wire.KindLoggedOut ||
		site.Decode[wire.LoggedOut](t, last, wire.KindLoggedOut).Message != message.ForcedLogout {
		t.Errorf("the last frame is %s %s, want the forced logout", last.Kind, last.Body)
	}
	s.Stop() // what the calls did is on disk a moment later: at the latest now
	list := s.Command("audit", "list", "--limit", "1000", "-c", config)
	for _, want := range []string{
		`server_started +ok`,
		`login +ok +shop/sato +127\.0\.0\.1 +shop/sato +workstation`,
		`password_set +ok +shop/sato +127\.0\.0\.1`,
		`call_accepted +ok +- +127\.0\.0\.1 +` + call + ` +to ` + site.Number,
		`order_sent +ok +shop/sato +- +` + call + ` +transaction T-1, 4980 yen, 1`,
		`call_step +ok +shop/sato +- +` + call + ` +02\.カード番号取得`,
		`authorized +ok +shop/sato +- +` + call + ` +transaction T-1: A001`,
		`call_ended +ok +shop/sato +- +` + call + ` +completed, payment ok`,
		`call_asked +ok +shop/sato +- +\S+ +abort`,
		`forced_logout +ok +- +console \S+( \(\S+\))? +shop/sato`,
		`server_stopped +ok`,
	} {
		if !regexp.MustCompile(want).MatchString(list) {
			t.Errorf("the audit log has no line like %q:\n%s", want, list)
		}
	}
	s.Command("audit", "verify", "-c", config)
}
