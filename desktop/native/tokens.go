package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tsunagi/desktop/server"
)

// leftFor is how long a token is kept after its user has left: the 5 minutes in which
// the server keeps the session, and what it takes to notice that a connection is lost.
const leftFor = 6 * time.Minute

// mostTokens bounds the index, which is one entry of a keyring: 2560 bytes on Windows.
const mostTokens = 8

// longestToken is far more than a server gives out, in bytes.
const longestToken = 256

// tokens keeps an entry for each server and user, and the index of them: a keyring does
// not list what it holds.
type tokens struct {
	mu    sync.Mutex
	store secretStore
}

// index is what there are tokens of.
type index struct {
	Entries []entry `json:"entries"`
	// Torn: it was begun while another could not be read, of which entries may be left.
	Torn bool `json:"torn,omitempty"`
}

type entry struct {
	server.Owner
	Current bool  `json:"current"`          // resumed without a password
	LeftMs  int64 `json:"leftMs,omitempty"` // since when nobody works with it; 0: not known to be so
}

const indexKey = "index"

func tokenKey(o server.Owner) string { return "token " + o.Address + " " + o.Merchant + "/" + o.User }

// Current is whose session at a server is resumed without a password, and its token:
// that of whoever logged in last, until the logout. Both are empty where there is none.
func (t *tokens) Current(address string) (server.Owner, string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	index, err := t.readLocked()
	for _, e := range index.Entries {
		if e.Current && e.Address == address {
			token, err := t.tokenLocked(e.Owner)
			return e.Owner, token, err
		}
	}
	return server.Owner{}, "", err
}

// Token is that of a user's session, empty where none is kept.
func (t *tokens) Token(owner server.Owner) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	index, err := t.readLocked()
	if index.find(owner) < 0 {
		return "", err
	}
	return t.tokenLocked(owner)
}

// SetToken keeps a token in place of any before of that user, who is the current one at
// the server from now on.
func (t *tokens) SetToken(owner server.Owner, token string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	index, err := t.readLocked()
	if err != nil {
		index.Torn = true // the keyring is locked or broken; what is set now goes elsewhere
	}
	before := slices.Clone(index.Entries)
	for i, e := range index.Entries {
		if e.Address == owner.Address && e.Owner != owner {
			index.Entries[i].leave(time.Now())
			index.Entries[i].Current = false
		}
	}
	index.Entries = slices.DeleteFunc(index.Entries, func(e entry) bool { return e.Owner == owner })
	index.Entries = append(index.Entries, entry{Owner: owner, Current: true})
	var dropped error
	for len(index.Entries) > mostTokens {
		dropped = errors.Join(dropped, t.store.remove(tokenKey(index.Entries[0].Owner)))
		index.Entries = index.Entries[1:]
	}
	// First the index, then what it lists: whatever comes between, nothing lies unlisted.
	if index.Torn || !slices.Equal(before, index.Entries) {
		if err := t.writeLocked(index); err != nil {
			return errors.Join(dropped, err)
		}
	}
	return errors.Join(dropped, t.store.set(tokenKey(owner), token))
}

// RemoveToken forgets a user's token, where there is one.
func (t *tokens) RemoveToken(owner server.Owner) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	removed := t.store.remove(tokenKey(owner))
	index, err := t.readLocked()
	if i := index.find(owner); i >= 0 && removed == nil {
		index.Entries = slices.Delete(index.Entries, i, i+1)
		err = t.writeLocked(index)
	}
	return errors.Join(removed, err)
}

// Tidy removes the tokens of those who left too long ago for the server to keep their
// sessions: for another user, or for the server at address. again is when there will be
// more to remove; zero: nobody has left.
func (t *tokens) Tidy(address string) (again time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	index, err := t.readLocked()
	if err != nil {
		return time.Time{}, err
	}
	now, before := time.Now(), slices.Clone(index.Entries)
	var problems []error
	index.Entries = slices.DeleteFunc(index.Entries, func(e entry) bool {
		if e.Current && e.Address == address || !e.leftTooLong(now) {
			return false
		}
		err := t.store.remove(tokenKey(e.Owner))
		problems = append(problems, err)
		return err == nil
	})
	for i := range index.Entries {
		e := &index.Entries[i]
		if e.Current && e.Address == address {
			continue
		}
		e.leave(now)
		if gone := time.UnixMilli(e.LeftMs).Add(leftFor); again.IsZero() || gone.Before(again) {
			again = gone
		}
	}
	if index.Torn || !slices.Equal(before, index.Entries) {
		problems = append(problems, t.writeLocked(index))
	}
	return again, errors.Join(problems...)
}

// leave notes that the user has left; who left before keeps the earlier time, unless the
// clock was put back behind it.
func (e *entry) leave(now time.Time) {
	if at := now.UnixMilli(); e.LeftMs == 0 || e.LeftMs > at {
		e.LeftMs = at
	}
}

func (e *entry) leftTooLong(now time.Time) bool {
	return e.LeftMs != 0 && now.Sub(time.UnixMilli(e.LeftMs)) >= leftFor
}

func (x index) find(owner server.Owner) int {
	return slices.IndexFunc(x.Entries, func(e entry) bool { return e.Owner == owner })
}

// tokenLocked takes what cannot be a token for none.
func (t *tokens) tokenLocked(owner server.Owner) (string, error) {
	token, err := t.store.get(tokenKey(owner))
	if len(token) > longestToken {
		return "", err
	}
	return token, err
}

// readLocked takes a damaged index for an empty one; mend has said so.
func (t *tokens) readLocked() (index, error) {
	text, err := t.store.get(indexKey)
	read, _ := parseIndex(text)
	return read, err
}

func parseIndex(text string) (read index, whole bool) {
	if text == "" {
		return index{}, true
	}
	if json.Unmarshal([]byte(text), &read) != nil {
		return index{Torn: true}, false
	}
	return read, true
}

// writeLocked writes the index. A torn one begins anew: everything that may lie unlisted
// is removed, and what is listed written again.
func (t *tokens) writeLocked(x index) error {
	if x.Torn {
		values := make([]string, len(x.Entries))
		for i, e := range x.Entries {
			values[i], _ = t.tokenLocked(e.Owner) // one that cannot be read is lost, as is its session
		}
		x.Torn = t.store.clear() != nil
		defer func() {
			for i, e := range x.Entries {
				if values[i] != "" {
					_ = t.store.set(tokenKey(e.Owner), values[i]) // the same
				}
			}
		}()
	}
	if len(x.Entries) == 0 && !x.Torn {
		return t.store.remove(indexKey) // nothing is left behind
	}
	text, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("write the index of tokens: %w", err)
	}
	return t.store.set(indexKey, string(text))
}

// mend removes all tokens where the index is damaged: nobody could find them any more.
func (t *tokens) mend() (damaged bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	damaged, err = t.store.mend()
	text, getErr := t.store.get(indexKey)
	if _, whole := parseIndex(text); !whole {
		return true, errors.Join(err, getErr, t.store.clear())
	}
	return damaged, errors.Join(err, getErr)
}

// adopt takes over the tokens of versions that kept them by server alone, beside the
// pins: whose they are, the server tells when one is resumed.
func (s Secrets) adopt() error {
	keys, err := s.pins.keys()
	for _, key := range keys {
		address, old := strings.CutPrefix(key, "token ")
		if !old {
			continue
		}
		token, getErr := s.pins.get(key)
		if getErr == nil && token != "" {
			getErr = s.SetToken(server.Owner{Address: address}, token)
		}
		err = errors.Join(err, getErr)
		if getErr == nil {
			err = errors.Join(err, s.pins.remove(key))
		}
	}
	return err
}
