package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"tsunagi/server"
	"tsunagi/server/control"
	"tsunagi/server/sheet"
)

// userColumns are those of a CSV of users.
var (
	userColumnsWanted   = []string{"user", "role"}
	userColumnsOptional = []string{"comment", "ivr_number", "extension", "disabled"}
)

type userExport struct {
	configFile
	Merchant string `arg:"" help:"IVRマーチャントID."`
	Output   string `short:"o" type:"path" placeholder:"FILE" help:"Where to write it, readable by its owner alone; else the screen."`
}

// Run writes the users, without anything that proves one.
func (c userExport) Run(ctx context.Context, s streams) error {
	return c.withServer(ctx, func(server *control.Client) error {
		users, err := control.Call(ctx, server, opUserExport, listOf{ivr.MerchantID(c.Merchant)})
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(users))
		for _, u := range users {
			disabled := "no"
			if u.Disabled {
				disabled = "yes"
			}
			rows = append(rows, []string{string(u.Key.User), string(u.Role), u.Comment, written050(u.IVRNumber), u.Extension, disabled})
		}
		return output(c.Output, s.out, func(to io.Writer) error {
			return sheet.Write(to, append(userColumnsWanted[:2:2], userColumnsOptional...), rows)
		})
	})
}

// written050 spells a number so that a spreadsheet keeps its zero.
func written050(number string) string {
	if len(number) != 11 {
		return number
	}
	return number[:3] + "-" + number[3:7] + "-" + number[7:]
}

// output writes to a new file that its owner alone may read, or to the screen where no
// file is named.
func output(path string, screen io.Writer, write func(io.Writer) error) error {
	if path == "" {
		return write(screen)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already: nothing was written", path)
	}
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

type userImport struct {
	configFile
	Merchant string `arg:"" help:"IVRマーチャントID."`
	File     string `arg:"" type:"existingfile" help:"CSV with the columns of 'user export'; user and role must be there."`
	DryRun   bool   `help:"Say what would be done, and do nothing."`
}

// Run adds and changes users, all or, where one is wrong, none.
func (c userImport) Run(ctx context.Context, s streams) error {
	users, err := c.read()
	if err != nil {
		return err
	}
	return c.withServer(ctx, func(server *control.Client) error {
		done, err := control.Call(ctx, server, opUserImport, importUsers{ivr.MerchantID(c.Merchant), users, c.DryRun})
		if err != nil {
			return fmt.Errorf("nothing was changed:\n%w", err)
		}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "USER\tDONE\tFIRST PASSWORD")
		failed, added := 0, 0
		for _, one := range done {
			if strings.HasPrefix(one.What, "failed") {
				failed++
			}
			if one.Password != "" {
				added++
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", one.User, one.What, or(one.Password))
		}
		if err := table.Flush(); err != nil {
			return err
		}
		if added > 0 {
			fmt.Fprint(s.out, "\nThe first passwords are shown this once. Each is good for one login within 24 hours.\n")
		}
		if failed > 0 {
			return fmt.Errorf("it stopped at user %s: the users before it were imported", done[len(done)-1].User)
		}
		return nil
	})
}

func (c userImport) read() ([]ivr.User, error) {
	file, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := sheet.Read(file, userColumnsWanted, userColumnsOptional)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	var wrong []error
	users := make([]ivr.User, 0, len(rows))
	for _, row := range rows {
		user, err := c.user(row.Cells)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", c.File, row.Line, err))
		}
		users = append(users, user)
	}
	return users, errors.Join(wrong...)
}

func (c userImport) user(cells map[string]string) (ivr.User, error) {
	user := ivr.User{
		Key:  ivr.UserKey{Merchant: ivr.MerchantID(c.Merchant), User: ivr.UserID(cells["user"])},
		Role: ivr.Role(cells["role"]), Comment: cells["comment"], Extension: cells["extension"],
		IVRNumber: ivr.DialledNumber(cells["ivr_number"]),
	}
	if user.IVRNumber == "" && cells["ivr_number"] != "" {
		return user, fmt.Errorf("%q is no telephone number", cells["ivr_number"])
	}
	switch strings.ToLower(cells["disabled"]) {
	case "", "no", "false", "0":
	case "yes", "true", "1":
		user.Disabled = true
	default:
		return user, fmt.Errorf("disabled is yes or no, not %q", cells["disabled"])
	}
	return user, nil
}
