package native

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"

	"tsunagi/desktop/server"
)

const hostA, hostB = "a.example:8443", "b.example:8443"

var (
	sato   = server.Owner{Address: hostA, Merchant: "demo", User: "sato"}
	suzuki = server.Owner{Address: hostA, Merchant: "demo", User: "suzuki"}
	satoB  = server.Owner{Address: hostB, Merchant: "demo", User: "sato"}
	before = server.Owner{Address: hostA} // of a version that did not note whose
)

// kinds opens the secrets of each kind, empty.
func kinds(t *testing.T) map[string]Secrets {
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent") // the real one's list is not the fake one's
	ring, why := OpenSecrets(t.TempDir())                          // a keyring forgets what an earlier start kept in its folder
	if why != nil {
		t.Fatal(why)
	}
	return map[string]Secrets{"keyring": ring, "file": FileSecrets(t.TempDir())}
}

func TestSecrets(t *testing.T) {
	for name, secrets := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			must(t,
				secrets.RemoveToken(sato), // of one that is not there
				secrets.SetPin(hostA, "pin a"),
				secrets.SetPin(hostB, "pin b"),
				secrets.SetToken(sato, "token 1"),
				secrets.SetToken(sato, "token 2"),
				secrets.SetToken(satoB, "token 3"),
				secrets.RemovePin(hostB),
				secrets.RemoveToken(satoB),
			)
			wantSecret(t, "pin a", secrets.Pin, hostA)
			wantSecret(t, "token 2", secrets.Token, sato)
			wantSecret(t, "", secrets.Pin, hostB)
			wantSecret(t, "", secrets.Token, satoB)
			must(t, secrets.Forget(), secrets.Forget())
			wantSecret(t, "", secrets.Pin, hostA)
			wantSecret(t, "", secrets.Token, sato)
			wantCurrent(t, secrets, hostA, server.Owner{}, "")
			must(t, secrets.SetPin(hostA, "pin a"))
		})
	}
}

func TestWithoutKeyringTheFileIsUsed(t *testing.T) {
	keyring.MockInitWithError(errors.New("no secret service"))
	folder := t.TempDir()
	secrets, why := OpenSecrets(folder)
	if why == nil {
		t.Error("no reason was given")
	}
	must(t, secrets.SetPin(hostA, "pin"), secrets.SetToken(sato, "token"))
	wantSecret(t, "pin", FileSecrets(folder).Pin, hostA)
	wantCurrent(t, FileSecrets(folder), hostA, sato, "token")
	wantMode(t, filepath.Join(folder, pinFile))
	wantMode(t, filepath.Join(folder, tokenFile))
}

func TestKeyringThatBreaks(t *testing.T) {
	keyring.MockInit()
	folder := t.TempDir()
	secrets, why := OpenSecrets(folder)
	must(t, why, secrets.SetToken(sato, "old"))
	whole := secrets.tokens.store.(*fallbackStore)
	ring := whole.ring
	broken := errors.New("it was locked")
	whole.ring = brokenStore{broken}
	secrets.pins.(*fallbackStore).ring = brokenStore{broken}
	must(t, secrets.SetPin(hostA, "pin"), secrets.SetToken(suzuki, "new"))
	wantSecret(t, "pin", secrets.Pin, hostA)
	wantCurrent(t, secrets, hostA, suzuki, "new")
	if secrets.RemoveToken(satoB) == nil {
		t.Error("nobody was told that a token may be left in the keyring")
	}
	whole.ring = ring // it is whole again
	wantCurrent(t, secrets, hostA, suzuki, "new")
	must(t, secrets.SetToken(suzuki, "newer"))
	wantCurrent(t, secrets, hostA, suzuki, "newer")
	if value, err := ring.get(tokenKey(sato)); value != "" || err != nil {
		t.Errorf("a token is left in the keyring, unlisted: %q, %v", value, err)
	}
	wantCurrent(t, FileSecrets(folder), hostA, server.Owner{}, "")
	must(t, secrets.RemoveToken(suzuki))
	wantNoTokens(t, secrets)
}

// brokenStore is a keyring that is locked.
type brokenStore struct{ err error }

func (b brokenStore) get(string) (string, error) { return "", b.err }
func (b brokenStore) set(string, string) error   { return b.err }
func (b brokenStore) remove(string) error        { return b.err }
func (b brokenStore) clear() error               { return b.err }
func (b brokenStore) keys() ([]string, error)    { return nil, b.err }
func (b brokenStore) mend() (bool, error)        { return false, b.err }

func TestDamagedSecretsAreForgotten(t *testing.T) {
	for _, content := range []string{`{"pin a:1"`, `null`, `[]`, `{"pin a:1":5}`} {
		for _, name := range []string{pinFile, tokenFile} {
			folder := t.TempDir()
			write(t, folder, name, content)
			secrets := FileSecrets(folder)
			wantSecret(t, "", secrets.Pin, hostA)
			if damaged, err := secrets.Mend(); !damaged || err != nil {
				t.Errorf("%s in %s: damaged %t, %v", content, name, damaged, err)
			}
			if damaged, err := secrets.Mend(); damaged || err != nil {
				t.Errorf("%s in %s, told again: damaged %t, %v", content, name, damaged, err)
			}
			must(t, secrets.SetPin(hostA, "pin"), secrets.SetToken(sato, "token"))
			wantSecret(t, "pin", secrets.Pin, hostA)
			wantCurrent(t, secrets, hostA, sato, "token")
		}
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, folder, name, content string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
}

func wantSecret[K any](t *testing.T, want string, get func(K) (string, error), key K) {
	t.Helper()
	if got, err := get(key); got != want || err != nil {
		t.Errorf("%v: got %q, %v, want %q", key, got, err, want)
	}
}
