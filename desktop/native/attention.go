package native

// Notification is one that replaces itself: there is never more than one of the
// program's.
type Notification struct {
	Title   string
	Body    string
	Percent int // of the time that is left, for the bar
	First   bool
}

// Notifier shows notifications of the system. Its methods return within a second and
// may be called by one goroutine at a time.
type Notifier interface {
	// Show replaces what is shown. One that the person has put away stays away
	// until a First comes.
	Show(Notification) error
	// Clear takes away what is shown.
	Clear() error
	// Clicked receives a value for each click on the notification.
	Clicked() <-chan struct{}
	// Close clears and frees the notifier.
	Close() error
}

// Taskbar is the program's button in the task bar or the dock.
type Taskbar interface {
	// Show draws the percent of the time that is left over the button. Urgent flashes
	// it until the window is in front.
	Show(percent int, urgent bool) error
	// Clear draws the button as it always is.
	Clear() error
	Close() error
}
