package veritrans4g

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tsunagi/server"
)

func secretFile(t *testing.T, mode os.FileMode, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gateway.secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func table(merchant, ccid, key string) string {
	return fmt.Sprintf("[%s]\nccid = %q\nsecret_key = %q\n", merchant, ccid, key)
}

func TestReadAccounts(t *testing.T) {
	path := secretFile(t, 0o600, table("shop", vectorCCID, vectorKey)+table("depot", "A100000000000000000001cc", vectorKey))
	accounts, err := ReadAccounts(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(accounts.Merchants()); got != "[depot shop]" {
		t.Errorf("got %s, want [depot shop]", got)
	}
	if got := accounts.of["shop"].sign([]byte("{}")); got != newAccount(vectorCCID, vectorKey).sign([]byte("{}")) {
		t.Error("the account signs with another key than the file's")
	}
}

func TestReadAccountsRefuses(t *testing.T) {
	good := table("shop", vectorCCID, vectorKey)
	tests := []struct {
		name string
		mode os.FileMode
		text string
		want string
	}{
		{"readable by the group", 0o640, good, "run 'chmod 600 "},
		{"readable by everybody", 0o604, good, "run 'chmod 600 "},
		{"writable by the group", 0o620, good, "run 'chmod 600 "},
		{"empty", 0o600, "", "has none"},
		{"no TOML", 0o600, "shop " + vectorKey, "line 1"},
		{"a short key", 0o600, table("shop", vectorCCID, vectorKey[1:]), "64 hexadecimal digits"},
		{"a key that is no key", 0o600, table("shop", vectorCCID, strings.Repeat("z", 64)), "64 hexadecimal digits"},
		{"no account ID", 0o600, table("shop", "", vectorKey), "ccid wants"},
		{"a long account ID", 0o600, table("shop", vectorCCID+"c", vectorKey), "ccid wants"},
		{"two merchants with one account", 0o600, good + table("depot", vectorCCID, vectorKey), "the same ccid"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadAccounts(secretFile(t, test.mode, test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want words like %q", err, test.want)
			}
			if strings.Contains(err.Error(), vectorKey[1:]) {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
	if _, err := ReadAccounts(t.TempDir()); err == nil {
		t.Error("a folder was read as accounts")
	}
	if _, err := ReadAccounts(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file was read as accounts")
	}
}

func TestAccountsFromEnvironment(t *testing.T) {
	environment := map[string]string{envMerchant: "shop", envCCID: vectorCCID, envSecretKey: vectorKey}
	accounts, err := AccountsFromEnvironment(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := accounts.of["shop"]; !ok {
		t.Errorf("got %v, want shop", accounts.Merchants())
	}
	for name := range environment {
		_, err := AccountsFromEnvironment(func(asked string) string {
			if asked == name {
				return ""
			}
			return environment[asked]
		})
		if err == nil {
			t.Errorf("an account without %s was taken", name)
		}
	}
}

// A secret key cannot be printed by mistake.
func TestAccountsPrintNoKey(t *testing.T) {
	accounts := Accounts{of: map[ivr.MerchantID]account{"shop": newAccount(vectorCCID, vectorKey)}}
	g, err := New(Config{Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, printed := range []string{fmt.Sprintf(verb, accounts), fmt.Sprintf(verb, g), fmt.Sprintf(verb, *g)} {
			if strings.Contains(strings.ToLower(printed), vectorKey) || strings.Contains(printed, fmt.Sprintf("%x", vectorKey)) {
				t.Errorf("%s prints the key: %s", verb, printed)
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	accounts := Accounts{of: map[ivr.MerchantID]account{"shop": newAccount(vectorCCID, vectorKey)}}
	noPEM := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(noPEM, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    Config
		want string
	}{
		{"plain HTTP", Config{URL: "http://gateway:80", Accounts: accounts}, "https"},
		{"no host", Config{URL: "https://", Accounts: accounts}, "form"},
		{"a path", Config{URL: "https://gateway/paynow", Accounts: accounts}, "form"},
		{"a login", Config{URL: "https://a:b@gateway", Accounts: accounts}, "form"},
		{"no account", Config{}, "account"},
		{"an unknown body", Config{Accounts: accounts, Body: "xml"}, "body"},
		{"an unknown tanking", Config{Accounts: accounts, Tanking: "yes"}, "tanking"},
		{"no roots file", Config{Accounts: accounts, RootsFile: noPEM + ".missing"}, "authorities"},
		{"a roots file without a certificate", Config{Accounts: accounts, RootsFile: noPEM}, "no certificate"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := New(test.c); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want words like %q", err, test.want)
			}
		})
	}
}
