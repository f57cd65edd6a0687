package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

const passwordsKept = 4 // none of the last 4 may come again (product.md section 3)

// The refusals of a new password, to the letter.
var (
	errMismatch = passwordRefused(message.PasswordMismatch)
	errRule     = passwordRefused(message.PasswordRule)
	errReused   = passwordRefused(message.PasswordReused)
	errWrong    = passwordRefused(message.PasswordWrong)
)

func passwordRefused(message string) *ivr.Error {
	return &ivr.Error{Code: wire.CodePasswordRefused, Message: message}
}

// obeysRule tells whether a password is shortest to 30 half-width characters of ASCII
// without the space, with at least one letter and one digit.
func obeysRule(password string, shortest int) bool {
	letter, digit := false, false
	for _, c := range []byte(password) {
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			letter = true
		case c >= '0' && c <= '9':
			digit = true
		case c <= ' ' || c > '~':
			return false
		}
	}
	return letter && digit && len(password) >= shortest && len(password) <= longestPassword
}

// SetPassword replaces the password of the user at a seat. A wrong present
// password counts as a failed login. The grant has changed when it returns nil.
func (i *Identity) SetPassword(ctx context.Context, seat *Seat, set wire.SetPassword) error {
	err := i.setPassword(ctx, seat, set)
	if person := (*ivr.Error)(nil); errors.As(err, &person) {
		i.tell(ctx, seat.event(audit.PasswordSet, audit.Refused, reasons[person]))
	}
	return err
}

// reasons are the words of the audit log for a password that was refused.
var reasons = map[*ivr.Error]string{
	errMismatch: "repeated otherwise", errRule: "against the rule", errRulePCI: "against the rule",
	errReused: "used before", errWrong: "wrong present password", errLocked: "account locked",
	errSessionLost: "session over",
}

func (i *Identity) setPassword(ctx context.Context, seat *Seat, set wire.SetPassword) error {
	grant := seat.Grant()
	key := grant.User.Key
	if set.New != set.Repeat {
		return errMismatch
	}
	if err := policyOf(grant.Merchant).check(set.New); err != nil {
		return err
	}
	if len(set.Current) > longestName {
		return errWrong
	}
	credential, err := i.store.Credential(ctx, key)
	if err != nil {
		return err
	}
	if !grant.PasswordMustChange { // else it was given at the login of this session
		if err := i.checkCurrent(ctx, seat, credential, set.Current); err != nil {
			return err
		}
	}
	if err := i.checkReuse(ctx, credential, set.New); err != nil {
		return err
	}
	hash, err := i.hasher.hash(ctx, set.New)
	if err != nil {
		return err
	}
	return i.replacePassword(ctx, seat, credential, hash)
}

// checkCurrent is errWrong where the present password is not the one given.
func (i *Identity) checkCurrent(ctx context.Context, seat *Seat, credential ivr.Credential, current string) error {
	key := seat.Grant().User.Key
	if !credential.LockedAt.IsZero() {
		return errLocked
	}
	right, err := i.hasher.matches(ctx, credential.Hash, current)
	if err != nil || right {
		return err
	}
	i.log.Warn("password change refused", "user", key, "why", "wrong present password")
	i.changing.Lock()
	defer i.changing.Unlock()
	if err := i.countFailure(ctx, key, seat.actor()); err != nil {
		return err
	}
	return errWrong
}

// checkReuse is errReused where the password is one of the last that the user had.
// One that someone else set is not among them, but may not stay either.
func (i *Identity) checkReuse(ctx context.Context, credential ivr.Credential, password string) error {
	had := usersOwn(credential)
	if credential.Initial {
		had = append(had, credential.Hash)
	}
	for _, hash := range had {
		same, err := i.hasher.matches(ctx, hash, password)
		if err != nil {
			return err
		}
		if same {
			return errReused
		}
	}
	return nil
}

// usersOwn lists the hashes of the last passwords that the user chose, the newest
// first.
func usersOwn(credential ivr.Credential) []string {
	own := slices.Clone(credential.History)
	if !credential.Initial && credential.Hash != "" {
		own = slices.Insert(own, 0, credential.Hash)
	}
	return own[:min(len(own), passwordsKept)]
}

func (i *Identity) replacePassword(ctx context.Context, seat *Seat, checked ivr.Credential, hash string) error {
	i.changing.Lock()
	defer i.changing.Unlock()
	key := seat.Grant().User.Key
	credential, err := i.store.Credential(ctx, key)
	switch {
	case err != nil:
		return err
	case seat.Err() != nil:
		return errSessionLost
	case credential.Hash != checked.Hash:
		return errWrong // it was changed or initialized while this change was checked
	}
	credential.History = usersOwn(credential)
	credential.Hash, credential.Initial, credential.SetAt = hash, false, time.Now()
	credential.Failures, credential.UsedAt = 0, time.Time{}
	if err := i.store.PutCredential(ctx, key, credential); err != nil {
		return err
	}
	err = i.changeSession(ctx, seat, func(s *ivr.Session, g *Grant) {
		s.MustChange, g.PasswordMustChange, g.PasswordIsOld = false, false, false
	})
	if err != nil {
		return err
	}
	i.log.Info("password changed", "user", key)
	i.tell(ctx, seat.event(audit.PasswordSet, audit.OK, ""))
	return nil
}

// Credential is that of a new password, which must obey the rule. With initial,
// the user must replace it at the first login.
func (i *Identity) Credential(ctx context.Context, password string, initial bool) (ivr.Credential, error) {
	if !obeysRule(password, shortestSeed) {
		return ivr.Credential{}, errRule
	}
	hash, err := i.hasher.hash(ctx, password)
	if err != nil {
		return ivr.Credential{}, err
	}
	return ivr.Credential{Hash: hash, SetAt: time.Now(), Initial: initial}, nil
}

// Letters and digits of first passwords: none that is read as another, since they
// are handed over on paper.
const (
	clearLetters = "abcdefghijkmnpqrstuvwxyz"
	clearDigits  = "23456789"
)

// FirstPassword makes a password to hand over: three groups such as
// "kzme-4827-qtwr", 48 bits.
func FirstPassword() string {
	return group(clearLetters) + "-" + group(clearDigits) + "-" + group(clearLetters)
}

// group is four random characters, each as likely as the others.
func group(from string) string {
	fair := 256 / len(from) * len(from)
	s := make([]byte, 0, 4)
	for len(s) < cap(s) {
		var random [1]byte
		rand.Read(random[:]) //nolint:errcheck // never fails: crypto/rand ends the program instead
		if n := int(random[0]); n < fair {
			s = append(s, from[n%len(from)])
		}
	}
	return string(s)
}
