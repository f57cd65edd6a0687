package stripe

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tsunagi/server"
	"tsunagi/server/acquirer/oneshot"
)

// Keys are the secret keys of our merchants' accounts. Printing them shows none.
type Keys struct {
	of map[ivr.MerchantID]secret
}

// secret gives a key. It is a function so that no printer can walk to it.
type secret func() string

// ReadKeys reads a TOML file with a table for each merchant:
//
//	[shop]
//	secret_key = "sk_test_…"
//
// A file that anybody but its owner may read or change is refused, and so is a key
// that two merchants share: their orders could not be told apart.
func ReadKeys(path string) (keys Keys, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read Stripe's keys: %w", err)
		}
	}()
	text, err := oneshot.ReadSecret(path, "roll the key in Stripe's dashboard")
	if err != nil {
		return Keys{}, err
	}
	defer clear(text)
	var tables map[string]struct {
		SecretKey string `toml:"secret_key"`
	}
	if toml.Unmarshal(text, &tables) != nil { // its words may quote the file
		return Keys{}, fmt.Errorf("%s is not as it should be: wants a table [merchant] with secret_key for each merchant", path)
	}
	byMerchant := make(map[ivr.MerchantID]string, len(tables))
	for merchant, table := range tables {
		byMerchant[ivr.MerchantID(merchant)] = table.SecretKey
	}
	return NewKeys(byMerchant)
}

// NewKeys checks keys that come from elsewhere, such as the environment.
func NewKeys(byMerchant map[ivr.MerchantID]string) (Keys, error) {
	keys := Keys{of: make(map[ivr.MerchantID]secret)}
	owner := make(map[string]ivr.MerchantID)
	for _, merchant := range slices.Sorted(maps.Keys(byMerchant)) {
		key := byMerchant[merchant]
		if !strings.HasPrefix(key, "sk_") && !strings.HasPrefix(key, "rk_") {
			return Keys{}, fmt.Errorf("merchant %s: secret_key begins with sk_ or rk_", merchant)
		}
		if other, taken := owner[key]; taken {
			return Keys{}, fmt.Errorf("merchants %s and %s have the same key", other, merchant)
		}
		owner[key] = merchant
		keys.of[merchant] = func() string { return key }
	}
	if len(keys.of) == 0 {
		return Keys{}, errors.New("there are none")
	}
	return keys, nil
}
