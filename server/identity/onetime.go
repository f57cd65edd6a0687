package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// RFC 6238 as every authenticator has it.
const (
	stepLength = 30 * time.Second
	drift      = 1 // steps that the two clocks may be apart (section 5.2)
)

const issuer = "Tsunagi"

var (
	errCodeRequired = &ivr.Error{Code: wire.CodeOneTimeCodeRequired, Message: message.OneTimeCodeRequired}
	errCodeWrong    = &ivr.Error{Code: wire.CodeOneTimeCodeWrong, Message: message.OneTimeCodeWrong}
)

// stepOf finds the time step that a code is of, later than the last accepted one: no
// code is good twice (security.md 8.4.2), nor one older than it.
func stepOf(secret, code string, now time.Time, last int64) (step int64, found bool) {
	present := now.Unix() / int64(stepLength/time.Second)
	for at := present - drift; at <= present+drift; at++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(max(at, 0)), hotp.ValidateOpts{
			Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err == nil && at > last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, found = at, true
		}
	}
	return step, found
}

// EnrolOneTimeCode makes a secret for the authenticator of a user who has none yet. It
// counts once ConfirmOneTimeCode has seen a code of it; asking again makes another.
func (i *Identity) EnrolOneTimeCode(_ context.Context, seat *Seat) (wire.OneTimeCodeSecret, error) {
	grant := seat.Grant()
	if !grant.OneTimeCodeMustEnrol {
		return wire.OneTimeCodeSecret{}, errNotAllowed
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: grant.User.Key.String()})
	if err != nil {
		return wire.OneTimeCodeSecret{}, fmt.Errorf("make a secret for %s: %w", grant.User.Key, err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	seat.secret = key.Secret()
	return wire.OneTimeCodeSecret{Secret: key.Secret(), URI: key.URL()}, nil
}

// ConfirmOneTimeCode takes the authenticator into use. The grant has changed when it
// returns nil.
func (i *Identity) ConfirmOneTimeCode(ctx context.Context, seat *Seat, confirm wire.ConfirmOneTimeCode) error {
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	i.mu.Lock()
	key, secret, must, over := seat.session.User, seat.secret, seat.grant.OneTimeCodeMustEnrol, seat.reason != nil
	i.mu.Unlock()
	switch {
	case over:
		return errSessionLost
	case !must || secret == "":
		return errNotAllowed
	}
	step, ok := stepOf(secret, confirm.Code, time.Now(), 0)
	if !ok {
		i.tell(ctx, seat.event(audit.CodeEnrolled, audit.Refused, "wrong code"))
		return errCodeWrong
	}
	credential, err := i.store.Credential(ctx, key)
	if err != nil {
		return err
	}
	if credential.OneTimeSecret, err = i.key.seal(key, secret); err != nil {
		return err
	}
	credential.OneTimeStep = step
	if err := i.store.PutCredential(ctx, key, credential); err != nil {
		return err
	}
	err = i.changeSession(ctx, seat, func(s *ivr.Session, g *Grant) { s.MustEnrol, g.OneTimeCodeMustEnrol = false, false })
	if err != nil {
		return err
	}
	i.mu.Lock()
	seat.secret = ""
	i.mu.Unlock()
	i.log.Info("authenticator enrolled", "user", key)
	i.tell(ctx, seat.event(audit.CodeEnrolled, audit.OK, ""))
	return nil
}

// checkCode is the second factor of a login. It is called with i.changing held;
// credential is as the store has it, and has the code's step when it returns nil.
func (i *Identity) checkCode(ctx context.Context, who account, credential *ivr.Credential, login wire.Login, from audit.Actor) error {
	if !policyOf(who.merchant).wantsCode(who.user.Role) || len(credential.OneTimeSecret) == 0 {
		return nil // who must have an authenticator and has none enrols before anything else
	}
	if login.OneTimeCode == "" {
		return errCodeRequired
	}
	secret, err := i.key.open(who.key, credential.OneTimeSecret)
	if err != nil {
		return fmt.Errorf("open the authenticator's secret of %s: %w", who.key, err)
	}
	step, ok := stepOf(secret, login.OneTimeCode, time.Now(), credential.OneTimeStep)
	if !ok {
		if err := i.failedLocked(ctx, who, from, "wrong one-time code"); !errors.Is(err, errAuthFailed) {
			return err
		}
		return errCodeWrong
	}
	credential.OneTimeStep = step
	return i.store.PutCredential(ctx, who.key, *credential)
}
