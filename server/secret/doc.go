// Package secret reads a secret that stands in a file of its own: a password, a key. It
// refuses a file that others than its owner can read, and never puts a byte of the
// content into an error. It is not for card data (package card) and keeps nothing.
package secret
