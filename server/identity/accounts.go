package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"tsunagi/server"
	"tsunagi/server/audit"
)

// What a supervisor or an administrator does to accounts. by is who does it; every deed
// is written down. The errors are for who administers, in English.

// ErrExists says that a user of that name is there already.
var ErrExists = errors.New("the user exists already")

// ErrNotLocked says that there is nothing to unlock.
var ErrNotLocked = errors.New("the account is not locked")

const longestComment = 100 // characters

// AddUser adds a user and returns the first password, which is not kept and
// cannot be shown again. A user that is there is ErrExists.
func (i *Identity) AddUser(ctx context.Context, by audit.Actor, user ivr.User) (password string, err error) {
	if err := CheckUser(user); err != nil {
		return "", err
	}
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	if _, err := i.store.Merchant(ctx, user.Key.Merchant); err != nil {
		return "", fmt.Errorf("add user %s: there is no merchant %s: add it first: %w", user.Key, user.Key.Merchant, err)
	}
	switch _, err := i.store.User(ctx, user.Key); {
	case err == nil:
		return "", fmt.Errorf("add user %s: %w", user.Key, ErrExists)
	case !errors.Is(err, ivr.ErrNotFound):
		return "", err
	}
	if err := i.store.PutUser(ctx, user); err != nil {
		return "", err
	}
	if password, err = i.initialize(ctx, user.Key); err != nil {
		return "", err
	}
	i.tell(ctx, to(user.Key, by, audit.UserAdded, audit.OK, describe(user)))
	return password, nil
}

// EditUser replaces what is known of a user but the password, also in a session of theirs.
// Who is disabled, or has another role from now on, is logged out.
func (i *Identity) EditUser(ctx context.Context, by audit.Actor, user ivr.User) error {
	if err := CheckUser(user); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	old, err := i.store.User(ctx, user.Key)
	if err != nil {
		return fmt.Errorf("edit user %s: %w", user.Key, err)
	}
	difference := differenceOf(old, user)
	if difference == "" {
		return nil
	}
	if err := i.store.PutUser(ctx, user); err != nil {
		return err
	}
	if old.Disabled && !user.Disabled {
		// The 90 days after which an unused account is disabled begin anew.
		if err := i.store.UserActive(ctx, user.Key, time.Now()); err != nil {
			return err
		}
	}
	i.log.Info("user changed", "user", user.Key, "by", by.Source)
	i.tell(ctx, to(user.Key, by, audit.UserChanged, audit.OK, difference))
	if old.Role != user.Role {
		i.tell(ctx, to(user.Key, by, audit.RoleChanged, audit.OK, fmt.Sprintf("%s to %s", old.Role, user.Role)))
	}
	if old.Role != user.Role || user.Disabled {
		if err := i.forceLogout(ctx, by, user.Key, byHand); err != nil && !errors.Is(err, ivr.ErrNotFound) {
			return err
		}
	}
	return i.refresh(ctx, user.Key.Merchant, user)
}

// disableDormant disables an account that nobody has used for 90 days. It is called with
// i.changing held.
func (i *Identity) disableDormant(ctx context.Context, user ivr.User) error {
	user.Disabled = true
	if err := i.store.PutUser(ctx, user); err != nil {
		return err
	}
	i.log.Warn("account disabled", "user", user.Key, "why", "unused for 90 days")
	i.tell(ctx, to(user.Key, audit.Actor{}, audit.UserChanged, audit.OK, "disabled: unused for 90 days"))
	return nil
}

// DisableDormant disables every account of the merchants that nobody has used for 90
// days, where the policy asks for it. It is to be called once a day.
func (i *Identity) DisableDormant(ctx context.Context, merchants []ivr.Merchant) error {
	for _, merchant := range merchants {
		if err := i.disableDormantOf(ctx, merchant); err != nil {
			return fmt.Errorf("disable unused accounts of %s: %w", merchant.ID, err)
		}
	}
	return nil
}

func (i *Identity) disableDormantOf(ctx context.Context, merchant ivr.Merchant) error {
	i.changing.Lock()
	defer i.changing.Unlock()
	users, err := i.store.Users(ctx, merchant.ID)
	if err != nil {
		return err
	}
	for _, user := range users {
		credential, err := i.store.Credential(ctx, user.Key)
		if err != nil {
			return err
		}
		// A session lasts until logout: who is there uses the account.
		_, err = i.store.SessionOf(ctx, user.Key)
		there := err == nil
		if user.Disabled || there || !policyOf(merchant).dormant(credential, time.Now()) {
			continue
		}
		if err := i.disableDormant(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

// Initialize gives a user a new temporary password, which is not kept and cannot be
// shown again, and unlocks the account. A session goes on. With newAuthenticator, one
// for one-time codes is to be enrolled anew.
func (i *Identity) Initialize(
	ctx context.Context, by audit.Actor, user ivr.UserKey, newAuthenticator bool,
) (password string, err error) {
	ctx = context.WithoutCancel(ctx)
	i.changing.Lock()
	defer i.changing.Unlock()
	old, err := i.store.Credential(ctx, user)
	if err != nil {
		return "", err
	}
	if newAuthenticator && len(old.OneTimeSecret) > 0 {
		old.OneTimeSecret = nil
		if err := i.store.PutCredential(ctx, user, old); err != nil {
			return "", err
		}
		i.tell(ctx, to(user, by, audit.CodeReset, audit.OK, ""))
	}
	if password, err = i.initialize(ctx, user); err != nil {
		return "", err
	}
	i.tell(ctx, to(user, by, audit.PasswordReset, audit.OK, ""))
	if !old.LockedAt.IsZero() {
		i.tell(ctx, to(user, by, audit.Unlocked, audit.OK, ""))
	}
	return password, nil
}

// Unlock is Initialize of an account that is locked: nothing else unlocks one. Another
// is ErrNotLocked.
func (i *Identity) UnlockAccount(ctx context.Context, by audit.Actor, user ivr.UserKey) (password string, err error) {
	credential, err := i.store.Credential(ctx, user)
	if err != nil {
		return "", err
	}
	if credential.LockedAt.IsZero() {
		return "", fmt.Errorf("unlock %s: %w", user, ErrNotLocked)
	}
	return i.Initialize(ctx, by, user, false)
}

func (i *Identity) initialize(ctx context.Context, user ivr.UserKey) (string, error) {
	old, err := i.store.Credential(ctx, user)
	if err != nil {
		return "", err
	}
	password := FirstPassword()
	credential, err := i.Credential(ctx, password, true)
	if err != nil {
		return "", err
	}
	credential.History, credential.LastLoginAt = usersOwn(old), old.LastLoginAt
	credential.ActiveAt, credential.OneTimeSecret, credential.OneTimeStep = old.ActiveAt, old.OneTimeSecret, old.OneTimeStep
	if err := i.store.PutCredential(ctx, user, credential); err != nil {
		return "", err
	}
	i.log.Info("password initialized", "user", user)
	return password, nil
}

// CheckUser says everything that is wrong with a user's settings.
func CheckUser(user ivr.User) error {
	var wrong []error
	if err := CheckID("user ID", string(user.Key.User)); err != nil {
		wrong = append(wrong, err)
	}
	switch user.Role {
	case ivr.RoleOperator:
		if user.IVRNumber == "" {
			wrong = append(wrong, errors.New("an operator needs an IVR number: it tells whose a call is"))
		}
	case ivr.RoleSupervisor, ivr.RoleAuditor:
		if user.IVRNumber != "" {
			wrong = append(wrong, fmt.Errorf("only an operator has an IVR number, not a %s", user.Role))
		}
	default:
		wrong = append(wrong, fmt.Errorf("the role is operator, supervisor or auditor, not %q", user.Role))
	}
	if user.IVRNumber != ivr.DialledNumber(user.IVRNumber) {
		wrong = append(wrong, fmt.Errorf("%q is no telephone number", user.IVRNumber))
	}
	if len([]rune(user.Comment)) > longestComment || strings.ContainsFunc(user.Comment, unicode.IsControl) {
		wrong = append(wrong, fmt.Errorf("the comment wants one line of at most %d characters", longestComment))
	}
	if len(user.Extension) > 64 || strings.ContainsFunc(user.Extension, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || strings.ContainsRune("+*#-_.", r))
	}) {
		wrong = append(wrong, fmt.Errorf("the extension may have digits, letters and + * # - _ . only"))
	}
	return errors.Join(wrong...)
}

// CheckID refuses the ID of a merchant or a user that could not be typed or spelled in a
// log. what is which.
func CheckID(what, id string) error {
	if id == "" || len(id) > 30 {
		return fmt.Errorf("the %s wants 1 to 30 characters", what)
	}
	for _, r := range id {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-') {
			return fmt.Errorf("the %s may have letters, digits, _ and - only", what)
		}
	}
	return nil
}

func describe(user ivr.User) string {
	return fmt.Sprintf("role %s, IVR number %q, extension %q, comment %q, disabled %v",
		user.Role, user.IVRNumber, user.Extension, user.Comment, user.Disabled)
}

// differenceOf names what is changed, with both values; empty where nothing is.
func differenceOf(old, user ivr.User) string {
	var changes []string
	note := func(what string, from, to any) {
		if from != to {
			changes = append(changes, fmt.Sprintf("%s %q to %q", what, fmt.Sprint(from), fmt.Sprint(to)))
		}
	}
	note("role", old.Role, user.Role)
	note("comment", old.Comment, user.Comment)
	note("IVR number", old.IVRNumber, user.IVRNumber)
	note("extension", old.Extension, user.Extension)
	note("disabled", old.Disabled, user.Disabled)
	return strings.Join(changes, "; ")
}
