package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"tsunagi/server"
	"tsunagi/server/control"
	"tsunagi/server/identity"
	"tsunagi/shared/message"
)

type userCommand struct {
	List   userList   `cmd:"" help:"List a merchant's users and who of them is there."`
	Add    userAdd    `cmd:"" help:"Add a user and print the first password, once."`
	Edit   userEdit   `cmd:"" help:"Change a user's role, comment, IVR number or extension, or enable it again."`
	Off    userOff    `cmd:"" name:"disable" help:"Let a user log in no more, and log it out. 'user edit --enable' undoes it."`
	Init   userInit   `cmd:"" name:"init-password" help:"Give a user a new first password, printed once. It also unlocks the account."`
	Unlock userUnlock `cmd:"" help:"Unlock an account that 6 failures have locked: it gets a new first password, printed once."`
	Logout userLogout `cmd:"" help:"Log a user out by force (強制ログアウト)."`
	Export userExport `cmd:"" help:"Write a merchant's users as CSV, for Excel and for 'user import'."`
	Import userImport `cmd:"" help:"Add and change users from a CSV file. Nobody is removed."`
}

// userName is the argument that names one user.
type userName struct {
	Name string `arg:"" name:"merchant/user" help:"IVRマーチャントID and ユーザID."`
}

func (n userName) key() (ivr.UserKey, error) {
	merchant, user, ok := strings.Cut(n.Name, "/")
	if !ok {
		return ivr.UserKey{}, errors.New("name the user as merchant/user")
	}
	return ivr.UserKey{Merchant: ivr.MerchantID(merchant), User: ivr.UserID(user)}, nil
}

type userAdd struct {
	configFile
	userName
	Role      string `enum:"operator,supervisor,auditor" default:"operator" help:"operator, supervisor or auditor, who sees what a supervisor sees and changes nothing (${default})."`
	IVRNumber string `name:"ivr-number" help:"The number bound to this operator, as the PBX dials it."`
	Comment   string `help:"Shown to the user in place of the user ID."`
	Extension string `help:"The operator's own telephone, for return calls."`
}

// Run adds the user. The first password is in no log and in no file.
func (c userAdd) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	user := ivr.User{
		Key: key, Role: ivr.Role(c.Role), Comment: c.Comment, Extension: c.Extension,
		IVRNumber: ivr.DialledNumber(c.IVRNumber),
	}
	if user.Role == ivr.RoleOperator && c.IVRNumber == "" {
		return errors.New("an operator needs --ivr-number: it tells whose a call is")
	}
	return c.withServer(ctx, func(server *control.Client) error {
		password, err := control.Call(ctx, server, opUserAdd, user)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "User           %s\nRole           %s\nIVR number     %s\n", user.Key, user.Role, user.IVRNumber)
		showPassword(s, password)
		return nil
	})
}

// showPassword prints a first password, which nobody can show again.
func showPassword(s streams, password string) {
	fmt.Fprintf(s.out, "First password %s\n\n"+
		"The first password is shown this once. It is good for one login within 24 hours, at which the user replaces it.\n", password)
}

type userList struct {
	configFile
	Merchant string `arg:"" help:"IVRマーチャントID."`
	Search   string `short:"s" help:"Only users with this in ID, comment, IVR number or extension."`
}

// Run prints a line for each user.
func (c userList) Run(ctx context.Context, s streams) error {
	return c.withServer(ctx, func(server *control.Client) error {
		roster, err := control.Call(ctx, server, opUserList, listOf{ivr.MerchantID(c.Merchant)})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "USER\tROLE\tIVR NUMBER\tEXTENSION\tPRESENCE\tSINCE\tSTATE\tCOMMENT")
		for _, e := range roster {
			u := e.User
			if !strings.Contains(strings.Join([]string{string(u.Key.User), u.Comment, u.IVRNumber, u.Extension}, "\x00"), c.Search) {
				continue
			}
			since := "never"
			if !e.Since.IsZero() {
				since = inJapan(e.Since).Format(time.DateTime)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
				u.Key.User, u.Role, or(u.IVRNumber), or(u.Extension), e.Presence, since, stateOf(e), u.Comment)
		}
		return table.Flush()
	})
}

// stateOf is what keeps a user from logging in as ever.
func stateOf(e identity.Entry) string {
	switch {
	case e.User.Disabled:
		return "disabled"
	case e.Locked:
		return "locked"
	case e.Temporary:
		return "first-password"
	}
	return "ok"
}

// or is a dash where there is nothing.
func or(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// inJapan is a time as the people here read it.
func inJapan(t time.Time) time.Time { return t.In(japan) }

type userEdit struct {
	configFile
	userName
	Role      *string `placeholder:"ROLE" help:"operator, supervisor or auditor. The user is logged out."`
	IVRNumber *string `name:"ivr-number" placeholder:"NUMBER" help:"The number bound to this operator; empty: none."`
	Comment   *string `placeholder:"TEXT" help:"Shown to the user in place of the user ID."`
	Extension *string `placeholder:"NUMBER" help:"The operator's own telephone, for return calls; empty: none."`
	Enable    bool    `help:"Let a disabled user log in again."`
}

// Run changes what was named.
func (c userEdit) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	edit := editUser{Key: key, Comment: c.Comment, Extension: c.Extension}
	if c.Role != nil {
		role := ivr.Role(*c.Role)
		edit.Role = &role
	}
	if c.IVRNumber != nil {
		number := ivr.DialledNumber(*c.IVRNumber)
		if number == "" && *c.IVRNumber != "" {
			return fmt.Errorf("%q is no telephone number", *c.IVRNumber)
		}
		edit.IVRNumber = &number
	}
	if c.Enable {
		edit.Disabled = new(bool)
	}
	return c.edit(ctx, s, edit)
}

func (f configFile) edit(ctx context.Context, s streams, edit editUser) error {
	return f.withServer(ctx, func(server *control.Client) error {
		user, err := control.Call(ctx, server, opUserEdit, edit)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "User           %s\nRole           %s\nIVR number     %s\nExtension      %s\nComment        %s\nDisabled       %v\n",
			user.Key, user.Role, user.IVRNumber, user.Extension, user.Comment, user.Disabled)
		return nil
	})
}

type userOff struct {
	configFile
	userName
}

// Run disables the user.
func (c userOff) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	yes := true
	return c.edit(ctx, s, editUser{Key: key, Disabled: &yes})
}

type userInit struct {
	configFile
	userName
	NewAuthenticator bool `help:"The user has lost the authenticator: another is enrolled at the next login."`
}

// Run prints the new first password.
func (c userInit) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	return c.withServer(ctx, func(server *control.Client) error {
		password, err := control.Call(ctx, server, opUserInit, initUser{key, c.NewAuthenticator})
		if err == nil {
			showPassword(s, password)
		}
		return err
	})
}

type userUnlock struct {
	configFile
	userName
}

// Run unlocks the account and prints the new first password.
func (c userUnlock) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	return c.withServer(ctx, func(server *control.Client) error {
		password, err := control.Call(ctx, server, opUserUnlock, key)
		if err == nil {
			showPassword(s, password)
		}
		return err
	})
}

type userLogout struct {
	configFile
	userName
}

// Run ends the user's session.
func (c userLogout) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	return c.withServer(ctx, func(server *control.Client) error {
		_, err := control.Call(ctx, server, opUserLogout, key)
		if errors.Is(err, ivr.ErrNotFound) {
			return fmt.Errorf("%s is not logged in", key)
		}
		if err == nil {
			fmt.Fprintf(s.out, "%s was logged out and is told: %s\n", key, message.ForcedLogout)
		}
		return err
	})
}
