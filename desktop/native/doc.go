// Package native is what the desktop keeps on the person's machine: the settings,
// the name of this workstation, and in the system's keyring the pins of servers and
// the token of a session. It knows nothing of windows, connections or payments.
//
// Files lie in one folder, the user's configuration folder by default, with mode
// 0600, and are replaced whole: a power cut leaves the old or the new one.
//
// # Secrets
//
// A token lets whoever holds it resume a session for some minutes, and a pin decides
// which server is trusted; both belong into the keyring (Windows Credential Manager,
// or the Secret Service on Linux). Where there is none, as on a Linux without a
// desktop session, they are kept in a plain file of mode 0600 beside the settings,
// and OpenSecrets says so. Passwords and card data are kept nowhere.
//
// The package starts no goroutine. Its types may be used from any.
package native
