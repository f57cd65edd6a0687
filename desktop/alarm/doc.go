// Package alarm calls the person to a send window while the program is not in front:
// a notification that counts the seconds down and is replaced each second, the
// program's button in the task bar as a bar that runs out and flashes, and a click
// that brings the window to the front. It follows the events of desktop/server and
// decides from them alone; how a system shows such things is desktop/native's.
//
//	send window open, not in front   notification and task bar, each second
//	send window open, in front       the task bar alone
//	sent, over, link lost, logout    nothing
//	return call (I402, I405)         the window comes to the front with its dialog
//
// Seconds are those of the screens: the server's deadline less the server's time,
// rounded up.
//
// # Goroutines
//
// Start starts one, which calls the notifier and the task bar; Stop waits for it.
// Event and Front only note what happened and never wait.
package alarm
