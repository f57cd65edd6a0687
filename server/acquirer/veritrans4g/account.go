package veritrans4g

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"tsunagi/server"
	"tsunagi/server/acquirer/oneshot"
)

// The environment variables of a single merchant's account.
const (
	envMerchant  = "TSUNAGI_VERITRANS4G_MERCHANT"
	envCCID      = "TSUNAGI_VERITRANS4G_CCID"
	envSecretKey = "TSUNAGI_VERITRANS4G_SECRET_KEY"
)

// The longest merchantCcid, and the length of a secret key in hexadecimal digits.
const (
	maxCCID      = 24
	secretKeyLen = 64
)

// Accounts are the gateway accounts of our merchants. Printing them shows no key.
type Accounts struct {
	of map[ivr.MerchantID]account
}

// account is one merchant's account. The secret key is a captured variable, not a
// field, so that no printer can walk to it.
type account struct {
	ccid string
	sign func(params []byte) [sha256.Size * 2]byte
}

// Merchants lists who has an account, sorted.
func (a Accounts) Merchants() []ivr.MerchantID { return slices.Sorted(maps.Keys(a.of)) }

// ReadAccounts reads a TOML file with a table for each merchant:
//
//	[shop]
//	ccid = "A100000000000000000000cc"
//	secret_key = "…64 hexadecimal digits…"
//
// A file that anybody but its owner may read or change is refused.
func ReadAccounts(path string) (Accounts, error) {
	text, err := oneshot.ReadSecret(path, "have the gateway issue a new secret key")
	if err != nil {
		return Accounts{}, fmt.Errorf("read the gateway accounts: %w", err)
	}
	defer clear(text)
	var tables map[string]struct {
		CCID      string `toml:"ccid"`
		SecretKey string `toml:"secret_key"`
	}
	if err := toml.Unmarshal(text, &tables); err != nil {
		// The library's words may quote the file.
		line := 0
		if wrong := (*toml.DecodeError)(nil); errors.As(err, &wrong) {
			line, _ = wrong.Position()
		}
		return Accounts{}, fmt.Errorf("read the gateway accounts: %s line %d is not as it should be: "+
			"wants a table [merchant] with ccid and secret_key for each merchant", path, line)
	}
	accounts := Accounts{of: make(map[ivr.MerchantID]account)}
	for _, merchant := range slices.Sorted(maps.Keys(tables)) {
		if err := accounts.add(ivr.MerchantID(merchant), tables[merchant].CCID, tables[merchant].SecretKey); err != nil {
			return Accounts{}, fmt.Errorf("read the gateway accounts: %s: %w", path, err)
		}
	}
	if len(accounts.of) == 0 {
		return Accounts{}, fmt.Errorf("read the gateway accounts: %s has none", path)
	}
	return accounts, nil
}

// AccountsFromEnvironment takes one merchant's account from TSUNAGI_VERITRANS4G_MERCHANT,
// …_CCID and …_SECRET_KEY. getenv is os.Getenv.
func AccountsFromEnvironment(getenv func(string) string) (Accounts, error) {
	merchant := getenv(envMerchant)
	if merchant == "" {
		return Accounts{}, fmt.Errorf("read the gateway account: %s names no merchant", envMerchant)
	}
	accounts := Accounts{of: make(map[ivr.MerchantID]account)}
	if err := accounts.add(ivr.MerchantID(merchant), getenv(envCCID), getenv(envSecretKey)); err != nil {
		return Accounts{}, fmt.Errorf("read the gateway account from %s and %s: %w", envCCID, envSecretKey, err)
	}
	return accounts, nil
}

func (a Accounts) add(merchant ivr.MerchantID, ccid, secretKey string) error {
	switch {
	case ccid == "" || len(ccid) > maxCCID || !consistsOf(ccid, ""):
		return fmt.Errorf("merchant %s: ccid wants 1 to %d letters and digits", merchant, maxCCID)
	case len(secretKey) != secretKeyLen:
		return fmt.Errorf("merchant %s: secret_key wants %d hexadecimal digits", merchant, secretKeyLen)
	}
	if _, err := hex.DecodeString(secretKey); err != nil {
		return fmt.Errorf("merchant %s: secret_key wants %d hexadecimal digits", merchant, secretKeyLen)
	}
	for other, known := range a.of {
		if known.ccid == ccid {
			return fmt.Errorf("merchants %s and %s have the same ccid: the gateway could not tell their orders apart", other, merchant)
		}
	}
	a.of[merchant] = newAccount(ccid, secretKey)
	return nil
}

func newAccount(ccid, secretKey string) account {
	return account{ccid: ccid, sign: func(params []byte) (hash [sha256.Size * 2]byte) {
		// Section 2: a plain concatenation, no separators, no HMAC.
		sum := sha256.New()
		sum.Write([]byte(ccid))
		sum.Write(params)
		sum.Write([]byte(secretKey))
		hex.Encode(hash[:], sum.Sum(nil))
		return hash
	}}
}
