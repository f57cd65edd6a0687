// Package native is the person's machine: what the desktop keeps there (the settings,
// the name of this workstation, and in the system's keyring the pins of servers and
// the token of a session), and what the system shows for it (notifications, the
// button in the task bar). It knows nothing of connections or payments.
//
// Files lie in one folder, the user's configuration folder by default, with mode
// 0600, and are replaced whole: a power cut leaves the old or the new one.
//
// # Secrets
//
// A token lets whoever holds it resume a session for some minutes, and a pin decides
// which server is trusted; both belong into the keyring (Windows Credential Manager,
// or the Secret Service on Linux). Where there is none, as on a Linux without a
// desktop session, they are kept in plain files of mode 0600 beside the settings,
// and OpenSecrets says so. Passwords and card data are kept nowhere.
//
//	service           user                          secret
//	tsunagi           pin HOST:PORT                 fingerprint of the server's certificate
//	tsunagi session   token HOST:PORT MERCHANT/USER token of the session
//	tsunagi session   index                         which tokens there are, and who left when; none where none are
//
// A token is removed at a logout of any kind, when the server refuses it, and 6 minutes
// after its user has left for another one or another server. An index that cannot be read
// costs all tokens and no pin. Versions before kept "token HOST:PORT" beside the pins:
// Mend takes it over, and the server tells whose it is.
//
// # Notifications and the task bar
//
// A Notifier and a Taskbar each have a maker for Linux and one for Windows. On Linux
// they speak the Desktop Notifications Specification 1.2 and the LauncherEntry
// signals over the session bus. On Windows the task bar is ITaskbarList3 and
// FlashWindowEx, and a notification is a toast with data bound to it, which is
// replaced through WinRT (the generated bindings in winrt). Where a Windows has no
// toasts OpenNotifier says so, and the countdown stays on the button.
//
// A Tray is the icon in the notification area (Shell_NotifyIcon, or a
// StatusNotifierItem where the desktop has a host for them), Startup the list of what
// the system starts (the Run key, or an autostart file). ShowDialog is a MessageBox on
// Windows; on Linux the window's library has GTK's.
//
// # Goroutines
//
// An open Notifier has one that receives the clicks (on Windows: with the thread of
// all its calls), an open Taskbar on Windows one with the thread that COM asks for, a
// Tray one, and on Windows another with the thread of its window; Close ends them. The
// other types start none and may be used from any.
package native
