// Command tsunagi is the operator's and the supervisor's program: a window (Wails)
// around the screens in frontend, and the connection to tsunagid in desktop/server.
//
// This package only joins them: main.go holds the options of the program, program.go
// one run of it, files.go opens what is on the disk and in the keyring, machine.go what
// the system has (notifications, tray, dialogs), start.go builds the parts in order,
// window.go keeps the window's two modes, app.go is what the screens may call.
// Nothing is decided here; the rules of an order are shared/order's, the pictures
// of a call the server's.
//
// # What the screens see
//
// The exported methods of App, and two events: "tsunagi" with a server.Event, and
// "tsunagi:send" when a click on a notification leads to 送信. An
// error reaches them as a JavaScript Error whose text is the JSON of a wire.Error.
// frontend/wailsjs is generated from the methods (make bindings) and committed.
//
// # Start and end
//
// A second start of the program hands over to the first and ends. It must not touch
// the session of the first before that, so the connection is begun only when the
// window's page is loaded. Closing the window stops the connection and leaves the
// session at the server, to be resumed at the next start; only a logout ends it. With
// the tray switched on, closing hides the window behind its icon instead, which ends
// the program by its menu.
//
// The package's goroutines are those of Wails, which calls the methods, and the one
// of the automatic login; stop waits for the latter and for the connection's.
package main
