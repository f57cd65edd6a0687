package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/control"
	"tsunagi/server/identity"
)

// What commands ask about users. A first password is in an answer and nowhere else.
const (
	opUserList   control.Operation[listOf, []identity.Entry]  = "user.list"
	opUserExport control.Operation[listOf, []ivr.User]        = "user.export"
	opUserImport control.Operation[importUsers, []importedAs] = "user.import"
	opUserAdd    control.Operation[ivr.User, string]          = "user.add"
	opUserEdit   control.Operation[editUser, ivr.User]        = "user.edit"
	opUserInit   control.Operation[initUser, string]          = "user.init-password"
	opUserUnlock control.Operation[ivr.UserKey, string]       = "user.unlock"
	opUserLogout control.Operation[ivr.UserKey, control.None] = "user.logout"
)

// editUser changes what is not nil.
type editUser struct {
	Key       ivr.UserKey `json:"key"`
	Role      *ivr.Role   `json:"role,omitempty"`
	Comment   *string     `json:"comment,omitempty"`
	IVRNumber *string     `json:"ivrNumber,omitempty"`
	Extension *string     `json:"extension,omitempty"`
	Disabled  *bool       `json:"disabled,omitempty"`
}

type initUser struct {
	Key              ivr.UserKey `json:"key"`
	NewAuthenticator bool        `json:"newAuthenticator"`
}

// importUsers adds who is new and edits who is not; nobody is removed.
type importUsers struct {
	Merchant ivr.MerchantID `json:"merchant"`
	Users    []ivr.User     `json:"users"`
	Check    bool           `json:"check"` // change nothing
}

// importedAs is what became of a user of an import.
type importedAs struct {
	User     ivr.UserID `json:"user"`
	What     string     `json:"what"`     // added, changed or unchanged
	Password string     `json:"password"` // first one of who was added
}

func administerUsers(table *control.Table, users *identity.Identity, book *audit.Log) {
	control.Register(table, opUserList, func(ctx context.Context, q listOf) ([]identity.Entry, error) {
		return users.Roster(ctx, q.Merchant)
	})
	control.Register(table, opUserExport, func(ctx context.Context, q listOf) ([]ivr.User, error) {
		list, err := usersOf(ctx, users, q.Merchant)
		if err != nil {
			return nil, err
		}
		return list, written(ctx, book, audit.Exported, string(q.Merchant), fmt.Sprintf("%d users", len(list)))
	})
	control.Register(table, opUserAdd, func(ctx context.Context, user ivr.User) (string, error) {
		return users.AddUser(ctx, actorOf(ctx), user)
	})
	control.Register(table, opUserEdit, func(ctx context.Context, q editUser) (ivr.User, error) {
		user, err := q.applied(ctx, users)
		if err != nil {
			return ivr.User{}, err
		}
		return user, users.EditUser(ctx, actorOf(ctx), user)
	})
	control.Register(table, opUserInit, func(ctx context.Context, q initUser) (string, error) {
		return users.Initialize(ctx, actorOf(ctx), q.Key, q.NewAuthenticator)
	})
	control.Register(table, opUserUnlock, func(ctx context.Context, key ivr.UserKey) (string, error) {
		return users.UnlockAccount(ctx, actorOf(ctx), key)
	})
	control.Register(table, opUserLogout, func(ctx context.Context, key ivr.UserKey) (control.None, error) {
		return control.None{}, users.ForceLogout(ctx, actorOf(ctx), key)
	})
	control.Register(table, opUserImport, func(ctx context.Context, q importUsers) ([]importedAs, error) {
		return q.carriedOut(ctx, users)
	})
}

func usersOf(ctx context.Context, users *identity.Identity, merchant ivr.MerchantID) ([]ivr.User, error) {
	roster, err := users.Roster(ctx, merchant)
	list := make([]ivr.User, 0, len(roster))
	for _, entry := range roster {
		list = append(list, entry.User)
	}
	return list, err
}

func (q editUser) applied(ctx context.Context, users *identity.Identity) (ivr.User, error) {
	list, err := usersOf(ctx, users, q.Key.Merchant)
	if err != nil {
		return ivr.User{}, err
	}
	for _, user := range list {
		if user.Key != q.Key {
			continue
		}
		set(&user.Role, q.Role)
		set(&user.Comment, q.Comment)
		set(&user.IVRNumber, q.IVRNumber)
		set(&user.Extension, q.Extension)
		set(&user.Disabled, q.Disabled)
		return user, nil
	}
	return ivr.User{}, fmt.Errorf("edit user %s: %w", q.Key, ivr.ErrNotFound)
}

// set replaces a value where there is another.
func set[T any](value *T, by *T) {
	if by != nil {
		*value = *by
	}
}

// carriedOut checks the whole list before it changes the first user.
func (q importUsers) carriedOut(ctx context.Context, users *identity.Identity) ([]importedAs, error) {
	present, err := usersOf(ctx, users, q.Merchant)
	if err != nil {
		return nil, err
	}
	if err := q.check(present); err != nil {
		return nil, err
	}
	list := make([]importedAs, 0, len(q.Users))
	for _, user := range q.Users {
		done := importedAs{User: user.Key.User, What: whatBecomes(user, present)}
		if !q.Check {
			switch done.What {
			case "added":
				done.Password, err = users.AddUser(ctx, actorOf(ctx), user)
			case "changed":
				err = users.EditUser(ctx, actorOf(ctx), user)
			}
		}
		if err != nil {
			// Who was added before must get the password that is shown this once.
			return append(list, importedAs{User: user.Key.User, What: "failed: " + err.Error()}), nil
		}
		list = append(list, done)
	}
	return list, nil
}

func whatBecomes(user ivr.User, present []ivr.User) string {
	for _, old := range present {
		switch {
		case old == user:
			return "unchanged"
		case old.Key == user.Key:
			return "changed"
		}
	}
	return "added"
}

// check says everything that is wrong with the list, by user.
func (q importUsers) check(present []ivr.User) error {
	var wrong []error
	numbers := make(map[string]ivr.UserID)
	for _, old := range present {
		numbers[old.IVRNumber] = old.Key.User
	}
	for _, user := range q.Users {
		if numbers[user.IVRNumber] == user.Key.User {
			delete(numbers, user.IVRNumber)
		}
		for _, old := range present { // a number that is given up is free
			if old.Key == user.Key && old.IVRNumber != user.IVRNumber {
				delete(numbers, old.IVRNumber)
			}
		}
	}
	seen := make(map[ivr.UserID]bool)
	for _, user := range q.Users {
		note := func(err error) {
			wrong = append(wrong, fmt.Errorf("user %s: %s", user.Key.User, strings.ReplaceAll(err.Error(), "\n", "; ")))
		}
		if err := identity.CheckUser(user); err != nil {
			note(err)
		}
		if seen[user.Key.User] {
			note(errors.New("stands in the list twice"))
		}
		seen[user.Key.User] = true
		if owner, taken := numbers[user.IVRNumber]; taken && user.IVRNumber != "" {
			note(fmt.Errorf("the IVR number %s belongs to %s", user.IVRNumber, owner))
		}
		numbers[user.IVRNumber] = user.Key.User
	}
	return errors.Join(wrong...)
}
