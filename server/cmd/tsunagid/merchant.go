package main

import (
	"context"
	"errors"
	"fmt"

	ivr "tsunagi/server"
	"tsunagi/server/store"
)

type merchantCommand struct {
	Add merchantAdd `cmd:"" help:"Add a merchant with the default settings."`
}

type merchantAdd struct {
	configFile
	ID       string `arg:"" help:"IVRマーチャントID: letters, digits, _ and -."`
	Name     string `required:"" help:"The merchant's name."`
	MemberID bool   `name:"member-id" help:"Show the field 会員ID."`
	Channels int    `default:"3" help:"Calls in the IVR at one moment (${default})."`
}

// Run adds the merchant; one that is there already is left as it is.
func (c merchantAdd) Run(ctx context.Context, s streams) error {
	if err := validID("merchant ID", c.ID); err != nil {
		return err
	}
	if c.Channels < 1 {
		return fmt.Errorf("--channels wants 1 or more")
	}
	return c.withStore(ctx, func(db *store.Store) error {
		id := ivr.MerchantID(c.ID)
		if _, err := db.Merchant(ctx, id); err == nil {
			return fmt.Errorf("merchant %s is there already: nothing was changed", c.ID)
		} else if !errors.Is(err, ivr.ErrNotFound) {
			return err
		}
		merchant := ivr.DefaultMerchant(id, c.Name)
		merchant.MemberID = c.MemberID
		merchant.Channels = c.Channels
		if err := db.PutMerchant(ctx, merchant); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "Merchant       %s %s\n", c.ID, c.Name)
		return nil
	})
}

// validID refuses an ID that could not be typed or spelled in a log.
func validID(what, id string) error {
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
