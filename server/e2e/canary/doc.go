// Package canary searches bytes for a card that must not be in them: the checklist of
// spec/security.md C1, for files, frames, dumps and the memory of a live process.
//
// A Card's number is looked for in every form in which it may have been written: plain,
// in groups with spaces and hyphens, digit by digit, reversed, packed (BCD), as digits'
// values, UTF-16, hex, base64, percent-encoded; and so is its middle alone, without the
// ends that may be shown. Expiry and security code are too short to look for anywhere:
// they count where they stand as a word of their own, next to an attempt's ID, as a
// gateway's request has them, or side by side as the vault has them.
//
// Searches tell where and in which form, never the digits. It is for tests, has no
// goroutines, and nothing here changes after New.
package canary
