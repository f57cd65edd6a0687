//go:build dumpable

package memory

const dumpable = true
