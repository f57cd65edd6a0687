package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tsunagi/server"
)

const merchantColumns = "merchant_id, name, settings"

// Merchant finds a merchant with its settings. A setting that the file does not
// know yet has its default.
func (s *Store) Merchant(ctx context.Context, id ivr.MerchantID) (ivr.Merchant, error) {
	m, err := s.merchants.get(id, func() (ivr.Merchant, error) {
		return scanMerchant(s.read.QueryRowContext(ctx, "SELECT "+merchantColumns+" FROM merchants WHERE merchant_id = ?", id))
	})
	if err != nil {
		return ivr.Merchant{}, fmt.Errorf("read merchant %s: %w", id, err)
	}
	m.Brands, m.Sources = slices.Clone(m.Brands), slices.Clone(m.Sources) // the caller's, who may write into them
	return m, nil
}

// Merchants lists all merchants by their IDs.
func (s *Store) Merchants(ctx context.Context) ([]ivr.Merchant, error) {
	merchants, err := list(ctx, s.read, scanMerchant, "SELECT "+merchantColumns+" FROM merchants ORDER BY merchant_id")
	if err != nil {
		return nil, fmt.Errorf("list merchants: %w", err)
	}
	return merchants, nil
}

// PutMerchant adds a merchant or replaces its name and settings.
func (s *Store) PutMerchant(ctx context.Context, m ivr.Merchant) error {
	defer s.merchants.forget()
	settings, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write merchant %s: %w", m.ID, err)
	}
	_, err = s.write.ExecContext(ctx, `INSERT INTO merchants (merchant_id, name, settings) VALUES (?, ?, ?)
		ON CONFLICT (merchant_id) DO UPDATE SET name = excluded.name, settings = excluded.settings`,
		m.ID, m.Name, string(settings))
	if err != nil {
		return fmt.Errorf("write merchant %s: %w", m.ID, err)
	}
	return nil
}

func scanMerchant(row scanner) (ivr.Merchant, error) {
	var id ivr.MerchantID
	var name, settings string
	if err := row.Scan(&id, &name, &settings); err != nil {
		return ivr.Merchant{}, found(err)
	}
	m := ivr.DefaultMerchant(id, name)
	if err := json.Unmarshal([]byte(settings), &m); err != nil {
		return ivr.Merchant{}, fmt.Errorf("settings: %w", err)
	}
	m.ID, m.Name = id, name
	return m, nil
}
