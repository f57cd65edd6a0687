package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"tsunagi/server"
)

func TestMerchant(t *testing.T) {
	s := openTest(t)
	want := ivr.DefaultMerchant("shop", "別の名前")
	want.Channels, want.SendWindow, want.Brands, want.Sources = 7, 25*time.Second, []string{"JCB"}, []string{"10.0.0.0/8"}
	if err := s.PutMerchant(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Merchant(t.Context(), "shop"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	if all, err := s.Merchants(t.Context()); err != nil || len(all) != 1 || !reflect.DeepEqual(all[0], want) {
		t.Errorf("all: got %+v, %v", all, err)
	}
	if _, err := s.Merchant(t.Context(), "nobody"); !errors.Is(err, ivr.ErrNotFound) {
		t.Errorf("got %v, want ivr.ErrNotFound", err)
	}
}

// A setting that came with a later version has its default in an older database.
func TestMerchantOfAnOlderVersion(t *testing.T) {
	s := openTest(t)
	if _, err := s.write.Exec(`UPDATE merchants SET settings = '{"channels": 9}'`); err != nil {
		t.Fatal(err)
	}
	got, err := s.Merchant(t.Context(), "shop")
	if err != nil || got.Channels != 9 || got.SendWindow != 20*time.Second || !got.SecurityCode {
		t.Errorf("got %+v, %v", got, err)
	}
}
