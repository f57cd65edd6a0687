package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"tsunagi/server"
	"tsunagi/server/identity"
	"tsunagi/server/store"
)

type userCommand struct {
	Add userAdd `cmd:"" help:"Add a user and print the first password, once."`
}

type userAdd struct {
	configFile
	Name      string `arg:"" name:"merchant/user" help:"IVRマーチャントID and ユーザID."`
	Role      string `enum:"operator,supervisor" default:"operator" help:"operator or supervisor (${default})."`
	IVRNumber string `name:"ivr-number" help:"The number bound to this operator, as the PBX dials it."`
	Comment   string `help:"Shown to the user in place of the user ID."`
	Extension string `help:"The operator's own telephone."`
}

// Run adds the user. The first password is in no log and in no file.
func (c userAdd) Run(ctx context.Context, s streams) error {
	user, err := c.user()
	if err != nil {
		return err
	}
	return c.withStore(ctx, func(db *store.Store) error {
		if _, err := db.Merchant(ctx, user.Key.Merchant); err != nil {
			return fmt.Errorf("there is no merchant %s: add it first ('tsunagid merchant add'): %w", user.Key.Merchant, err)
		}
		users, err := identity.New(identity.Options{Store: db, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		password, err := users.AddUser(ctx, user)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "User           %s\nRole           %s\nIVR number     %s\nFirst password %s\n\n"+
			"The first password is shown this once. The user replaces it at the first login.\n",
			user.Key, user.Role, user.IVRNumber, password)
		return nil
	})
}

func (c userAdd) user() (ivr.User, error) {
	merchant, id, ok := strings.Cut(c.Name, "/")
	if !ok {
		return ivr.User{}, fmt.Errorf("name the user as merchant/user")
	}
	if err := validID("user ID", id); err != nil {
		return ivr.User{}, err
	}
	user := ivr.User{
		Key:  ivr.UserKey{Merchant: ivr.MerchantID(merchant), User: ivr.UserID(id)},
		Role: ivr.Role(c.Role), Comment: c.Comment, Extension: c.Extension,
		IVRNumber: ivr.DialledNumber(c.IVRNumber),
	}
	if user.Role == ivr.RoleOperator && user.IVRNumber == "" {
		return ivr.User{}, fmt.Errorf("an operator needs --ivr-number: it tells whose a call is")
	}
	return user, nil
}
