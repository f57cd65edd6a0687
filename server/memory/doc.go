// Package memory keeps card data out of whatever outlives the process: out of swap, by
// locking the pages in which the vaults' digits lie (Lock), and out of dumps, by having
// the operating system write none (ForbidDumps). It follows spec/security.md C3 to C5.
//
// Locked memory lies outside Go's heap, between two pages that nobody may touch. It is
// locked against swapping, left out of dumps and not inherited by child processes
// (mlock, MADV_DONTDUMP and MADV_DONTFORK on Linux; VirtualLock on Windows). A block is
// zeroed when it is taken, when it is given back and when everything is unlocked.
//
// # What it is not for
//
// It knows no card; package card writes the digits and wipes them. What net/http and
// crypto/tls copy of a request is the business of the acquirers, which wipe it. The
// rest of the process may be swapped out: it holds no card data.
//
// # Tests that look into the process
//
// A program built with the tag "dumpable" lets itself be dumped, so that tests can
// prove what a dump would show. It says so at every start; no release is built so.
//
// There are no goroutines; a Locked may be used by several.
package memory
