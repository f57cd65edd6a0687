package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// Cost is what one computation of Argon2id takes.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultCost is the minimum that OWASP's password storage recommendations name.
func DefaultCost() Cost { return Cost{MemoryKiB: 19 << 10, Passes: 2, Lanes: 1} }

// maxCost bounds what a stored hash may ask for: a damaged one must not take the
// machine's memory.
var maxCost = Cost{MemoryKiB: 1 << 20, Passes: 16, Lanes: 16}

const (
	saltBytes = 16
	keyBytes  = 32
	hashings  = 2 // computations at a time
)

var errHash = errors.New("not an Argon2id hash in PHC form")

// hasher computes and compares password hashes, a few at a time.
type hasher struct {
	cost     Cost
	dummy    string        // the hash of no password, at the present cost
	slots    chan struct{} // holds one for each computation
	computed atomic.Int64  // computations so far
}

func newHasher(cost Cost) (*hasher, error) {
	if cost == (Cost{}) {
		cost = DefaultCost()
	}
	if cost.MemoryKiB == 0 || cost.Passes == 0 || cost.Lanes == 0 ||
		cost.MemoryKiB > maxCost.MemoryKiB || cost.Passes > maxCost.Passes || cost.Lanes > maxCost.Lanes {
		return nil, fmt.Errorf("password hashing cannot cost %+v", cost)
	}
	random := make([]byte, saltBytes+keyBytes)
	rand.Read(random) //nolint:errcheck // never fails: crypto/rand ends the program instead
	return &hasher{
		cost:  cost,
		dummy: encodeHash(cost, random[:saltBytes], random[saltBytes:]),
		slots: make(chan struct{}, hashings),
	}, nil
}

// hash makes the hash of a password. It fails only with ctx.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) //nolint:errcheck // never fails: crypto/rand ends the program instead
	key, err := h.compute(ctx, password, salt, h.cost, keyBytes)
	if err != nil {
		return "", err
	}
	return encodeHash(h.cost, salt, key), nil
}

// matches tells whether a password has the hash. An empty hash matches nothing,
// and finding that out takes as long as with another.
func (h *hasher) matches(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	cost, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	key, err := h.compute(ctx, password, salt, cost, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1 && known, nil
}

func (h *hasher) compute(ctx context.Context, password string, salt []byte, cost Cost, length uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	h.computed.Add(1)
	return argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, cost.Lanes, length), nil
}

// encodeHash writes a PHC string: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func encodeHash(cost Cost, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		cost.MemoryKiB, cost.Passes, cost.Lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func decodeHash(hash string) (cost Cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return Cost{}, nil, nil, errHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Passes, &cost.Lanes); n != 3 || err != nil {
		return Cost{}, nil, nil, errHash
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 ||
		cost.MemoryKiB == 0 || cost.Passes == 0 || cost.Lanes == 0 ||
		cost.MemoryKiB > maxCost.MemoryKiB || cost.Passes > maxCost.Passes || cost.Lanes > maxCost.Lanes {
		return Cost{}, nil, nil, errHash
	}
	return cost, salt, key, nil
}
