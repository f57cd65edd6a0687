package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/zalando/go-keyring"
)

// keyringStore is the system's keyring; its value is the service that its entries belong
// to.
type keyringStore string

func (k keyringStore) get(key string) (string, error) {
	value, err := keyring.Get(string(k), key)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", nil
	}
	return value, err
}

func (k keyringStore) set(key, value string) error {
	return keyring.Set(string(k), key, value)
}

func (k keyringStore) remove(key string) error {
	err := keyring.Delete(string(k), key)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

func (k keyringStore) clear() error {
	err := keyring.DeleteAll(string(k))
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

func (k keyringStore) keys() ([]string, error) { return keyringKeys(string(k)) }

// mend has nothing to do: an entry is whole or not there, and what is in it is the
// business of whoever asks for it.
func (k keyringStore) mend() (bool, error) { return false, nil }

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

func (f *fallbackStore) keys() ([]string, error) {
	kept, err := f.file.keys()
	ring, ringErr := f.ring.keys()
	kept = append(kept, ring...)
	slices.Sort(kept)
	return slices.Compact(kept), errors.Join(err, ringErr)
}

func (f *fallbackStore) mend() (bool, error) {
	file, err := f.file.mend()
	ring, ringErr := f.ring.mend()
	return file || ring, errors.Join(err, ringErr)
}

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

func (f *fileStore) keys() ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	secrets, err := f.readLocked()
	return slices.Collect(maps.Keys(secrets)), err
}

func (f *fileStore) mend() (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	data, err := os.ReadFile(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read secrets: %w", err)
	}
	if _, whole := parseSecrets(data); whole {
		return false, nil
	}
	if err := os.Remove(f.path); err != nil {
		return true, fmt.Errorf("remove damaged secrets: %w", err)
	}
	return true, nil
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
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return make(map[string]string), nil
	}
	if err != nil {
		return make(map[string]string), fmt.Errorf("read secrets: %w", err)
	}
	secrets, _ := parseSecrets(data)
	return secrets, nil
}

func parseSecrets(data []byte) (secrets map[string]string, whole bool) {
	if json.Unmarshal(data, &secrets) != nil || secrets == nil {
		return make(map[string]string), false
	}
	return secrets, true
}
