package call

import (
	"slices"

	"tsunagi/server/card"
)

// Vaults makes the vault of each call, and what gives its memory back after it was
// wiped.
type Vaults func() (v *card.Vault, free func(), err error)

// openVault makes the call's vault. release wipes it; it runs on every way out of Run,
// a panic's too.
func (c *Call) openVault() (release func(), err error) {
	v, free, err := c.desk.Vaults()
	if err != nil {
		return nil, err
	}
	c.vault = v
	return func() {
		v.Wipe()
		free()
	}, nil
}

// emptyVault ends a card's life in memory. It is the hard limit of security.md C4 and
// so waits for nobody: the call's goroutine may be writing to a disk that hangs. The
// vault stays open for another card.
func (c *Call) emptyVault() {
	for _, f := range slices.Backward(card.Fields()) { // the security code first
		c.vault.Clear(f)
	}
	select {
	case c.outlived <- struct{}{}:
	default:
	}
}
