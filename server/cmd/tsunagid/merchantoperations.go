package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/control"
	"tsunagi/server/identity"
	"tsunagi/server/store"
)

// What commands ask about merchants.
const (
	opMerchantList control.Operation[control.None, []merchantView] = "merchant.list"
	opMerchantAdd  control.Operation[changeMerchant, merchantView] = "merchant.add"
	opMerchantEdit control.Operation[changeMerchant, merchantView] = "merchant.edit"
)

// changeMerchant adds a merchant, or changes what is not nil.
type changeMerchant struct {
	ID       ivr.MerchantID   `json:"id"`
	Name     *string          `json:"name,omitempty"`
	Settings merchantSettings `json:"settings"`
}

// merchantView is a merchant with its ID, which its settings do not name.
type merchantView struct {
	ID       ivr.MerchantID `json:"id"`
	Settings ivr.Merchant   `json:"settings"`
	Users    int            `json:"users"`
}

func administerMerchants(table *control.Table, db *store.Store, users *identity.Identity, book *audit.Log) {
	var changing sync.Mutex // reading and writing a merchant's settings is one step
	control.Register(table, opMerchantList, func(ctx context.Context, _ control.None) ([]merchantView, error) {
		merchants, err := db.Merchants(ctx)
		if err != nil {
			return nil, err
		}
		list := make([]merchantView, 0, len(merchants))
		for _, m := range merchants {
			users, err := db.Users(ctx, m.ID)
			if err != nil {
				return nil, err
			}
			list = append(list, merchantView{m.ID, m, len(users)})
		}
		return list, nil
	})
	control.Register(table, opMerchantAdd, func(ctx context.Context, q changeMerchant) (merchantView, error) {
		changing.Lock()
		defer changing.Unlock()
		if err := identity.CheckID("merchant ID", string(q.ID)); err != nil {
			return merchantView{}, err
		}
		if _, err := db.Merchant(ctx, q.ID); err == nil {
			return merchantView{}, fmt.Errorf("merchant %s is there already: nothing was changed", q.ID)
		} else if !errors.Is(err, ivr.ErrNotFound) {
			return merchantView{}, err
		}
		return q.write(ctx, db, book, ivr.DefaultMerchant(q.ID, ""), "added: ")
	})
	control.Register(table, opMerchantEdit, func(ctx context.Context, q changeMerchant) (merchantView, error) {
		changing.Lock()
		defer changing.Unlock()
		merchant, err := db.Merchant(ctx, q.ID)
		if err != nil {
			return merchantView{}, err
		}
		view, err := q.write(ctx, db, book, merchant, "")
		if err != nil {
			return view, err
		}
		return view, users.Refresh(ctx, actorOf(ctx), q.ID) // the screens of whoever is logged in
	})
}

// write applies the change to a merchant as it is, writes it and notes the difference.
func (q changeMerchant) write(
	ctx context.Context, db *store.Store, book *audit.Log, merchant ivr.Merchant, what string,
) (merchantView, error) {
	old := merchant
	set(&merchant.Name, q.Name)
	if err := q.Settings.apply(&merchant); err != nil {
		return merchantView{}, err
	}
	view := merchantView{ID: q.ID, Settings: merchant}
	difference := settingsDifference(old, merchant)
	if difference == "" {
		return view, nil
	}
	if err := db.PutMerchant(ctx, merchant); err != nil {
		return merchantView{}, err
	}
	return view, written(ctx, book, audit.MerchantSet, string(q.ID), what+difference)
}
