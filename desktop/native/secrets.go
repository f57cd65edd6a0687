package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/zalando/go-keyring"
)

// Secrets keeps pins and tokens by the server's address. It has the methods of
// server.Pins and server.Tokens.
type Secrets struct{ store secretStore }

// secretStore is the keyring or the file in its place. get answers with an empty
// value for a key that it does not have, and remove is content without it.
type secretStore interface {
	get(key string) (string, error)
	set(key, value string) error
	remove(key string) error
	clear() error
}

// OpenSecrets opens the keyring. Where the system has none, the secrets are those
// of FileSecrets and why tells the reason, for the log.
func OpenSecrets(folder string) (s Secrets, why error) {
	ring := keyringStore{}
	if _, err := ring.get("probe"); err != nil {
		return FileSecrets(folder), fmt.Errorf("open the keyring: %w", err)
	}
	return Secrets{&fallbackStore{ring: ring, file: &fileStore{path: secretsPath(folder)}}}, nil
}

// FileSecrets keeps everything in the file secrets.json in the folder, which must
// exist. The file is readable by its owner and not encrypted.
func FileSecrets(folder string) Secrets {
	return Secrets{&fileStore{path: secretsPath(folder)}}
}

func secretsPath(folder string) string { return filepath.Join(folder, "secrets.json") }

// Pin is the fingerprint pinned for a server, empty where none is.
func (s Secrets) Pin(address string) (string, error) { return s.store.get("pin " + address) }

// SetPin pins a fingerprint in place of any before.
func (s Secrets) SetPin(address, fingerprint string) error {
	return s.store.set("pin "+address, fingerprint)
}

// RemovePin forgets the pin, where there is one.
func (s Secrets) RemovePin(address string) error { return s.store.remove("pin " + address) }

// Token is that of the session at a server, empty where none is kept.
func (s Secrets) Token(address string) (string, error) { return s.store.get("token " + address) }

// SetToken keeps a token in place of any before.
func (s Secrets) SetToken(address, token string) error {
	return s.store.set("token "+address, token)
}

// RemoveToken forgets the token, where there is one.
func (s Secrets) RemoveToken(address string) error { return s.store.remove("token " + address) }

// Forget removes everything that was ever kept, of every server.
func (s Secrets) Forget() error { return s.store.clear() }

// keyringStore is the system's keyring, in which every entry belongs to a service.
type keyringStore struct{}

const keyringService = "tsunagi"

func (keyringStore) get(key string) (string, error) {
	value, err := keyring.Get(keyringService, key)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	return value, err
}

func (keyringStore) set(key, value string) error {
	return keyring.Set(keyringService, key, value)
}

func (keyringStore) remove(key string) error {
	err := keyring.Delete(keyringService, key)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

func (keyringStore) clear() error {
	err := keyring.DeleteAll(keyringService)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// fallbackStore is the keyring, and the file for what the keyring does not take: one
// that is locked or broken in the middle of a day must not keep a person from trusting
// a server or from working.
type fallbackStore struct{ ring, file secretStore }

func (f *fallbackStore) get(key string) (string, error) {
	if value, err := f.file.get(key); err == nil && value != "" {
		return value, nil // the keyring did not take it
	}
	return f.ring.get(key)
}

func (f *fallbackStore) set(key, value string) error {
	ringErr := f.ring.set(key, value)
	if ringErr == nil {
		return f.file.remove(key)
	}
	if err := f.file.set(key, value); err != nil {
		return errors.Join(ringErr, err)
	}
	return nil
}

func (f *fallbackStore) remove(key string) error {
	return errors.Join(f.file.remove(key), f.ring.remove(key))
}

func (f *fallbackStore) clear() error { return errors.Join(f.file.clear(), f.ring.clear()) }

// fileStore is one JSON object. It is read each time: two programs of one person,
// the window and the scripted operator, may use the same folder one after the other.
type fileStore struct {
	path string
	mu   sync.Mutex
}

func (f *fileStore) get(key string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	secrets, err := f.readLocked()
	return secrets[key], err
}

func (f *fileStore) set(key, value string) error {
	return f.change(func(secrets map[string]string) { secrets[key] = value })
}

func (f *fileStore) remove(key string) error {
	return f.change(func(secrets map[string]string) { delete(secrets, key) })
}

func (f *fileStore) clear() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove secrets: %w", err)
	}
	return nil
}

func (f *fileStore) change(alter func(map[string]string)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	secrets, err := f.readLocked()
	if err != nil {
		return err
	}
	before := maps.Clone(secrets)
	alter(secrets)
	if maps.Equal(before, secrets) {
		return nil
	}
	data, err := json.Marshal(secrets)
	if err != nil {
		return fmt.Errorf("write secrets: %w", err)
	}
	return replaceFile(f.path, data)
}

// readLocked takes a damaged file for an empty one: the person compares the
// server's fingerprint again and logs in again, and nothing else is lost.
func (f *fileStore) readLocked() (map[string]string, error) {
	secrets := make(map[string]string)
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return secrets, nil
	}
	if err != nil {
		return secrets, fmt.Errorf("read secrets: %w", err)
	}
	if json.Unmarshal(data, &secrets) != nil || secrets == nil {
		return make(map[string]string), nil
	}
	return secrets, nil
}
