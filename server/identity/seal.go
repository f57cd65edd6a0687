package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"tsunagi/server"
)

// Key seals what must be read again and may not lie open in the database: the secrets
// of authenticators (security.md 8.3.2). A copy of the database alone opens none.
type Key [32]byte

// ReadKey reads the key of a file, which it makes where there is none: 64 hexadecimal
// digits, mode 0600. Without the file that sealed them, authenticators are enrolled anew.
func ReadKey(path string) (Key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("read the key of authenticators: %w", err)
	}
	var key Key
	if n, err := hex.Decode(key[:], []byte(strings.TrimSpace(string(text)))); err != nil || n != len(key) {
		return Key{}, fmt.Errorf("read the key of authenticators: %s is damaged: restore it, or remove it and let supervisors enrol anew", path)
	}
	return key, nil
}

func makeKey(path string) (Key, error) {
	var key Key
	rand.Read(key[:]) //nolint:errcheck // never fails: crypto/rand ends the program instead
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Key{}, fmt.Errorf("make the key of authenticators: %w", err)
	}
	_, err = fmt.Fprintf(file, "%x\n", key)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return Key{}, fmt.Errorf("make the key of authenticators: %w", err)
	}
	return key, nil
}

var errSealed = errors.New("it was sealed with another key: 'tsunagid user init-password --new-authenticator' lets the user enrol anew")

// seal makes secret unreadable but for open with the same key and owner.
func (k Key) seal(owner ivr.UserKey, secret string) ([]byte, error) {
	box, err := k.box()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce) //nolint:errcheck // never fails: crypto/rand ends the program instead
	return box.Seal(nonce, nonce, []byte(secret), []byte(owner.String())), nil
}

func (k Key) open(owner ivr.UserKey, sealed []byte) (string, error) {
	box, err := k.box()
	if err != nil {
		return "", err
	}
	if len(sealed) < box.NonceSize() {
		return "", errSealed
	}
	secret, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], []byte(owner.String()))
	if err != nil {
		return "", errSealed
	}
	return string(secret), nil
}

func (k Key) box() (cipher.AEAD, error) {
	if k == (Key{}) {
		return nil, errors.New("there is no key for the secrets of authenticators")
	}
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
