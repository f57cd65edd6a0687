package native

import (
	"errors"
	"fmt"
	"path/filepath"
)

// Secrets keeps the pins of servers, and the tokens of sessions by server and user. It
// has the methods of server.Pins and, with those of its tokens, of server.Tokens.
type Secrets struct {
	pins secretStore
	*tokens
}

// secretStore is the keyring or the file in its place. get answers with an empty
// value for a key that it does not have, and remove is content without it.
type secretStore interface {
	get(key string) (string, error)
	set(key, value string) error
	remove(key string) error
	clear() error
	keys() ([]string, error)
	// mend throws away what cannot be read, and tells whether there was such a thing.
	mend() (damaged bool, err error)
}

// The services that entries of a keyring belong to. Tokens have their own: all of them
// can be removed without a list of them, and no pin with them.
const (
	pinService   = "tsunagi"
	tokenService = "tsunagi session"
)

// OpenSecrets opens the keyring. Where the system has none, the secrets are those
// of FileSecrets and why tells the reason, for the log.
func OpenSecrets(folder string) (s Secrets, why error) {
	if _, err := keyringStore(pinService).get("probe"); err != nil {
		return FileSecrets(folder), fmt.Errorf("open the keyring: %w", err)
	}
	store := func(service, name string) secretStore {
		return &fallbackStore{ring: keyringStore(service), file: &fileStore{path: filepath.Join(folder, name)}}
	}
	return Secrets{store(pinService, pinFile), &tokens{store: store(tokenService, tokenFile)}}, nil
}

const (
	pinFile   = "secrets.json"
	tokenFile = "sessions.json"
)

// FileSecrets keeps everything in the files secrets.json and sessions.json in the folder,
// which must exist. They are readable by their owner and not encrypted.
func FileSecrets(folder string) Secrets {
	return Secrets{
		&fileStore{path: filepath.Join(folder, pinFile)},
		&tokens{store: &fileStore{path: filepath.Join(folder, tokenFile)}},
	}
}

// Pin is the fingerprint pinned for a server, empty where none is.
func (s Secrets) Pin(address string) (string, error) { return s.pins.get("pin " + address) }

// SetPin pins a fingerprint in place of any before.
func (s Secrets) SetPin(address, fingerprint string) error {
	return s.pins.set("pin "+address, fingerprint)
}

// RemovePin forgets the pin, where there is one.
func (s Secrets) RemovePin(address string) error { return s.pins.remove("pin " + address) }

// Forget removes everything that was ever kept, of every server.
func (s Secrets) Forget() error { return errors.Join(s.pins.clear(), s.tokens.store.clear()) }

// Mend makes whole what lies there at the start of the program: it throws away what
// cannot be read and tells whether there was such a thing, and takes over the tokens of
// versions that kept them by server alone.
func (s Secrets) Mend() (damaged bool, err error) {
	pins, pinsErr := s.pins.mend()
	tokens, tokensErr := s.tokens.mend()
	return pins || tokens, errors.Join(pinsErr, tokensErr, s.adopt())
}
