package identity

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/store"
	"tsunagi/shared/wire"
)

var (
	operator   = ivr.UserKey{Merchant: "shop", User: "op1"}
	second     = ivr.UserKey{Merchant: "shop", User: "op2"} // of addSecond
	supervisor = ivr.UserKey{Merchant: "shop", User: "boss"}
	office     = netip.MustParseAddr("192.0.2.7")
	byBoss     = audit.Actor{Who: supervisor, Source: "192.0.2.8"}
)

const password = "correct-horse1"

// house is an Identity over a real store with one operator and one supervisor,
// both with password as a password of their own.
type house struct {
	*Identity
	t     *testing.T
	store *store.Store
	path  string
	log   *bytes.Buffer
}

// inHouse runs a test on a clock that stands still unless the test sleeps.
func inHouse(t *testing.T, test func(*testing.T, *house)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tsunagi.db")
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, path: path, log: new(bytes.Buffer)}
		h.open()
		merchant := ivr.DefaultMerchant("shop", "つなぎ商店")
		if err := h.store.PutMerchant(t.Context(), merchant); err != nil {
			t.Fatal(err)
		}
		for key, role := range map[ivr.UserKey]ivr.Role{operator: ivr.RoleOperator, supervisor: ivr.RoleSupervisor} {
			if err := h.store.PutUser(t.Context(), ivr.User{Key: key, Role: role}); err != nil {
				t.Fatal(err)
			}
			h.setPassword(key, password)
		}
		test(t, h)
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// open opens the store and starts an Identity over it, as the server does.
func (h *house) open() {
	h.t.Helper()
	var err error
	if h.store, err = store.Open(h.t.Context(), h.path); err != nil {
		h.t.Fatal(err)
	}
	h.Identity, err = New(Options{
		Store: h.store,
		Log:   slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Cost:  Cost{MemoryKiB: 8, Passes: 1, Lanes: 1},
		Audit: audit.New(h.store, nil),
		Key:   Key{1, 2, 3},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// restart stops the server and starts it again after a while.
func (h *house) restart(after time.Duration) {
	h.t.Helper()
	if err := h.store.Close(); err != nil {
		h.t.Fatal(err)
	}
	time.Sleep(after)
	h.open()
}

// told lists the audit log, oldest first: kind, result, object and detail, a line each.
func (h *house) told() string {
	h.t.Helper()
	lines, err := h.store.AuditLines(h.t.Context(), ivr.AuditQuery{Limit: 1000})
	if err != nil {
		h.t.Fatal(err)
	}
	var text strings.Builder
	for _, line := range slices.Backward(lines) {
		who := line.Who.String()
		if line.Who == (ivr.UserKey{}) {
			who = "-"
		}
		fmt.Fprintf(&text, "%s %s %s by %s from %s: %s\n", line.Kind, line.Result, cmp.Or(line.Object, "-"), who,
			cmp.Or(line.Source, "-"), line.Detail)
	}
	return text.String()
}

// addSecond adds one more operator, with password.
func (h *house) addSecond() {
	h.t.Helper()
	h.must(h.store.PutUser(h.t.Context(), ivr.User{Key: second, Role: ivr.RoleOperator}))
	h.setPassword(second, password)
}

func (h *house) setPassword(key ivr.UserKey, password string) {
	h.t.Helper()
	credential, err := h.Credential(h.t.Context(), password, false)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.store.PutCredential(h.t.Context(), key, credential); err != nil {
		h.t.Fatal(err)
	}
}

func loginOf(key ivr.UserKey, password, workstation string) wire.Login {
	return wire.Login{
		MerchantID: string(key.Merchant), UserID: string(key.User), Password: password,
		Entrance: wire.EntranceOperator, Workstation: workstation,
	}
}

func (h *house) login(password, workstation string) (*Seat, error) {
	return h.Login(h.t.Context(), loginOf(operator, password, workstation), office)
}

func (h *house) mustLogin(workstation string) *Seat {
	h.t.Helper()
	seat, err := h.login(password, workstation)
	if err != nil {
		h.t.Fatalf("login: %v", err)
	}
	return seat
}

func (h *house) resume(token, workstation string) (*Seat, error) {
	return h.Resume(h.t.Context(), wire.Resume{Token: token, Workstation: workstation}, office)
}

func (h *house) mustResume(token, workstation string) *Seat {
	h.t.Helper()
	seat, err := h.resume(token, workstation)
	if err != nil {
		h.t.Fatalf("resume: %v", err)
	}
	return seat
}

// must fails the test on an error of something that is not what is tested.
func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refusedWith checks that err is for a person, with the code and the words.
func refusedWith(t *testing.T, err error, code wire.Code, words string) {
	t.Helper()
	if problem := otherThan(err, code, words); problem != "" {
		t.Error(problem)
	}
}

func otherThan(err error, code wire.Code, words string) string {
	var e *ivr.Error
	switch {
	case !errors.As(err, &e):
		return fmt.Sprintf("got error %v, want %s %q", err, code, words)
	case e.Code != code || e.Message != words:
		return fmt.Sprintf("got %s %q, want %s %q", e.Code, e.Message, code, words)
	}
	return ""
}
