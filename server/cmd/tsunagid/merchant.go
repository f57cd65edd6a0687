package main

import (
	"context"
	"errors"
	"fmt"

	ivr "tsunagi/server"
	"tsunagi/server/identity"
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
	if err := identity.CheckID("merchant ID", c.ID); err != nil {
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
