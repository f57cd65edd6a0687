package bench

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"tsunagi/server"
	"tsunagi/server/store"
)

// tsunagid is our server: the real program, in a folder of its own.
type tsunagid struct {
	p         *process
	t         Target
	operators *Operators
}

func (d *tsunagid) name() string      { return "tsunagid" }
func (d *tsunagid) target() Target    { return d.t }
func (d *tsunagid) process() *process { return d.p }

func (d *tsunagid) stop() {
	if d.operators != nil {
		d.operators.Close()
	}
	d.p.stop()
}

const merchant = "bench"

// unlimited is more calls than one processor can serve.
const unlimited = 9000

// startTsunagid makes a site with operators, starts it, and connects everybody.
func startTsunagid(r *Run, s setting) (server, error) {
	dir, err := os.MkdirTemp(r.Dir, "tsunagid-")
	if err != nil {
		return nil, err
	}
	out, err := exec.Command(r.Program, "init", dir, "--desktop", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--plain-same-segment").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("tsunagid init: %w\n%s", err, out)
	}
	pin := regexp.MustCompile(`Fingerprint +(.*)`).FindSubmatch(out)
	if pin == nil {
		return nil, fmt.Errorf("tsunagid init told no fingerprint:\n%s", out)
	}
	if s.capacity == 0 {
		s.capacity = unlimited
	}
	if err := configureTsunagid(dir, s); err != nil {
		return nil, err
	}
	tokens, err := populate(filepath.Join(dir, "data", "tsunagi.db"), s.operators)
	if err != nil {
		return nil, fmt.Errorf("make the operators: %w", err)
	}
	d := new(tsunagid)
	log := filepath.Join(dir, "server.log")
	if d.p, err = startPinned(r.ServerCore, log, r.ServerEnv, r.Program, "serve", "--config", filepath.Join(dir, "tsunagid.toml")); err != nil {
		return nil, err
	}
	ready, err := d.p.says(log, "msg=ready", startWait)
	if err == nil {
		err = d.connect(ready, string(pin[1]), tokens, s.seats)
	}
	if err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// connect finds the server's ports in its log and logs the operators in.
func (d *tsunagid) connect(ready, pin string, tokens []string, seats int) error {
	value := func(key string) string {
		found := regexp.MustCompile(key + `=(\S+)`).FindStringSubmatch(ready)
		if found == nil {
			return ""
		}
		return found[1]
	}
	sip, err := netip.ParseAddrPort(value("sip"))
	if err != nil {
		return fmt.Errorf("the address of the SIP port in %q: %w", ready, err)
	}
	config := &tls.Config{InsecureSkipVerify: true, VerifyConnection: pinned(pin)} // as a desktop: the pin takes the place of a chain
	d.operators = &Operators{
		address: value("desktop"), config: config, tokens: tokens,
		all: make([]*operator, len(tokens)), paid: make([]atomic.Int64, seats),
	}
	d.t = Target{
		SIP: sip, Operators: d.operators, NeverSilent: true,
		number:    func(operator int, _ mode) string { return numberOf(operator) },
		succeeded: func(s *seat) bool { return d.operators.Paid(s.index, s.calls) },
	}
	return nil
}

// pinned checks the server's certificate by its fingerprint.
func pinned(pin string) func(tls.ConnectionState) error {
	want := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(pin), " ", ""))
	return func(state tls.ConnectionState) error {
		if got := fmt.Sprintf("%x", sha256.Sum256(state.PeerCertificates[0].Raw)); got != want {
			return errors.New("another certificate than init announced")
		}
		return nil
	}
}

// configureTsunagid changes what differs from the defaults.
func configureTsunagid(dir string, s setting) error {
	path := filepath.Join(dir, "tsunagid.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	cards := filepath.Join(dir, "cards")
	if err := os.WriteFile(cards, fmt.Appendf(nil, "%s %s %s\n", cardNumber, cardExpiry, cardCode), 0o600); err != nil {
		return err
	}
	for key, value := range map[string]string{
		"max_calls": fmt.Sprint(s.capacity), "port_min": "20000", "port_max": "40000",
		"sim_delay": fmt.Sprintf("'%s'", simDelay), "sim_cards": "'cards'",
	} {
		line := regexp.MustCompile(`(?m)^` + key + ` = .*$`)
		if !line.Match(text) {
			return fmt.Errorf("the configuration has no key %q", key)
		}
		text = line.ReplaceAll(text, []byte(key+" = "+value))
	}
	return os.WriteFile(path, text, 0o600)
}

// populate adds a merchant with its operators, each logged in at a workstation of its
// own. Their passwords are never asked for, so that a thousand logins do not take the
// minutes that a thousand slow hashes take.
func populate(database string, operators int) (tokens []string, err error) {
	ctx := context.Background()
	db, err := store.Open(ctx, database)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	m := ivr.DefaultMerchant(merchant, "Bench")
	m.Channels, m.PaymentCountChoice, m.Ringback = unlimited, false, ringback
	if err := db.PutMerchant(ctx, m); err != nil {
		return nil, err
	}
	at := time.Now()
	lost := at.Add(time.Hour) // the server forgets a session some minutes later, and more operators come all the time
	for i := range operators {
		key := ivr.UserKey{Merchant: merchant, User: ivr.UserID(fmt.Sprintf("operator%d", i))}
		user := ivr.User{Key: key, Role: ivr.RoleOperator, IVRNumber: numberOf(i)}
		token := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d-%s", i, rand.Text()))
		session := ivr.Session{
			Token: sha256.Sum256([]byte(token)), User: key, Workstation: workstation(i),
			Source: "127.0.0.1", CreatedAt: at, SeenAt: at, LostAt: lost,
		}
		if err := errors.Join(db.PutUser(ctx, user),
			db.PutCredential(ctx, key, ivr.Credential{Hash: "none", SetAt: at}),
			db.PutSession(ctx, session)); err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

func numberOf(operator int) string { return fmt.Sprintf("050%08d", 10000000+operator) }
