package server

import (
	"sync"
	"time"
)

// store is Pins and Tokens in memory.
type store struct {
	mu      sync.Mutex
	pins    map[string]string
	tokens  map[Owner]string
	current map[string]Owner
	tidied  []time.Time // when Tidy was called
	again   time.Duration
	err     error // of every method
}

func newStore() *store {
	return &store{pins: make(map[string]string), tokens: make(map[Owner]string), current: make(map[string]Owner)}
}

// newStoreWith is one with the token of sato's session.
func newStoreWith(token string) *store {
	s := newStore()
	s.tokens[sato], s.current[address] = token, sato
	return s
}

func get[K comparable](s *store, from map[K]string, key K) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return from[key], s.err
}

// change alters the store where it works.
func (s *store) change(alter func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		alter()
	}
	return s.err
}

func (s *store) Pin(address string) (string, error) { return get(s, s.pins, address) }

func (s *store) SetPin(address, fingerprint string) error {
	return s.change(func() { s.pins[address] = fingerprint })
}

func (s *store) RemovePin(address string) error {
	return s.change(func() { delete(s.pins, address) })
}

func (s *store) Current(address string) (Owner, string, error) {
	s.mu.Lock()
	owner := s.current[address]
	s.mu.Unlock()
	token, err := s.Token(owner)
	return owner, token, err
}

func (s *store) Token(owner Owner) (string, error) { return get(s, s.tokens, owner) }

func (s *store) SetToken(owner Owner, token string) error {
	return s.change(func() { s.tokens[owner], s.current[owner.Address] = token, owner })
}

func (s *store) RemoveToken(owner Owner) error {
	return s.change(func() { delete(s.tokens, owner) })
}

func (s *store) Tidy(string) (time.Time, error) {
	err := s.change(func() { s.tidied = append(s.tidied, time.Now()) })
	if s.again == 0 {
		return time.Time{}, err
	}
	return time.Now().Add(s.again), err
}
